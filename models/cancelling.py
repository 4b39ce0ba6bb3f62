"""Cancelling what is owed (R28): what is unpaid always ends, what was paid is kept or refunded as the event says."""

from typing import Any

from models.bookkeeping import enter
from models.charge import Charge, ChargeState
from models.facts import raise_fact
from models.invoice import DocumentStatus, Invoice, InvoiceTax
from models.issuing import describe, issue_credit_note
from models.payment import Allocation, Refund
from models.shop import Shop, skip, tell_owner
from models.tax import Credited, LineTax, TaxGroup, Totals, credit_of_gross


def cancel_charge(shop: Shop, charge: Charge, refund: Any, reason: str | None = None) -> None:
    """End a charge: its open part is cancelled (by credit note where a document holds it), refunds are recorded.

    `refund` is `none`, `full` or `{"amount", "currency"}`; it never exceeds what was paid.
    """
    if charge.state == ChargeState.CANCELLED:
        return
    _leave_requests(shop, charge)
    back = min(charge.settled, _refund_amount(charge, refund))
    document = shop.invoices.get(charge.invoice_id) if charge.invoice_id else None
    unpaid = charge.open
    if back:
        give_back(shop, charge, back, reason)
    if document is not None and document.status in {DocumentStatus.ISSUED, DocumentStatus.PAID}:
        _credit(shop, document, charge, unpaid + back, unpaid)
    reduce_to(charge, charge.settled)


def _leave_requests(shop: Shop, charge: Charge) -> None:
    """Take a charge out of the requests that wait for the end of a window; one that holds nothing more is over (R7)."""
    for note in list(shop.noted.by("charge_id", charge.id)):
        shop.noted.drop(note)
        others = shop.noted.by("automation_id", note.automation_id)
        if not any(other.event_id == note.event_id for other in others):
            skip(
                shop,
                "cancelled",
                contact_id=note.contact_id,
                automation_id=note.automation_id,
                version=note.version,
                fact_id=note.event_id,
            )


def reduce_to(charge: Charge, kept: int) -> None:
    """Make a charge worth exactly what is kept of it; nothing kept ends it."""
    if kept == 0:
        charge.state = ChargeState.CANCELLED
        return
    charge.state = ChargeState.SETTLED
    if kept == charge.owed:
        return
    charge.owed = kept
    if charge.invoice_id is None:
        charge.amount = charge.unit_price = kept
        charge.quantity = charge.quantity / charge.quantity
        charge.tax_included = True


def _refund_amount(charge: Charge, refund: Any) -> int:
    if refund in {None, "none"} if isinstance(refund, str | None) else False:
        return 0
    if refund == "full":
        return charge.settled
    return int(refund["amount"]) if refund["currency"] == charge.currency else 0


def give_back(shop: Shop, charge: Charge, amount: int, reason: str | None) -> None:
    """Record money to give back, from the newest allocation on; the owner pays out what no provider can."""
    left = amount
    for allocation in reversed(shop.allocations.by("charge_id", charge.id)):
        net = sum(
            other.amount
            for other in shop.allocations.by("charge_id", charge.id)
            if other.payment_id == allocation.payment_id
        )
        part = min(left, net)
        if part <= 0 or allocation.amount < 0:
            continue
        left -= part
        _refund(shop, charge, allocation, part, reason)
        if left == 0:
            break
    charge.settled -= amount


def _refund(shop: Shop, charge: Charge, allocation: Allocation, amount: int, reason: str | None) -> None:
    payment = shop.payments.get(allocation.payment_id)
    refund = shop.refunds.add(
        Refund(
            shop.id,
            shop.key("ref", allocation.id, shop.next_serial()),
            allocation.payment_id,
            charge.contact_id,
            amount,
            charge.currency,
            payment.method if payment else "other",
            shop.now,
            "recorded",
            charge.id,
            reason=reason,
        )
    )
    shop.allocations.add(
        Allocation(
            shop.id,
            shop.key("all", refund.id),
            allocation.payment_id,
            charge.id,
            -amount,
            shop.today,
            shop.now,
            charge.invoice_id,
        )
    )
    enter(shop, "refund", refund.id, charge=charge.id, amount=amount, currency=charge.currency)
    raise_fact(
        shop,
        "payment.refunded",
        contact_id=charge.contact_id,
        data={"amount": amount, "currency": charge.currency},
        payment=allocation.payment_id,
        order=charge.order_id,
        charge=charge.id,
    )
    tell_owner(
        shop,
        "refund_to_pay_out",
        f"Refund {amount} {charge.currency} (minor units) of payment {allocation.payment_id} to the client.",
        contact_id=charge.contact_id,
        refund=refund.id,
    )


def _credit(shop: Shop, document: Invoice, charge: Charge, amount: int, unpaid: int) -> None:
    """Write the credit note and lower the document's balance by the part that was still to be paid."""
    if amount == 0:
        return
    group = _group_of(shop, document, charge)
    part = credit_of_gross(
        TaxGroup(group.category, group.rate, None, group.net, group.tax),
        Credited(group.credited_net, group.credited_tax),
        amount,
    )
    group.credited_net += part.net
    group.credited_tax += part.tax
    group.settled += unpaid
    totals = Totals(
        (LineTax(part.net, part.tax, amount),),
        (TaxGroup(group.category, group.rate, None, part.net, part.tax),),
        part.net,
        part.tax,
        amount,
    )
    issue_credit_note(shop, document, [(charge, amount)], totals)
    document.credited += amount
    document.amount_due -= unpaid
    if document.amount_due > 0:
        return
    document.check_at = None
    if document.credited < document.total:
        document.status = DocumentStatus.PAID
        return
    document.status = DocumentStatus.VOID
    raise_fact(
        shop,
        "invoice.voided",
        contact_id=document.contact_id,
        data=describe(document),
        invoice=document.id,
        order=document.order_id,
    )


def _group_of(shop: Shop, document: Invoice, charge: Charge) -> InvoiceTax:
    return next(
        group
        for group in shop.taxes.by("invoice_id", document.id)
        if (group.category, group.rate) == (charge.tax_category, charge.tax_rate)
    )
