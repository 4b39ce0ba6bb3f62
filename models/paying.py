"""Payments as upstream tells of them: received, reversed, "the rest was paid" (R15-R17, R20)."""

from collections.abc import Iterable
from typing import Any

from models.bookkeeping import enter
from models.charge import Charge
from models.contact import Contact
from models.contacts import Event, know_contact
from models.diary import order_of
from models.event_shapes import PaymentData, Target
from models.facts import raise_fact
from models.identifiers import source_of
from models.payer import known_contact
from models.payment import Allocation, Payment, PaymentStatus
from models.receiving import Told, aim, payment_of, receive, tell_reversed
from models.reckoning import charges_of_target, charges_under, reckon
from models.refusals import OPERATOR, show
from models.settling import give, invoice_named, open_debts
from models.shop import Shop, tell_owner


def receive_payment(shop: Shop, event: Event) -> None:
    """`payment.received`: book money that has arrived, whatever it is for (R16); the newest telling holds.

    What a person has booked, or a card provider reported, stays as it is (R15).
    """
    data: PaymentData = event.data.payment
    contact = know_contact(shop, event.data.contact, event.stamp)
    payment = payment_of(shop, data.id)
    if _stays(payment, event):
        _tell_kept(shop, payment, contact, data)
        return
    if event.stamp <= payment.stamp:
        return
    first = not payment.stamp
    if not first:
        _told_twice(shop, payment, data)
    money, received_at = data.amount, data.received_at or event.time
    told = Told(contact.id, money.amount, money.currency, data.method, received_at, event.stamp)
    touched = charges_under(shop, payment)
    aim(shop, payment, dict.fromkeys((event.data.target and event.data.target.charges) or ()))
    receive(shop, payment, told, _name_of(event.data.target))
    payment.actor, payment.note = payment.actor or data.actor, payment.note or data.note
    if first:
        raise_fact(shop, "payment.succeeded", contact_id=contact.id, payment=payment.id, **_about(shop, payment))
    take(shop, payment, touched)


def _name_of(target: Target | None) -> str | None:
    """Return what a payment is for, as it is kept; of charges the first."""
    if target is None:
        return None
    if target.order:
        return f"order:{target.order}"
    return f"invoice:{target.invoice}" if target.invoice else f"charge:{(target.charges or ('',))[0]}"


def _about(shop: Shop, payment: Payment) -> dict[str, Any]:
    """Return the order or document that a payment is said to be for."""
    kind, _, name = (payment.target or "").partition(":")
    if kind == "invoice":
        invoice = invoice_named(shop, name)
        return {"invoice": invoice.id} if invoice else {}
    return {"order": name} if kind == "order" else {}


def _stays(payment: Payment, event: Event) -> bool:
    """Whether a telling changes nothing of money: it was booked here, or upstream has said which person took it."""
    if not payment.stamp:
        return False
    if source_of(payment.stamp) == OPERATOR or payment.provider is not None:
        return True
    data: PaymentData = event.data.payment
    told = data.amount.amount, data.amount.currency, data.method, data.received_at or event.time
    known = payment.amount, payment.currency, payment.method, payment.received_at
    return payment.actor is not None and event.stamp > payment.stamp and told != known


def _tell_kept(shop: Shop, known: Payment, contact: Contact, data: PaymentData) -> None:
    """Tell the owner of money that stays as it was booked, although it is told of otherwise."""
    payer = known_contact(shop, known.contact_id) if known.contact_id else contact
    other = known_contact(shop, contact.id) is not payer
    reversed_ = known.status == PaymentStatus.REVERSED
    if (known.amount, known.currency) == (data.amount.amount, data.amount.currency) and not other and not reversed_:
        return
    tell_owner(
        shop,
        "payment_conflict",
        f"Payment {known.id} was booked as {show(known.amount, known.currency)}{' and reversed' if reversed_ else ''}, "
        f"and is told again as {show(data.amount.amount, data.amount.currency)}{f' of {contact.id}' if other else ''}. "
        "It stays as it was booked: if there were two payments, give the second an id of its own.",
        contact_id=known.contact_id,
        payment=known.id,
    )


