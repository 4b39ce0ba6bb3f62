"""Orders and bookings as events tell of them: placing, moving, cancelling, attendance, in any order (R4, R20, R28)."""

from decimal import Decimal
from typing import Any

from models.announcing import announce
from models.booking import Attendance, Booking, BookingStatus, Order, Session
from models.cancelling import cancel_charge
from models.charge import Charge, ChargeState
from models.contacts import Event, know_contact
from models.diary import booking_of, know_session, order_of, session_cancels, session_of, set_times, starts_first
from models.ending import end_runs_of_booking
from models.event_shapes import BookingData, ItemData, OrderData
from models.facts import raise_fact
from models.message import MessagePurpose
from models.messaging import queue
from models.money import times
from models.payer import known_contact
from models.paying import book, settle_rest, take, take_back
from models.payment import Payment
from models.periods import local_date
from models.pricing import charge_booking, owe_together, owed, service_of, tax_category
from models.running import retime_runs
from models.shop import Shop


def place_order(shop: Shop, event: Event) -> None:
    """`order.placed`: know contact, sessions and bookings, make the charges, take what was already paid."""
    data: OrderData = event.data.order
    contact = know_contact(shop, event.data.contact, event.stamp)
    order = order_of(shop, data.id)
    if event.stamp > order.stamp:
        order.contact_id, order.placed_at, order.stamp = contact.id, event.time, event.stamp
        if data.paid is not None:
            order.paid_upstream, order.paid_currency = data.paid.amount, data.paid.currency
    sessions = [_place_booking(shop, event, seat, position) for position, seat in enumerate(data.bookings)]
    for position, item in enumerate(data.items, start=len(data.bookings)):
        _charge_item(shop, event, order, item, position)
    complete(shop, order)
    for session in sessions:
        announce(shop, session)


def _place_booking(shop: Shop, event: Event, data: BookingData, position: int) -> Session:
    session, moved = know_session(shop, data.session, event.stamp)
    if moved:
        _moved(shop, session, shop.bookings.by("session_id", session.id))
    booking = booking_of(shop, data.id)
    if data.contact is not None:
        know_contact(shop, data.contact, event.stamp)
    if event.stamp > booking.placed_stamp:
        shop.bookings.rehang(booking, "order_id", event.data.order.id)
        booking.position = position
        booking.contact_id = data.contact.id if data.contact else event.data.contact.id
        booking.quantity = data.quantity
        booking.price = data.price.amount if data.price else None
        booking.currency = data.price.currency if data.price else None
        booking.payment = data.payment
        policy = data.policy
        booking.policy = {"id": policy.id, "accepted_at": policy.accepted_at.isoformat()} if policy else None
        booking.placed_at, booking.placed_stamp = event.time, event.stamp
    if event.stamp > booking.move_stamp:
        booking.move_stamp = event.stamp
        shop.bookings.rehang(booking, "session_id", session.id)
    session = shop.sessions[booking.session_id or session.id]
    if booking.moved_starts and booking.moved_ends:
        set_times(session, booking.moved_starts, booking.moved_ends, booking.moved_stamp)
    return session


def _charge_item(shop: Shop, event: Event, order: Order, item: ItemData, position: int) -> None:
    charge = shop.charges.get(item.id)
    if charge is not None and (charge.stamp >= event.stamp or charge.invoice_id or charge.settled):
        return
    if item.price.amount == 0:
        return
    charge = sold(shop, event, item, event.data.contact.id, charge)
    shop.charges.rehang(charge, "order_id", order.id)
    charge.position = position
    charge.nature = "services" if item.kind in {"package", "voucher"} else "goods"


def sold(shop: Shop, event: Event, line: Any, contact_id: str, known: Charge | None) -> Charge:
    """Make the charge of something sold (an item, a charge of upstream's), or renew the one that is known."""
    rate = line.tax_rate if line.tax_rate is not None else shop.business.tax_rate
    if shop.business.vat_exempt:
        rate = Decimal(0)
    day = local_date(event.time, shop.zone)
    charge = known or shop.charges.add(
        Charge(shop.id, line.id, contact_id, line.kind, "", Decimal(1), 0, "", 0, 0, day, shop.now)
    )
    charge.contact_id, charge.kind, charge.description = contact_id, line.kind, line.description
    charge.quantity, charge.unit_price, charge.currency = line.quantity, line.price.amount, line.price.currency
    charge.amount = times(line.price.amount, line.quantity)
    charge.tax_included, charge.tax_rate, charge.tax_category = line.tax_included, rate, tax_category(shop, rate)
    charge.due_on = getattr(line, "due_on", None) or day
    charge.service_from = charge.service_to = day
    charge.stamp = event.stamp
    charge.owed = owed(charge)
    return charge


