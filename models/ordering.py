"""Orders and bookings as events tell of them: placing, moving, cancelling, attendance, in any order (R4, R20, R28)."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.announcing import announce
from models.booking import Attendance, Booking, BookingStatus, Order, Session
from models.bookkeeping import book, correct
from models.cancelling import cancellation_of, ending_of
from models.charging import charge_item
from models.contacts import Event, know_contact
from models.diary import booking_of, know_session, order_of, session_of, set_times, starts_first
from models.ending import end_runs_of_booking
from models.event_shapes import BookingData, OrderData
from models.facts import raise_fact
from models.invoice import Invoice
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.payment import Payment
from models.pricing import charge_booking, owe_together, service_of
from models.reckoning import Reckoned, reckon
from models.running import retime_runs
from models.shop import Shop


def place_order(shop: Shop, event: Event) -> None:
    """`order.placed`: know contact, sessions and bookings, make the charges, take what was already paid."""
    data: OrderData = event.data.order
    contact = know_contact(shop, event.data.contact, event.stamp)
    order = order_of(shop, data.id)
    if event.stamp > order.stamp:
        order.contact_id, order.placed_at, order.stamp = contact.id, event.time, event.stamp
    if data.paid is not None and event.stamp > order.paid_stamp:
        order.paid_upstream, order.paid_currency = data.paid.amount, data.paid.currency
        order.paid_stamp = event.stamp
    sessions = [_place_booking(shop, event, seat, position) for position, seat in enumerate(data.bookings)]
    for position, item in enumerate(data.items, start=len(data.bookings)):
        charge_item(shop, event, order.id, item, position)
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
    seated = shop.sessions[booking.session_id or session.id]
    _inherit(shop, seated, session)
    if booking.moved_starts and booking.moved_ends:
        set_times(seated, booking.moved_starts, booking.moved_ends, booking.moved_stamp)
    return seated


def _inherit(shop: Shop, target: Session, origin: Session) -> None:
    """Let a session that is known only as the place to move to be of the service that was booked."""
    if target.service_id is None:
        shop.sessions.rehang(target, "service_id", origin.service_id)
        target.kind, target.place = origin.kind, origin.place


def complete(shop: Shop, order: Order) -> None:
    """Bring an order and its charges up to date; once all its services are known, raise and settle what waited."""
    if not order.stamp:
        return
    seats = [seat for seat in shop.bookings.by("order_id", order.id) if seat.placed_stamp]
    ended = [seat for seat in seats if _follow_cancellation(shop, seat)]
    order.waits = any(service_of(shop, seat) is None for seat in seats)
    if order.waits:
        _tell_clients(shop, ended, {})
        return
    for seat in seats:
        charge_booking(shop, order, seat)
    charges = shop.charges.by("order_id", order.id)
    owe_together([charge for charge in charges if ending_of(shop, charge) is None])
    _book_paid(shop, order)
    reckoned = reckon(shop, charges)
    _tell_clients(shop, ended, reckoned.notes)
    _tell_refunds(shop, seats, reckoned)
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


def _book_paid(shop: Shop, order: Order) -> None:
    """Book what was paid with the order, once; a newer telling corrects it."""
    name = f"order:{order.id}:paid"
    if not order.paid_upstream:
        return
    payment = shop.payments.get(name)
    if payment is None:
        payment = Payment(
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
            stamp=order.paid_stamp,
        )
        book(shop, shop.payments.add(payment))
    elif payment.amount != order.paid_upstream:
        correct(shop, payment, order.paid_upstream)
    payment.stamp = order.paid_stamp


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
    if booking.session_id:
        _inherit(shop, target, shop.sessions[booking.session_id])
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
        _moved(shop, session, shop.bookings.by("session_id", session.id))


def _moved(shop: Shop, session: Session, seats: list[Booking]) -> None:
    """Move what follows a session's time: due dates, waits (R4), announcements; tell of each live booking."""
    for seat in [seat for seat in seats if seat.order_id]:
        complete(shop, order_of(shop, seat.order_id or ""))
        if seat.live:
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
    for order_id in dict.fromkeys(seat.order_id for seat in shop.bookings.by("session_id", session.id)):
        if order_id:
            complete(shop, shop.orders[order_id])


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


def _follow_cancellation(shop: Shop, seat: Booking) -> bool:
    """Mark a seat as given back, end the runs about it (R4) and tell; return whether that is new.

    A seat that moved away from its cancelled session, in the order of events, is held after all.
    """
    cancelled = cancellation_of(shop, seat)
    seat.cancel_reason = cancelled.reason if cancelled else None
    if cancelled is None or seat.status == BookingStatus.CANCELLED:
        seat.status = BookingStatus.CANCELLED if cancelled else BookingStatus.BOOKED
        return False
    seat.status = BookingStatus.CANCELLED
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
    return True


def _tell_clients(shop: Shop, ended: Iterable[Booking], notes: Mapping[str, Invoice]) -> None:
    """Write to the clients whose cancellation asks for it; a credit note goes along."""
    for seat in ended:
        cancelled = cancellation_of(shop, seat)
        if cancelled and cancelled.terms.get("cancellation"):
            _notify(shop, seat, "booking_cancelled", notes.get(seat.id))


def _tell_refunds(shop: Shop, seats: Iterable[Booking], reckoned: Reckoned) -> None:
    """Write to the clients who get money back, where their cancellation asks for it."""
    for seat in seats:
        cancelled = cancellation_of(shop, seat)
        if cancelled and cancelled.terms.get("notify_refund") and seat.id in reckoned.refunds:
            _notify(shop, seat, "refund", reckoned.notes.get(seat.id))


def _notify(shop: Shop, seat: Booking, template: str, note: Invoice | None) -> None:
    subjects = {"booking": seat.id, "session": seat.session_id, "order": seat.order_id}
    queue(
        shop,
        known_contact(shop, seat.contact_id or ""),
        template=template,
        purpose=MessagePurpose.SERVICE,
        documents=[note] if note else [],
        subject_ids=subjects | {"invoice": note.id if note else None},
    )


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