def _told_twice(shop: Shop, known: Payment, data: PaymentData) -> None:
    if (known.amount, known.currency) != (data.amount.amount, data.amount.currency):
        tell_owner(
            shop,
            "payment_conflict",
            f"Payment {known.id} was booked as {show(known.amount, known.currency)} and is told again as "
            f"{show(data.amount.amount, data.amount.currency)}, which holds now: if there were two payments, give the "
            "second an id of its own.",
            contact_id=known.contact_id,
        )


def take(shop: Shop, payment: Payment, touched: Iterable[Charge] = ()) -> None:
    """Send money where its payer said, else to issued debts, oldest first; the rest stays as credit (R16).

    `touched` are charges on which it was before.
    """
    charges = charges_of_target(shop, payment)
    if charges is None:
        reckon(shop, touched)
        give(shop, payment, open_debts(shop, payment))
        return
    if charges and not payment.charge_ids and (payment.target or "").startswith("invoice:"):
        aim(shop, payment, [charge.id for charge in charges])
    free = {use.payment_id: shop.payments[use.payment_id].available for use in _uses(shop, charges)}
    reckon(shop, [*charges, *touched])
    if charges and not _awaits_more(shop, payment):
        _tell_surplus(shop, payment, charges, free)


def _awaits_more(shop: Shop, payment: Payment) -> bool:
    """Whether a payment is for an order of which not everything is known to cost something yet."""
    kind, _, name = (payment.target or "").partition(":")
    return kind == "order" and shop.orders[name].waits


def _uses(shop: Shop, charges: Iterable[Charge]) -> Iterable[Allocation]:
    return (use for charge in charges for use in shop.allocations.by("charge_id", charge.id))


def _tell_surplus(shop: Shop, payment: Payment, charges: list[Charge], free: dict[str, int]) -> None:
    """Tell the owner of money for a debt that something else had paid, or that is no debt any more (R15, R17).

    `free` is what was free before of the money on these charges: older money that is told of later takes its place.
    """
    others = sum(use.amount for use in _uses(shop, charges) if use.payment_id != payment.id)
    if payment.available and payment.currency not in {charge.currency for charge in charges}:
        _tell_other_currency(shop, payment, charges[0].currency)
    elif payment.available and (payment.available == payment.amount or others > 0):
        tell_paid_twice(shop, payment, payment.available)
    for id_, before in free.items():
        if id_ != payment.id and shop.payments[id_].available > before:
            tell_paid_twice(shop, shop.payments[id_], shop.payments[id_].available - before)


def _tell_other_currency(shop: Shop, payment: Payment, currency: str) -> None:
    """Tell the owner of money that can't settle what it came for, because that is in another currency (R9)."""
    tell_owner(
        shop,
        "other_currency",
        f"{show(payment.available, payment.currency)} of payment {payment.id} came for what is in {currency}. Money is "
        "never converted: it is the client's credit now, and the debt stays as it was.",
        contact_id=payment.contact_id,
        payment=payment.id,
    )


def tell_paid_twice(shop: Shop, payment: Payment, surplus: int) -> None:
    """Tell the owner of money that came for what was no longer owed."""
    tell_owner(
        shop,
        "paid_twice",
        f"{show(surplus, payment.currency)} of payment {payment.id} came for what was no longer owed: it is "
        "the client's credit now.",
        contact_id=payment.contact_id,
        payment=payment.id,
    )


def rest_was_paid(shop: Shop, event: Event) -> None:
    """`order.paid`: upstream collected whatever was open on the order by then, also of one that has grown since."""
    order = order_of(shop, event.data.order.id)
    order.rest_stamps = sorted({*order.rest_stamps, event.stamp})
    reckon(shop, shop.charges.by("order_id", order.id))


def reverse_payment(shop: Shop, event: Event) -> None:
    """`payment.reversed`: the money proved not to exist; what it had closed is open again (R15)."""
    payment = payment_of(shop, event.data.payment.id)
    if event.stamp <= payment.reverse_stamp:
        return
    first = payment.status != PaymentStatus.REVERSED
    payment.status, payment.reverse_stamp = PaymentStatus.REVERSED, event.stamp
    payment.reverse_reason = event.data.payment.reason
    if not payment.stamp:
        payment.received_at = event.time
        return
    reckon(shop, charges_under(shop, payment))
    payment.available = 0
    if first:
        enter(shop, "reversal", payment.id, amount=-payment.amount, currency=payment.currency)
        tell_reversed(shop, payment)