def complete(shop: Shop, order: Order) -> None:
    """Bring an order's charges up to date; once all its services are known, raise and settle what waited for it."""
    if not order.stamp:
        return
    seats = [seat for seat in shop.bookings.by("order_id", order.id) if seat.placed_stamp]
    order.waits = any(service_of(shop, seat) is None for seat in seats)
    for seat in seats:
        if _is_cancelled(shop, seat):
            _end_seat(shop, seat)
    if order.waits:
        return
    for seat in seats:
        charge_booking(shop, order, seat)
    owe_together(shop, order.id)
    _take_payments(shop, order)
    for seat in seats:
        if not seat.live:
            _end_charge(shop, seat)
    settle_rest(shop, order)
    first = starts_first(shop, [seat for seat in seats if seat.live])
    if first is not None and not order.booked:
        order.booked = True
        raise_fact(
            shop,
            "session.booked",
            contact_id=order.contact_id,
            order=order.id,
            booking=first.id,
            session=first.session_id,
        )


def _take_payments(shop: Shop, order: Order) -> None:
    """Allocate what waited for this order: what was paid with it, and payments that came first."""
    name = f"order:{order.id}:paid"
    if order.paid_upstream and name not in shop.payments:
        payment = shop.payments.add(
            Payment(
                shop.id,
                name,
                order.contact_id,
                order.paid_upstream,
                order.paid_currency or shop.business.currency,
                "upstream",
                order.placed_at or shop.now,
                shop.now,
                order.paid_upstream,
                target=f"order:{order.id}",
                stamp=order.stamp,
            )
        )
        book(shop, payment)
    for payment in sorted(shop.payments.by("target", f"order:{order.id}"), key=lambda payment: payment.stamp):
        if payment.available:
            take(shop, payment)


def complete_waiting(shop: Shop, service_id: str) -> None:
    """Complete the orders that waited for a service that has just become known, and price again what is not billed."""
    orders: dict[str, None] = {}
    for session in list(shop.sessions.by("service_id", service_id)):
        for seat in shop.bookings.by("session_id", session.id):
            if seat.order_id:
                orders[seat.order_id] = None
    for id_ in orders:
        complete(shop, shop.orders[id_])
    for session in list(shop.sessions.by("service_id", service_id)):
        announce(shop, session)


def reschedule_booking(shop: Shop, event: Event) -> None:
    """`booking.rescheduled`: the booking moves to another session, or its appointment to another time."""
    booking = booking_of(shop, event.data.booking.id)
    new = event.data.session
    if new.id is None:
        if booking.session_id is None:
            _remember_times(booking, event)
            return
        reschedule(shop, shop.sessions[booking.session_id], event)
        return
    target = session_of(shop, new.id)
    set_times(target, new.starts_at, new.ends_at, event.stamp)
    if target.service_id is None and booking.session_id:
        origin = shop.sessions[booking.session_id]
        shop.sessions.rehang(target, "service_id", origin.service_id)
        target.kind, target.place = origin.kind, origin.place
    if event.stamp <= booking.move_stamp:
        return
    booking.move_stamp = event.stamp
    shop.bookings.rehang(booking, "session_id", target.id)
    _moved(shop, target, [booking])


def _remember_times(booking: Booking, event: Event) -> None:
    """Keep a new time that came before its booking: it is applied when the booking is known."""
    new = event.data.session
    if event.stamp > booking.moved_stamp:
        booking.moved_stamp = event.stamp
        booking.moved_starts, booking.moved_ends = new.starts_at, new.ends_at


def reschedule_session(shop: Shop, event: Event) -> None:
    """`session.rescheduled`: a new time for everyone in it."""
    reschedule(shop, session_of(shop, event.data.session.id), event)


def reschedule(shop: Shop, session: Session, event: Event) -> None:
    """Give a session its new time, if no newer one is known."""
    new = event.data.session
    if set_times(session, new.starts_at, new.ends_at, event.stamp):
        _moved(shop, session, [seat for seat in shop.bookings.by("session_id", session.id) if seat.live])


def _moved(shop: Shop, session: Session, seats: list[Booking]) -> None:
    """Move what follows a session's time: due dates, waits (R4), announcements; tell of each live booking."""
    for seat in list(seats):
        if seat.live and seat.order_id:
            complete(shop, shop.orders[seat.order_id])
            retime_runs(shop, seat)
            raise_fact(
                shop,
                "booking.rescheduled",
                contact_id=seat.contact_id,
                booking=seat.id,
                session=session.id,
                order=seat.order_id,
            )
    announce(shop, session)


def cancel_booking(shop: Shop, event: Event) -> None:
    """`booking.cancelled`: the seat is given back; what is unpaid ends, what was paid follows `refund` (R28)."""
    booking = booking_of(shop, event.data.booking.id)
    if booking.cancel_stamp and event.stamp <= booking.cancel_stamp:
        return
    booking.cancel_stamp = event.stamp
    _note_terms(booking, event, event.data.booking.reason)
    if booking.placed_stamp and booking.order_id:
        complete(shop, order_of(shop, booking.order_id))


def cancel_session(shop: Shop, event: Event) -> None:
    """`session.cancelled`: the same for each live booking of it."""
    session = session_of(shop, event.data.session.id)
    if event.stamp <= session.cancel_stamp:
        return
    session.cancel_stamp = event.stamp
    session.cancel_reason, session.cancel_refund = event.data.session.reason, _terms(event)
    for seat in list(shop.bookings.by("session_id", session.id)):
        if seat.live and seat.order_id:
            complete(shop, shop.orders[seat.order_id])


