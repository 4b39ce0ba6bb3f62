"""The diary: orders, bookings and sessions as they are known so far, also when only their name is."""

from datetime import datetime

from models.booking import Booking, Order, Session
from models.event_shapes import SessionData
from models.shop import Shop


def order_of(shop: Shop, id_: str) -> Order:
    """Return an order, known so far only by name if need be."""
    return shop.orders.get(id_) or shop.orders.add(Order(shop.id, id_))


def booking_of(shop: Shop, id_: str) -> Booking:
    """Return a booking, known so far only by name if need be."""
    return shop.bookings.get(id_) or shop.bookings.add(Booking(shop.id, id_))


def session_of(shop: Shop, id_: str) -> Session:
    """Return a session, known so far only by name if need be."""
    return shop.sessions.get(id_) or shop.sessions.add(Session(shop.id, id_))


def know_session(shop: Shop, data: SessionData, stamp: str) -> tuple[Session, bool]:
    """Take over what an event says of a session, each aspect by its own stamp (R20); tell whether it moved."""
    session = session_of(shop, data.id)
    if stamp > session.detail_stamp:
        shop.sessions.rehang(session, "service_id", data.service)
        session.kind, session.place, session.detail_stamp = data.kind, data.place, stamp
    return session, set_times(session, data.starts_at, data.ends_at, stamp)


def set_times(session: Session, starts_at: datetime, ends_at: datetime, stamp: str) -> bool:
    """Move a session if the event is newer than what is known; tell whether a known time changed."""
    if stamp <= session.time_stamp:
        return False
    known = bool(session.time_stamp)
    moved = known and (session.starts_at, session.ends_at) != (starts_at, ends_at)
    session.time_stamp, session.starts_at, session.ends_at = stamp, starts_at, ends_at
    return moved


def starts_first(shop: Shop, seats: list[Booking]) -> Booking | None:
    """Return the booking whose session starts earliest (ties: the order's own sequence)."""

    def start(seat: Booking) -> tuple[bool, str, int, str]:
        session = shop.sessions.get(seat.session_id) if seat.session_id else None
        starts = session.starts_at if session else None
        return starts is None, starts.isoformat() if starts else "", seat.position, seat.id

    return min(seats, key=start, default=None)


def service_id_of(shop: Shop, seat: Booking) -> str | None:
    """Return the service of a booking's session."""
    session = shop.sessions.get(seat.session_id) if seat.session_id else None
    return session.service_id if session else None


def session_cancels(booking: Booking, session: Session | None) -> bool:
    """Whether the cancellation of its session took this booking along: made or moved there before it."""
    return session is not None and session.cancel_stamp > max(booking.placed_stamp, booking.move_stamp)


def participants(shop: Shop, session_id: str, contact_id: str | None) -> list[Booking]:
    """Return the live seats that one participant has in a session."""
    return [seat for seat in shop.bookings.by("session_id", session_id) if seat.live and seat.contact_id == contact_id]
