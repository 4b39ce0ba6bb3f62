"""Refunds: money to give back, recorded with the payment and the charge that it comes from (R28)."""

from models.bookkeeping import enter
from models.card_refunds import PREPARED, call_off, goes_back_by_card, plan_refund
from models.charge import Charge
from models.facts import raise_fact
from models.payment import Payment, Refund
from models.refusals import show
from models.shop import Shop, tell_owner


def refund(
    shop: Shop, payment: Payment, charge: Charge | None, amount: int, reason: str | None, note_id: str | None
) -> None:
    """Record money to give back, of a charge or of the client's credit.

    The card provider that took it gives it back; where there is none the owner is told to pay it out.
    """
    record = _record(shop, payment, charge, amount, reason, note_id)
    raise_fact(
        shop,
        "payment.refunded",
        contact_id=record.contact_id,
        data={"amount": amount, "currency": payment.currency},
        payment=payment.id,
        order=charge.order_id if charge else None,
        charge=charge.id if charge else None,
    )
    if goes_back_by_card(shop, payment):
        record.status = PREPARED
        plan_refund(shop, payment, record)
        return
    tell_owner(
        shop,
        "refund_to_pay_out",
        f"Refund {show(amount, payment.currency)} of payment {payment.id} to the client.",
        contact_id=record.contact_id,
        refund=record.id,
    )


def withdraw(shop: Shop, payment: Payment, charge: Charge, amount: int) -> None:
    """Take a refund back that turns out not to be due: its money never was there, or its cancellation does not hold."""
    record = _record(shop, payment, charge, -amount, None, None)
    left = call_off(shop, payment, charge.id, amount)
    if not left:
        return
    tell_owner(
        shop,
        "refund_withdrawn",
        f"The refund of {show(left, charge.currency)} of payment {payment.id} is not due any more: "
        "do not pay it out, or ask for it back.",
        contact_id=charge.contact_id,
        refund=record.id,
    )


def _record(
    shop: Shop, payment: Payment, charge: Charge | None, amount: int, reason: str | None, note_id: str | None
) -> Refund:
    charge_id = charge.id if charge else None
    payment.available -= amount
    record = shop.refunds.add(
        Refund(
            shop.id,
            shop.key("ref", payment.id, charge_id or "", shop.next_serial()),
            payment.id,
            charge.contact_id if charge else payment.contact_id,
            amount,
            payment.currency,
            payment.method,
            shop.now,
            "recorded" if amount > 0 else "withdrawn",
            charge_id,
            note_id,
            reason,
        )
    )
    enter(shop, "refund", record.id, charge=charge_id, amount=amount, currency=payment.currency)
    return record