def _note_terms(booking: Booking, event: Event, reason: str | None) -> None:
    booking.cancel_reason, booking.cancel_refund = reason, _terms(event)


def _terms(event: Event) -> dict[str, Any]:
    """Return what a cancellation says of money and messages."""
    refund, notify = event.data.refund, event.data.notify
    money = {"amount": refund.amount, "currency": refund.currency} if hasattr(refund, "amount") else str(refund)
    return {
        "refund": money,
        "cancellation": bool(notify and notify.cancellation),
        "notify_refund": bool(notify and notify.refund),
    }


def _is_cancelled(shop: Shop, seat: Booking) -> bool:
    session = shop.sessions.get(seat.session_id) if seat.session_id else None
    return bool(seat.cancel_stamp) or session_cancels(seat, session)


def _end_seat(shop: Shop, seat: Booking) -> None:
    """Mark a seat as given back, end the runs about it (R4) and tell, once."""
    if seat.status == BookingStatus.CANCELLED:
        return
    seat.status = BookingStatus.CANCELLED
    if not seat.cancel_stamp and seat.session_id:
        session = shop.sessions[seat.session_id]
        seat.cancel_stamp, seat.cancel_reason = session.cancel_stamp, session.cancel_reason
        seat.cancel_refund = session.cancel_refund
    end_runs_of_booking(shop, seat)
    retime_runs(shop, seat)
    raise_fact(
        shop,
        "booking.cancelled",
        contact_id=seat.contact_id,
        booking=seat.id,
        session=seat.session_id,
        order=seat.order_id,
    )
    terms = seat.cancel_refund if isinstance(seat.cancel_refund, dict) else {}
    if terms.get("cancellation"):
        _notify(shop, seat, "booking_cancelled")
    if terms.get("notify_refund") and terms.get("refund") not in {None, "none"}:
        _notify(shop, seat, "refund")


def _notify(shop: Shop, seat: Booking, template: str) -> None:
    queue(
        shop,
        known_contact(shop, seat.contact_id or ""),
        template=template,
        purpose=MessagePurpose.SERVICE,
        documents=[],
        subject_ids={"booking": seat.id, "session": seat.session_id, "order": seat.order_id},
    )


def _end_charge(shop: Shop, seat: Booking) -> None:
    """Cancel the charge of a seat; money that came after the cancellation is credit, not kept (R20)."""
    charge = shop.charges.get(seat.id)
    if charge is None or charge.cancel_stamp == seat.cancel_stamp:
        return
    charge.cancel_stamp = seat.cancel_stamp
    for allocation in list(shop.allocations.by("charge_id", charge.id)):
        payment = shop.payments.get(allocation.payment_id)
        if payment is not None and payment.stamp > seat.cancel_stamp:
            payment.available += take_back(shop, payment, charge=charge)
    terms = seat.cancel_refund if isinstance(seat.cancel_refund, dict) else {}
    cancel_charge(shop, charge, terms.get("refund", "none"), seat.cancel_reason)


def note_attendance(shop: Shop, event: Event) -> None:
    """`booking.attendance`: whether the client came; told once when it first becomes so."""
    booking = booking_of(shop, event.data.booking.id)
    if event.stamp <= booking.attendance_stamp:
        return
    before, booking.attendance_stamp = booking.attendance, event.stamp
    booking.attendance = event.data.booking.attendance
    if booking.attendance in {before, Attendance.BOOKED}:
        return
    raise_fact(
        shop,
        f"booking.{booking.attendance}",
        contact_id=booking.contact_id,
        booking=booking.id,
        session=booking.session_id,
        order=booking.order_id,
    )


def add_charge(shop: Shop, event: Event) -> None:
    """`charge.added`: something owed outside any order."""
    data = event.data.charge
    contact = know_contact(shop, event.data.contact, event.stamp)
    known = shop.charges.get(data.id)
    if known is not None and (known.stamp >= event.stamp or known.invoice_id):
        return
    first = known is None or not known.stamp
    charge = sold(shop, event, data, contact.id, known)
    for payment in list(shop.payments.by("target", f"charge:{charge.id}")):
        if payment.available:
            take(shop, payment)
    if charge.cancel_stamp:
        cancel_charge(shop, charge, "none")
    elif first:
        raise_fact(shop, "charge.added", contact_id=contact.id, charge=charge.id)


def cancel_added_charge(shop: Shop, event: Event) -> None:
    """`charge.cancelled`: it is owed no more; what was paid of it is kept (R28)."""
    id_ = event.data.charge.id
    charge = shop.charges.get(id_)
    if charge is None:
        charge = shop.charges.add(
            Charge(
                shop.id,
                id_,
                "",
                "other",
                "",
                Decimal(1),
                0,
                shop.business.currency,
                0,
                0,
                local_date(event.time, shop.zone),
                shop.now,
                state=ChargeState.CANCELLED,
            )
        )
    if event.stamp <= charge.cancel_stamp:
        return
    charge.cancel_stamp = event.stamp
    if charge.stamp:
        cancel_charge(shop, charge, "none")
