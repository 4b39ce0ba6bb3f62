"""Invoicing: charges go onto an issued document with the money that is already on them (R8-R10, R26)."""

from collections.abc import Sequence

from models.balancing import pay
from models.bookkeeping import enter
from models.charge import Charge
from models.contact import Contact
from models.deposits import deposited
from models.invoice import Invoice
from models.issuing import issue, totals_of
from models.payment import Allocation
from models.settling import Settlement, restate_charge, settle_with_credit
from models.shop import Shop
from models.tax import Totals


def invoice_charges(
    shop: Shop,
    payer: Contact,
    charges: Sequence[Charge],
    *,
    terms_days: int,
    order_id: str | None = None,
    draft: Invoice | None = None,
) -> Invoice | None:
    """Issue one invoice for charges of one group; None where its lines sum to zero (R10). A draft becomes it.

    Money already on the charges shows as prepaid, or is taken back with its deposit invoice (R26); credit is used.
    """
    totals = totals_of(charges)
    if totals.total == 0 or (totals.total == sum(deposited(shop, charge) for charge in charges)):
        return None
    _agree(shop, charges, totals)
    invoice = issue(shop, payer, charges, totals, terms_days=terms_days, order_id=order_id, draft=draft)
    for charge in charges:
        shop.charges.rehang(charge, "invoice_id", invoice.id)
        restate_charge(charge)
        _bring(shop, invoice, charge)
    invoice.due_at_issue = invoice.amount_due
    invoice.prepaid = invoice.total - invoice.amount_due
    _enter(shop, invoice)
    settle_with_credit(shop, invoice)
    return invoice


def _agree(shop: Shop, charges: Sequence[Charge], totals: Totals) -> None:
    """Let charges owe what the document says; a unit that rounding paid too much is free again (R18)."""
    settlement = Settlement(shop)
    for charge, line in zip(charges, totals.lines, strict=True):
        if charge.kept is None:
            charge.owed = line.gross
        for allocation in list(shop.allocations.by("charge_id", charge.id)):
            excess = min(-charge.open, allocation.amount)
            if excess > 0:
                settlement.move(shop.payments[allocation.payment_id], charge, -excess)


def _bring(shop: Shop, invoice: Invoice, charge: Charge) -> None:
    """Let the money on a charge come along onto its document, split over the VAT groups (R26, R27)."""
    rows: dict[str, list[Allocation]] = {}
    for allocation in list(shop.allocations.by("charge_id", charge.id)):
        if allocation.invoice_id is None:
            rows.setdefault(allocation.payment_id, []).append(allocation)
            shop.allocations.rehang(allocation, "invoice_id", invoice.id)
    for parts in rows.values():
        parts[0].taxes = pay(shop, invoice, sum(part.amount for part in parts))


def _enter(shop: Shop, invoice: Invoice) -> None:
    enter(
        shop,
        "invoice",
        invoice.id,
        number=invoice.number,
        total=invoice.total,
        net=invoice.net,
        tax=invoice.tax,
        due=invoice.amount_due,
        currency=invoice.currency,
        on=str(invoice.issued_on),
    )
