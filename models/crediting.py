"""Taking a debt back: a document voided, a part of it credited, or given up while it stands (R10, R13, R18)."""

from collections.abc import Sequence

from models.charge import Charge
from models.facts import raise_fact
from models.giving_up import NOTHING, enter_given_up, given_up
from models.identifiers import stamp
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import describe
from models.mentions import mark_of_unpaid
from models.messaging import queue_document
from models.payer import known_contact
from models.reckoning import reckon
from models.refusals import OPERATOR, RefusedError, show
from models.returning import lessen
from models.settling import charges_on
from models.shop import Shop
from models.tax import largest_remainder


def void(shop: Shop, invoice: Invoice) -> list[Invoice]:
    """Take a document back by a full credit note, which comes back; what it asked for is owed no more (R13)."""
    if invoice.status not in {DocumentStatus.ISSUED, DocumentStatus.WRITTEN_OFF}:
        raise RefusedError(f"{invoice.number or 'A draft'} can't be voided: it is {invoice.status}.")
    if invoice.amount_due != invoice.total - invoice.credited:
        paid = show(invoice.total - invoice.credited - invoice.amount_due, invoice.currency)
        raise RefusedError(
            f"{invoice.number} can't be voided: {paid} of it is paid. Refund that first (`relance payments refund "
            f"{invoice.number}`), or credit the rest (`relance invoices credit {invoice.number} --amount …`)."
        )
    charges = charges_on(shop, invoice)
    for charge in charges:
        charge.cancel_stamp = charge.cancel_stamp or stamp(shop.now, OPERATOR, invoice.id)
    return reckon(shop, charges).documents()


def credit_part(
    shop: Shop, invoice: Invoice, amount: int | None = None, charge_id: str | None = None, currency: str | None = None
) -> list[Invoice]:
    """Credit a sum of a document, spread over its lines, or what is left of one line (R18); return the credit notes.

    What is open of it goes first; money that paid for more becomes the client's credit (R10).
    """
    charges = [charge for charge in charges_on(shop, invoice) if charge_id in {None, charge.id} and charge.worth > 0]
    parts = _parts(invoice, charges, amount, currency)
    cause = shop.key("act", invoice.id, shop.next_serial())
    for charge, part in zip(charges, parts, strict=True):
        if part:
            lessen(shop, charge, part, cause)
    return reckon(shop, charges).documents()


def _parts(invoice: Invoice, charges: Sequence[Charge], amount: int | None, currency: str | None) -> list[int]:
    """Return what is credited of each charge, first of what is open, then of what was paid; or refuse."""
    if invoice.kind != DocumentKind.INVOICE or invoice.status in {DocumentStatus.VOID, DocumentStatus.DRAFT}:
        raise RefusedError(f"{invoice.number or 'A draft'} can't be credited: it is {invoice.status}.")
    if currency not in {None, invoice.currency}:
        raise RefusedError(f"{invoice.number} is in {invoice.currency}, not in {currency}.")
    worths = [charge.worth for charge in charges]
    most = sum(worths)
    wanted = most if amount is None else amount
    if not 0 < wanted <= most:
        left = f"{show(most, invoice.currency)} of it can still be credited" if most else "nothing of it is left"
        raise RefusedError(f"{show(wanted, invoice.currency)} of {invoice.number} can't be credited: {left}.")
    open_, paid = [charge.open for charge in charges], [charge.settled for charge in charges]
    first = min(wanted, sum(open_))
    pairs = zip(largest_remainder(first, open_), largest_remainder(wanted - first, paid), strict=True)
    return [sum(pair) for pair in pairs]


def write_off(shop: Shop, invoice: Invoice, reason: str, actor: str, proof: str | None = None) -> None:
    """Give a debt up: an entry of its own that ends dunning; document and debt stay as they are (R13).

    Where VAT is due on debits, a professional gets the duplicate whose mark lets the seller take it back.
    """
    if invoice.status != DocumentStatus.ISSUED or invoice.amount_due <= 0:
        what = invoice.number or "A draft"
        raise RefusedError(f"{what} can't be written off: it is {invoice.status}, not an open debt.")
    invoice.status, invoice.check_at = DocumentStatus.WRITTEN_OFF, None
    enter_given_up(shop, invoice, NOTHING, reason, by=actor, proof=proof)
    net, tax = given_up(shop, invoice)
    if mark_of_unpaid(shop, invoice, net, tax):
        payer = known_contact(shop, invoice.contact_id)
        queue_document(shop, invoice, template="unpaid_duplicate", payer=payer)
    raise_fact(
        shop,
        "invoice.written_off",
        contact_id=invoice.contact_id,
        data=describe(invoice),
        invoice=invoice.id,
        order=invoice.order_id,
    )
