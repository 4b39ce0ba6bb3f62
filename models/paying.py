"""Payments as upstream tells of them: received, reversed, "the rest was paid" (R15-R17, R20)."""

from collections.abc import Iterable
from typing import Any

from models.booking import Order
from models.bookkeeping import enter
from models.cancelling import cancel_charge
from models.charge import Charge, ChargeState
from models.contacts import Event, know_contact
from models.diary import order_of
from models.event_shapes import PaymentData, Target
from models.facts import raise_fact
from models.invoice import DocumentStatus
from models.issuing import next_check
from models.payment import Allocation, Payment, PaymentStatus
from models.settling import charges_of_target, invoice_named, settle
from models.shop import Shop, tell_owner


def receive_payment(shop: Shop, event: Event) -> None:
    """`payment.received`: book money that has arrived, whatever it is for (R16)."""
    data: PaymentData = event.data.payment
    contact = know_contact(shop, event.data.contact, event.stamp)
    known = shop.payments.get(data.id)
    if known is not None and known.stamp:
        _told_twice(shop, known, data)
        return
    target: Target | None = event.data.target
    reversed_before = known is not None
    payment = known or shop.payments.add(
        Payment(shop.id, data.id, None, 0, data.amount.currency, data.method, event.time, shop.now, 0)
    )
    shop.payments.rehang(payment, "contact_id", contact.id)
    payment.amount = payment.available = data.amount.amount
    payment.currency, payment.method = data.amount.currency, data.method
    payment.received_at, payment.stamp = data.received_at or event.time, event.stamp
    if target is not None:
        shop.payments.rehang(payment, "target", _name_of(target))
        payment.charge_ids = list(target.charges or ())
    book(shop, payment)
    raise_fact(shop, "payment.succeeded", contact_id=contact.id, payment=payment.id, **_about(shop, payment))
    if reversed_before:
        _tell_reversed(shop, payment)
        payment.available = 0
        return
    take(shop, payment)


def _name_of(target: Target) -> str:
    if target.order:
        return f"order:{target.order}"
    if target.invoice:
        return f"invoice:{target.invoice}"
    return f"charge:{(target.charges or ('',))[0]}"


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


def book(shop: Shop, payment: Payment) -> None:
    """Enter received money into the journal."""
    enter(
        shop,
        "payment",
        payment.id,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        received=payment.received_at.isoformat(),
    )


def take(shop: Shop, payment: Payment) -> None:
    """Send money on its way, as if it had come in time: before a settlement or cancellation that it precedes (R20)."""
    charges = charges_of_target(shop, payment)
    kind, _, order_id = (payment.target or "").partition(":")
    order = shop.orders.get(order_id) if kind == "order" else None
    if order is not None:
        _replace_rest(shop, order, payment)
    revived = revive(shop, charges or (), payment)
    settle(shop, payment)
    for charge, refund in revived:
        cancel_charge(shop, charge, refund)


def revive(shop: Shop, charges: Iterable[Charge], payment: Payment) -> list[tuple[Charge, object]]:
    """Open charges again whose cancellation is younger than this payment: what was paid before it is kept or refunded.

    Returns them with the refund that their cancellation asked for, so that they are cancelled again after allocation.
    """
    revived: list[tuple[Charge, object]] = []
    for charge in charges:
        if charge.state != ChargeState.CANCELLED or payment.stamp >= charge.cancel_stamp:
            continue
        shop.charges.rehang(charge, "invoice_id", None)
        charge.state = ChargeState.DUE
        booking = shop.bookings.get(charge.booking_id) if charge.booking_id else None
        revived.append((charge, booking.cancel_refund if booking else "none"))
    return revived


def rest_was_paid(shop: Shop, event: Event) -> None:
    """`order.paid`: upstream collected whatever was open on the order."""
    order = order_of(shop, event.data.order.id)
    if order.rest_stamp:
        return
    order.rest_stamp = event.stamp
    settle_rest(shop, order)


