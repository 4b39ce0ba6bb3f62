"""Holds: what keeps a document from being asked for and from falling overdue (R5, R11, R25)."""

from datetime import date, datetime, timedelta

from models.contact import Hold, HoldKind
from models.invoice import DocumentStatus, Invoice
from models.issuing import next_check
from models.periods import start_of_day
from models.refusals import RefusedError
from models.shop import Shop


def holds_on(shop: Shop, document: Invoice) -> list[Hold]:
    """Return the holds of today on a document: its own and those of its payer."""
    return [
        hold
        for hold in shop.holds.by("contact_id", document.contact_id)
        if hold.invoice_id in {None, document.id}
        and hold.ended_at is None
        and (hold.until is None or hold.until >= shop.today)
    ]


def held_in_words(shop: Shop, document: Invoice) -> str | None:
    """Return by what a document is held today, as a sentence; None where nothing holds it."""
    held = holds_on(shop, document)
    if not held:
        return None
    until = f" until {held[0].until}" if held[0].until else ""
    return f"{document.number} is on hold ({held[0].kind}{until}): `relance invoices release` ends that."


def look_again(shop: Shop, holds: list[Hold]) -> datetime:
    """Return when these holds may have ended: after their last day, or tomorrow where only a person ends one."""
    last = max(hold.until or shop.today for hold in holds)
    return start_of_day(last + timedelta(days=1), shop.zone)


def hold(shop: Shop, contact_id: str, invoice_id: str | None, kind: HoldKind, until: date | None = None) -> Hold:
    """Stop dunning of a document, or of all of a payer's, until the end of a day or until a person releases it."""
    if until is not None and until < shop.today:
        raise RefusedError(f"A hold until {until} would be over already.")
    id_ = shop.key("hold", invoice_id or contact_id, shop.next_serial())
    return shop.holds.add(Hold(shop.id, id_, kind, shop.today, contact_id, invoice_id, until=until))


def hold_document(shop: Shop, invoice: Invoice, kind: HoldKind, until: date | None = None) -> Hold:
    """Stop dunning of one document; refused where nothing of it is asked for, so that a hold would stop nothing."""
    name = invoice.number or "A draft"
    if invoice.status != DocumentStatus.ISSUED:
        how = invoice.status.replace("_", " ")
        raise RefusedError(f"{name} can't be put on hold: it is {how}, and nothing of it is asked for.")
    if invoice.amount_due <= 0:
        raise RefusedError(f"{name} can't be put on hold: nothing of it is open.")
    return hold(shop, invoice.contact_id, invoice.id, kind, until)


def release(shop: Shop, contact_id: str, invoice_id: str | None) -> None:
    """End the holds of a document, or those of a payer; their due dates are looked at again (R11)."""
    ended = [
        one for one in shop.holds.by("contact_id", contact_id) if one.invoice_id == invoice_id and one.ended_at is None
    ]
    if not ended:
        raise RefusedError("There is no hold to release.")
    for one in ended:
        one.ended_at = shop.now
    for invoice in shop.invoices.by("contact_id", contact_id):
        if invoice_id in {None, invoice.id}:
            invoice.check_at = next_check(shop, invoice)
