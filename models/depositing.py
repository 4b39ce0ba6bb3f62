"""Documents for money of a professional before its invoice (R17, R26): paid invoices and deposit invoices, at once."""

from collections.abc import Collection, Iterable

from models.charge import MULTI_PURPOSE, Charge
from models.contact import Contact, PayerKind
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.issuing import group_charges, issue_deposit
from models.messaging import queue_document
from models.payer import payer_of
from models.payment import Allocation, Payment
from models.shop import Shop
from models.taxing import tax_again

Moved = Iterable[tuple[Payment, Charge]]
"""Payments with charges that they have moved to and that no document held then."""


def document_money(shop: Shop, moved: Moved) -> None:
    """Invoice the charges that money of professionals has closed; what leaves one open gets a deposit invoice."""
    closed: dict[str, Charge] = {}
    for payment, charge in moved:
        payer = payer_of(shop, charge.contact_id)
        money = _undocumented(shop, payment, charge)
        amount = sum(one.amount for one in money)
        silent = payer.kind == PayerKind.CONSUMER or charge.voucher_purpose == MULTI_PURPOSE
        if silent or charge.invoice_id is not None or amount <= 0:
            continue
        if charge.open <= 0:
            closed[charge.id] = charge
        else:
            _deposit(shop, payer, charge, payment, money)
    _invoice(shop, list(closed.values()))


def _undocumented(shop: Shop, payment: Payment, charge: Charge) -> list[Allocation]:
    """Return what of a payment is on a charge and on no document."""
    on_charge = shop.allocations.by("charge_id", charge.id)
    return [one for one in on_charge if one.payment_id == payment.id and one.invoice_id is None]


def _deposit(shop: Shop, payer: Contact, charge: Charge, payment: Payment, money: list[Allocation]) -> None:
    amount = sum(one.amount for one in money)
    tax_again(shop, [charge])
    deposit = issue_deposit(shop, payer, charge, amount, of=payment.id)
    for one in money:
        shop.allocations.rehang(one, "invoice_id", deposit.id)
        one.taxes = [one.amount]
    queue_document(shop, deposit, template="deposit", payer=payer)


def _invoice(shop: Shop, closed: Collection[Charge]) -> None:
    tax_again(shop, closed)
    for group, charges in group_charges(shop, closed).items():
        payer = shop.contacts[group.payer_id]
        orders = {charge.order_id for charge in charges}
        order_id = orders.pop() if len(orders) == 1 else None
        invoice: Invoice | None = invoice_charges(shop, payer, charges, terms_days=0, order_id=order_id)
        if invoice is not None:
            queue_document(shop, invoice, template="issue_paid_invoice", payer=payer)
