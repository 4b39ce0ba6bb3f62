"""Payments as upstream tells of them: received, reversed, "the rest was paid" (R15-R17, R20)."""

from typing import Any

from models.bookkeeping import book, enter
from models.charge import Charge
from models.contacts import Event, know_contact
from models.diary import order_of
from models.event_shapes import PaymentData, Target
from models.facts import raise_fact
from models.payer import known_contact
from models.payment import Payment, PaymentStatus
from models.reckoning import charges_of_target, reckon
from models.settling import give, invoice_named, open_debts
from models.shop import Shop, tell_owner


def receive_payment(shop: Shop, event: Event) -> None:
    """`payment.received`: book money that has arrived, whatever it is for (R16)."""
    data: PaymentData = event.data.payment
    contact = know_contact(shop, event.data.contact, event.stamp)
    known = shop.payments.get(data.id)
    if known is not None and known.stamp:
        _told_twice(shop, known, data)
        return
    payment = known or shop.payments.add(
        Payment(shop.id, data.id, None, 0, data.amount.currency, data.method, event.time, shop.now, 0)
    )
    shop.payments.rehang(payment, "contact_id", known_contact(shop, contact.id).id)
    payment.amount = payment.available = data.amount.amount
    payment.currency, payment.method = data.amount.currency, data.method
    payment.received_at, payment.stamp = data.received_at or event.time, event.stamp
    _aim(shop, payment, event.data.target)
    book(shop, payment)
    raise_fact(shop, "payment.succeeded", contact_id=contact.id, payment=payment.id, **_about(shop, payment))
    if payment.status == PaymentStatus.REVERSED:
        _tell_reversed(shop, payment)
        payment.available = 0
        return
    take(shop, payment)


def _aim(shop: Shop, payment: Payment, target: Target | None) -> None:
    """Note what a payment is for; a document stands for the charges that are on it when the money comes."""
    if target is None:
        return
    payment.charge_ids = list(target.charges or ())
    if target.order:
        name = f"order:{target.order}"
    elif target.invoice:
        name = f"invoice:{target.invoice}"
    else:
        name = f"charge:{payment.charge_ids[0]}"
    shop.payments.rehang(payment, "target", name)


def _about(shop: Shop, payment: Payment) -> dict[str, Any]:
    """Return the order or document that a payment is said to be for."""
    kind, _, name = (payment.target or "").partition(":")
    if kind == "invoice":
        invoice = invoice_named(shop, name)
        return {"invoice": invoice.id} if invoice else {}
    return {"order": name} if kind == "order" else {}


def _told_twice(shop: Shop, known: Payment, data: PaymentData) -> None:
    if (known.amount, known.currency) != (data.amount.amount, data.amount.currency):
        tell_owner(
            shop,
            "payment_conflict",
            f"Payment {known.id} was booked as {known.amount} {known.currency} and told again with another amount: "
            "give the second payment an id of its own.",
            contact_id=known.contact_id,
        )


def take(shop: Shop, payment: Payment) -> None:
    """Send money where its payer said, else to issued debts, oldest first; the rest stays as credit (R16)."""
    charges = charges_of_target(shop, payment)
    if charges is None:
        give(shop, payment, open_debts(shop, payment))
    elif charges:
        payment.charge_ids = payment.charge_ids or _those_of_a_document(payment, charges)
        reckon(shop, charges, payment)
        _tell_surplus(shop, payment, charges)


def _those_of_a_document(payment: Payment, charges: list[Charge]) -> list[str]:
    return [charge.id for charge in charges] if (payment.target or "").startswith("invoice:") else []


def _tell_surplus(shop: Shop, payment: Payment, charges: list[Charge]) -> None:
    """Tell the owner of money for a debt that something else had paid, or that is no debt any more (R15, R17)."""
    given = [allocation for charge in charges for allocation in shop.allocations.by("charge_id", charge.id)]
    others = sum(allocation.amount for allocation in given if allocation.payment_id != payment.id)
    if payment.available and (payment.available == payment.amount or others > 0):
        tell_owner(
            shop,
            "paid_twice",
            f"{payment.available} {payment.currency} (minor units) of payment {payment.id} came for what was no longer "
            "owed: it is the client's credit now.",
            contact_id=payment.contact_id,
            payment=payment.id,
        )


def rest_was_paid(shop: Shop, event: Event) -> None:
    """`order.paid`: upstream collected whatever was open on the order by then."""
    order = order_of(shop, event.data.order.id)
    if order.rest_stamp and event.stamp >= order.rest_stamp:
        return
    order.rest_stamp = event.stamp
    reckon(shop, shop.charges.by("order_id", order.id))


def reverse_payment(shop: Shop, event: Event) -> None:
    """`payment.reversed`: the money proved not to exist; what it had closed is open again (R15)."""
    id_ = event.data.payment.id
    payment = shop.payments.get(id_) or shop.payments.add(
        Payment(shop.id, id_, None, 0, shop.business.currency, "other", event.time, shop.now, 0)
    )
    if payment.status == PaymentStatus.REVERSED:
        return
    payment.status, payment.reverse_stamp = PaymentStatus.REVERSED, event.stamp
    payment.reverse_reason = event.data.payment.reason
    if not payment.stamp:
        return
    reckon(shop, [shop.charges[a.charge_id] for a in shop.allocations.by("payment_id", payment.id) if a.charge_id])
    payment.available = 0
    _tell_reversed(shop, payment)


def _tell_reversed(shop: Shop, payment: Payment) -> None:
    enter(shop, "reversal", payment.id, amount=-payment.amount, currency=payment.currency)
    raise_fact(shop, "payment.reversed", contact_id=payment.contact_id, payment=payment.id)