def settle_rest(shop: Shop, order: Order) -> None:
    """Book the upstream payment of an order's open rest, once the order is complete."""
    name = f"order:{order.id}:rest"
    if not order.rest_stamp or order.waits or not order.stamp or name in shop.payments:
        return
    charges = shop.charges.by("order_id", order.id)
    open_ = {charge.currency: 0 for charge in charges}
    for charge in charges:
        open_[charge.currency] += charge.open
    for currency, amount in open_.items():
        if amount <= 0:
            continue
        payment = shop.payments.add(
            Payment(
                shop.id,
                name if currency == charges[0].currency else f"{name}:{currency}",
                order.contact_id,
                amount,
                currency,
                "upstream",
                shop.now,
                shop.now,
                amount,
                target=f"order:{order.id}",
                stamp=order.rest_stamp,
            )
        )
        book(shop, payment)
        settle(shop, payment)


def _replace_rest(shop: Shop, order: Order, payment: Payment) -> None:
    """Let a payment that precedes an upstream settlement take its place: the rest was smaller than we knew (R20)."""
    rest = shop.payments.get(f"order:{order.id}:rest")
    if rest is None or payment.stamp >= rest.stamp or payment.currency != rest.currency:
        return
    for given in list(shop.allocations.by("payment_id", rest.id)):
        part = min(given.amount, payment.available, rest.amount)
        if part <= 0 or given.charge_id is None:
            continue
        _book_over(shop, given, payment, part)
        rest.amount -= part
        enter(shop, "payment_corrected", rest.id, amount=-part, currency=rest.currency, by=payment.id)


def _book_over(shop: Shop, given: Allocation, payment: Payment, amount: int) -> None:
    payment.available -= amount
    for owner, signed in ((given.payment_id, -amount), (payment.id, amount)):
        shop.allocations.add(
            Allocation(
                shop.id,
                shop.key("all", owner, given.charge_id or "", shop.next_serial()),
                owner,
                given.charge_id,
                signed,
                shop.today,
                shop.now,
                given.invoice_id,
            )
        )


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
    take_back(shop, payment)
    payment.available = 0
    _tell_reversed(shop, payment)


def _tell_reversed(shop: Shop, payment: Payment) -> None:
    enter(shop, "reversal", payment.id, amount=-payment.amount, currency=payment.currency)
    raise_fact(shop, "payment.reversed", contact_id=payment.contact_id, payment=payment.id)


def take_back(shop: Shop, payment: Payment, *, charge: Charge | None = None) -> int:
    """Undo a payment's allocations (all, or those to one charge); return the money that is free again."""
    given: dict[str, int] = {}
    for allocation in shop.allocations.by("payment_id", payment.id):
        if allocation.charge_id and (charge is None or allocation.charge_id == charge.id):
            given[allocation.charge_id] = given.get(allocation.charge_id, 0) + allocation.amount
    for charge_id, amount in given.items():
        found = shop.charges.get(charge_id)
        if amount > 0 and found is not None:
            _reopen(shop, payment, found, amount)
    return sum(given.values())


def _reopen(shop: Shop, payment: Payment, charge: Charge, amount: int) -> None:
    charge.settled -= amount
    if charge.state == ChargeState.SETTLED:
        charge.state = ChargeState.INVOICED if charge.invoice_id else ChargeState.DUE
    invoice = shop.invoices.get(charge.invoice_id) if charge.invoice_id else None
    if invoice is not None:
        invoice.amount_due += amount
        if invoice.status == DocumentStatus.PAID:
            invoice.status = DocumentStatus.ISSUED
        invoice.check_at = next_check(shop, invoice)
        for group in sorted(shop.taxes.by("invoice_id", invoice.id), key=lambda g: -g.position):
            part = min(amount, group.settled)
            group.settled -= part
            amount -= part
    total = -sum(a.amount for a in shop.allocations.by("payment_id", payment.id) if a.charge_id == charge.id)
    shop.allocations.add(
        Allocation(
            shop.id,
            shop.key("all", payment.id, charge.id, shop.next_serial()),
            payment.id,
            charge.id,
            total,
            shop.today,
            shop.now,
            charge.invoice_id,
        )
    )
    enter(shop, "allocation", payment.id, charge=charge.id, amount=total, currency=payment.currency)
