"""Orders and bookings as events tell of them: placing, moving, cancelling, attendance, in any order (R4, R20, R28)."""

from collections.abc import Iterable
from typing import Any

from models.announcing import announce
from models.booking import Attendance, Attended, Booking, BookingStatus, Order, Session
from models.cancelling import cancellation_of, ending_of
from models.charge import Charge
from models.charging import charge_booking, charge_item
from models.contact import Contact
from models.contacts import Event, know_contact
from models.couponing import discount_order, note_coupon
from models.diary import booking_of, describe_session, forget_times, order_of, session_of, set_times, starts_first
from models.ending import end_runs_of_booking
from models.event_shapes import BookingData, OrderData
from models.facts import raise_fact
from models.identifiers import moment_of
from models.invoice import Invoice
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact, payer_of
from models.pricing import owe_together, service_of
from models.receiving import Told, paid_with, payment_of, receive
from models.reckoning import Reckoned, charges_under, reckon
from models.releasing import give_up, was_given_up, watch
from models.running import retime_runs
from models.shop import Shop
from models.spoken_for import writes_of_cancellation


def place_order(shop: Shop, event: Event) -> None:
    """`order.placed`: know contact, sessions and bookings, make the charges, take what was already paid."""
    data: OrderData = event.data.order
    contact = know_contact(shop, event.data.contact, event.stamp)
    order = order_of(shop, data.id)
    if event.stamp > order.stamp:
        order.contact_id, order.placed_at, order.stamp = contact.id, event.time, event.stamp
        note_coupon(shop, order, data.coupon)
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
    session = session_of(shop, data.session.id)
    if describe_session(shop, session, data.session, event.stamp):
        _complete_all(shop, shop.bookings.by("session_id", session.id))
    if set_times(session, data.session.starts_at, data.session.ends_at, event.stamp):
        _moved(shop, session, shop.bookings.by("session_id", session.id))
    booking = booking_of(shop, data.id)
    if data.contact is not None:
        know_contact(shop, data.contact, event.stamp)
    booking.first_stamp = min(booking.first_stamp or event.stamp, event.stamp)
    if event.stamp > booking.placed_stamp:
        shop.bookings.rehang(booking, "order_id", event.data.order.id)
        booking.position = position
        booking.contact_id = data.contact.id if data.contact else event.data.contact.id
        booking.quantity = data.quantity
        booking.price = data.price.amount if data.price else None
        booking.currency = data.price.currency if data.price else None
        booking.payment, booking.package_id = data.payment, data.package
        policy = data.policy
        booking.policy = {"id": policy.id, "accepted_at": policy.accepted_at.isoformat()} if policy else None
        booking.placed_at, booking.placed_stamp = event.time, event.stamp
    if event.stamp > booking.move_stamp:
        _seat(shop, booking, session, event.stamp)
    seated = shop.sessions[booking.session_id or session.id]
    _inherit(shop, seated, session)
    return seated


def _seat(shop: Shop, booking: Booking, session: Session, stamp: str) -> None:
    """Let a booking sit in a session; a time that its appointment got later comes along, an older one does not."""
    left = shop.sessions.get(booking.session_id) if booking.session_id else None
    booking.move_stamp = stamp
    shop.bookings.rehang(booking, "session_id", session.id)
    if left is not None and forget_times(left, booking.id):
        _moved(shop, left, shop.bookings.by("session_id", left.id))
    if _retime(booking, session):
        _moved(shop, session, _beside(shop, booking, session))


def _retime(booking: Booking, session: Session) -> bool:
    """Give a session the new time of a booking in it, unless that is older than the seat; tell whether it moved."""
    if booking.moved_stamp <= booking.move_stamp or booking.moved_starts is None or booking.moved_ends is None:
        return False
    return set_times(session, booking.moved_starts, booking.moved_ends, booking.moved_stamp, booking.id)


