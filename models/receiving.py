"""Receiving: money is booked as it is told of, by upstream or with an order, however often, in any order (R15, R20)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from models.bookkeeping import book, correct, enter, received
from models.facts import raise_fact
from models.payer import known_contact
from models.payment import Payment, PaymentCharge, PaymentStatus
from models.shop import Shop

PAID = ":paid"
REST = ":rest:"


class Told(NamedTuple):
    """What is told of money, and since when."""

    contact_id: str
    amount: int
    currency: str
    method: str
    received_at: datetime
    stamp: str


def payment_of(shop: Shop, id_: str) -> Payment:
    """Return a payment, known so far only by name if need be; some names tell for which order it is."""
    return shop.payments.get(id_) or shop.payments.add(
        Payment(shop.id, id_, None, 0, shop.business.currency, "other", shop.now, shop.now, 0, target=_target_in(id_))
    )


def _target_in(id_: str) -> str | None:
    for ending in (PAID, REST):
        order, found, _ = id_.rpartition(ending)
        if found and order.startswith("order:"):
            return order
    return None


def paid_with(order_id: str) -> str:
    """Return the id of the payment that came with an order."""
    return f"order:{order_id}{PAID}"


def rest_of(order_id: str, currency: str, before: int = 0) -> str:
    """Return the id of the payment by which upstream collected the open rest of an order, `before` times before it."""
    return f"order:{order_id}{REST}{currency}{f':{before + 1}' if before else ''}"


def aim(shop: Shop, payment: Payment, charge_ids: Iterable[str]) -> None:
    """Let a payment name these charges and no others, in this order; some may be unknown yet."""
    payment.charge_ids = list(charge_ids)
    for named in list(shop.named.by("payment_id", payment.id)):
        if named.charge_id not in payment.charge_ids:
            shop.named.drop(named)
    for id_ in payment.charge_ids:
        if (id_, payment.id) not in shop.named:
            shop.named.add(PaymentCharge(shop.id, id_, payment.id))


def receive(shop: Shop, payment: Payment, told: Told, target: str | None) -> None:
    """Book money, or correct what is booked of it.

    What there is more or less of it is free, even below nothing, until it is reckoned where it belongs. Of money that
    was reversed nothing is free.
    """
    first = not payment.stamp
    shop.payments.rehang(payment, "contact_id", known_contact(shop, told.contact_id).id)
    shop.payments.rehang(payment, "target", target)
    before = received(payment)
    payment.currency, payment.method, payment.received_at, payment.stamp = told[2:]
    change = told.amount - payment.amount
    payment.amount += change
    if payment.status != PaymentStatus.REVERSED:
        payment.available += change
    if first:
        book(shop, payment)
    else:
        correct(shop, payment, before)
    if payment.status == PaymentStatus.REVERSED and change:
        enter(shop, "reversal", payment.id, amount=-change, currency=payment.currency)
    if payment.status == PaymentStatus.REVERSED and first:
        tell_reversed(shop, payment)


def tell_reversed(shop: Shop, payment: Payment) -> None:
    """Tell that money proved not to exist."""
    raise_fact(shop, "payment.reversed", contact_id=payment.contact_id, payment=payment.id)
