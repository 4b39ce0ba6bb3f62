"""Due dates coming and going: due soon, overdue, moved (R11)."""

from datetime import date, timedelta

from models.drafting import look_at_draft
from models.facts import raise_fact
from models.holding import holds_on, look_again
from models.invoice import DocumentStatus, Invoice
from models.issuing import describe, next_check
from models.refusals import RefusedError
from models.running import retime_runs_about
from models.shop import Shop


def check_due(shop: Shop, invoice: Invoice) -> None:
    """Raise what the calendar made true of a document, each once per due date, and set when to look again.

    A draft has no dates: it is confirmed, or its owner reminded of it (R14).
    """
    if invoice.status == DocumentStatus.DRAFT:
        look_at_draft(shop, invoice)
        return
    if invoice.status != DocumentStatus.ISSUED or invoice.amount_due <= 0 or invoice.due_on is None:
        invoice.check_at = None
        return
    today = shop.today
    if today > invoice.due_on:
        if invoice.overdue_for != invoice.due_on and (holds := holds_on(shop, invoice)):
            invoice.check_at = look_again(shop, holds)
            return
        if invoice.overdue_for != invoice.due_on:
            invoice.overdue_for = invoice.due_on
            _tell(shop, "invoice.overdue", invoice)
    elif (
        today >= invoice.due_on - timedelta(days=shop.business.due_soon_days) and invoice.due_soon_for != invoice.due_on
    ):
        invoice.due_soon_for = invoice.due_on
        _tell(shop, "invoice.due_soon", invoice)
    invoice.check_at = next_check(shop, invoice)


def set_due(shop: Shop, invoice: Invoice, due_on: date) -> None:
    """Move the due date, and the waits that hang on it; when it passes again, it is overdue again (R4, R11)."""
    if invoice.status != DocumentStatus.ISSUED or invoice.issued_on is None:
        raise RefusedError(f"{invoice.number or 'A draft'} has no due date to move: it is {invoice.status}.")
    if due_on < invoice.issued_on:
        raise RefusedError(f"{invoice.number} was issued on {invoice.issued_on}: it can't be due before.")
    invoice.due_on = due_on
    invoice.check_at = next_check(shop, invoice)
    retime_runs_about(shop, invoice)


def _tell(shop: Shop, type_: str, invoice: Invoice) -> None:
    raise_fact(
        shop,
        type_,
        contact_id=invoice.contact_id,
        data=describe(invoice),
        invoice=invoice.id,
        order=invoice.order_id,
    )