def _beside(shop: Shop, booking: Booking, session: Session) -> list[Booking]:
    return [seat for seat in shop.bookings.by("session_id", session.id) if seat is not booking]


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
        _tell(shop, seats, ended, reckon(shop, shop.charges.by("order_id", order.id)))
        return
    for seat in seats:
        charge_booking(shop, order, seat)
    charges = sorted(shop.charges.by("order_id", order.id), key=lambda charge: (charge.position, charge.id))
    discount_order(shop, order, charges)
    owe_together([charge for charge in charges if ending_of(shop, charge) is None])
    reckoned = reckon(shop, [*charges, *_book_paid(shop, order)])
    _tell(shop, seats, ended, reckoned)
    first = starts_first(shop, [seat for seat in seats if seat.live])
    newly = not order.booked
    for seat in seats:
        watch(shop, seat, first=newly)
    if first is not None and newly:
        order.booked = True
        raise_fact(
            shop,
            "session.booked",
            contact_id=order.contact_id,
            order=order.id,
            booking=first.id,
            session=first.session_id,
        )


def _book_paid(shop: Shop, order: Order) -> list[Charge]:
    """Book what was paid with the order, once, a newer telling corrects it; return the charges under that money."""
    if order.paid_upstream is None or order.contact_id is None:
        return []
    payment = payment_of(shop, paid_with(order.id))
    currency = order.paid_currency or shop.business.currency
    at = moment_of(order.paid_stamp)
    told = Told(order.contact_id, order.paid_upstream, currency, "upstream", at, order.paid_stamp)
    receive(shop, payment, told, f"order:{order.id}")
    return charges_under(shop, payment)


def complete_waiting(shop: Shop, service_id: str) -> None:
    """Complete the orders that waited for a service that has just become known, and price again what is not billed."""
    sessions = list(shop.sessions.by("service_id", service_id))
    _complete_all(shop, [seat for session in sessions for seat in shop.bookings.by("session_id", session.id)])
    for session in sessions:
        announce(shop, session)


def _complete_all(shop: Shop, seats: Iterable[Booking]) -> None:
    """Bring the orders of some bookings up to date."""
    for order_id in dict.fromkeys(seat.order_id for seat in seats):
        if order_id:
            complete(shop, shop.orders[order_id])


def reschedule_booking(shop: Shop, event: Event) -> None:
    """`booking.rescheduled`: the booking moves to another session, or its appointment to another time."""
    booking = booking_of(shop, event.data.booking.id)
    new = event.data.session
    if new.id is None:
        _remember_times(shop, booking, event)
        return
    target = session_of(shop, new.id)
    moved = set_times(target, new.starts_at, new.ends_at, event.stamp)
    if booking.session_id:
        _inherit(shop, target, shop.sessions[booking.session_id])
    if event.stamp > booking.move_stamp:
        _seat(shop, booking, target, event.stamp)
        _moved(shop, target, [booking, *(_beside(shop, booking, target) if moved else ())])
    elif moved:
        _moved(shop, target, shop.bookings.by("session_id", target.id))


def _remember_times(shop: Shop, booking: Booking, event: Event) -> None:
    """Keep the new time of an appointment: it may come before its booking, or before what the booking moved to."""
    if event.stamp <= booking.moved_stamp:
        return
    new = event.data.session
    booking.moved_stamp, booking.moved_starts, booking.moved_ends = event.stamp, new.starts_at, new.ends_at
    session = shop.sessions.get(booking.session_id) if booking.session_id else None
    if session is not None and _retime(booking, session):
        _moved(shop, session, shop.bookings.by("session_id", session.id))


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
    for seat in sorted(seats, key=lambda seat: (seat.order_id or "", seat.position, seat.id)):
        if seat.order_id is None:
            continue
        complete(shop, order_of(shop, seat.order_id))
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


def release(shop: Shop, seat: Booking) -> None:
    """Give a seat back that had to be paid when it was booked and was not within its window."""
    if give_up(shop, seat) and seat.order_id:
        complete(shop, order_of(shop, seat.order_id))


def cancel_session(shop: Shop, event: Event) -> None:
    """`session.cancelled`: the same for each live booking of it."""
    session = session_of(shop, event.data.session.id)
    if event.stamp <= session.cancel_stamp:
        return
    session.cancel_stamp = event.stamp
    reason = event.data.session.reason
    session.cancel_reason, session.cancel_refund = reason, _terms(event, reason)
    _complete_all(shop, shop.bookings.by("session_id", session.id))


def _note_terms(booking: Booking, event: Event, reason: str | None) -> None:
    booking.cancel_reason, booking.cancel_refund = reason, _terms(event, reason)


def _terms(event: Event, reason: str | None) -> dict[str, Any]:
    """Return what a cancellation says of money and messages."""
    refund, notify = event.data.refund, event.data.notify
    money = {"amount": refund.amount, "currency": refund.currency} if hasattr(refund, "amount") else str(refund)
    return {
        "reason": reason,
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


def _tell(shop: Shop, seats: Iterable[Booking], ended: Iterable[Booking], reckoned: Reckoned) -> None:
    _tell_clients(shop, ended, reckoned)
    _tell_refunds(shop, seats, reckoned)


def _tell_clients(shop: Shop, ended: Iterable[Booking], reckoned: Reckoned) -> None:
    """Write to the clients whose cancellation asks for it; credit notes go along.

    Whose seat was given back unpaid is told also what goes back, where no automation tells it anyhow.
    """
    for seat in ended:
        cancelled = cancellation_of(shop, seat)
        if cancelled is None or not cancelled.terms.get("cancellation"):
            continue
        notes = reckoned.documents({seat.id})
        if not was_given_up(cancelled.terms):
            _tell_cancelled(shop, seat, notes)
        elif not writes_of_cancellation(shop, seat):
            money = _money_back(shop, seat, reckoned)
            _notify(shop, seat, "booking_released", _payer(shop, seat, notes), notes, refunded=money)


def _tell_cancelled(shop: Shop, seat: Booking, notes: list[Invoice]) -> None:
    """Write to who was to come; where somebody else pays, the credit notes go there."""
    guest, payer = known_contact(shop, seat.contact_id or ""), _payer(shop, seat, notes)
    _notify(shop, seat, "booking_cancelled", guest, notes if guest is payer else [])
    if notes and guest is not payer:
        _notify(shop, seat, "booking_cancelled", payer, notes)


def _payer(shop: Shop, seat: Booking, notes: list[Invoice]) -> Contact:
    """Return who pays for a seat: who had the document, else who would have it."""
    if notes:
        return known_contact(shop, notes[0].contact_id)
    order = shop.orders.get(seat.order_id) if seat.order_id else None
    return payer_of(shop, (order and order.contact_id) or seat.contact_id or "")


def _money_back(shop: Shop, seat: Booking, reckoned: Reckoned) -> dict[str, Any] | None:
    """Return what goes back of a booking's money, as a message remembers it; None where that is nothing."""
    amount = reckoned.refunds.get(seat.id)
    return {"amount": amount, "currency": shop.charges[seat.id].currency} if amount else None


def _tell_refunds(shop: Shop, seats: Iterable[Booking], reckoned: Reckoned) -> None:
    """Write to the payers who get money back, where the cancellation asks for it."""
    for seat in seats:
        cancelled = cancellation_of(shop, seat)
        if cancelled and cancelled.terms.get("notify_refund") and seat.id in reckoned.refunds:
            notes, money = reckoned.documents({seat.id}), _money_back(shop, seat, reckoned)
            _notify(shop, seat, "refund", _payer(shop, seat, notes), notes, refunded=money)


def _notify(shop: Shop, seat: Booking, template: str, to: Contact, notes: list[Invoice], **more: Any) -> None:
    subjects = {"booking": seat.id, "session": seat.session_id, "order": seat.order_id} | more
    queue(
        shop,
        to,
        template=template,
        purpose=MessagePurpose.SERVICE,
        documents=notes,
        subject_ids=subjects | {"invoice": notes[0].id if notes else None},
    )


def note_attendance(shop: Shop, event: Event) -> None:
    """`booking.attendance`: whether the client came; told once when it first becomes so."""
    booking = booking_of(shop, event.data.booking.id)
    told = event.data.booking.attendance
    who = shop.cause.actor if shop.cause and shop.cause.actor else event.source
    shop.attended.add(Attended(shop.id, booking.id, event.stamp, told, event.time, who))
    if event.stamp <= booking.attendance_stamp:
        return
    before, booking.attendance_stamp = booking.attendance, event.stamp
    booking.attendance = told
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
