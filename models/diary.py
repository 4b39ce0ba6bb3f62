"""The diary: orders, bookings and sessions as they are known so far, also when only their name is."""

from datetime import datetime

from models.booking import Booking, Order, Session
from models.event_shapes import SessionData
from models.shop import Shop

OWN = ""
"""Who tells of a session's times: the session itself. A booking whose appointment gets a new time tells in its name."""


def order_of(shop: Shop, id_: str) -> Order:
    """Return an order, known so far only by name if need be."""
    return shop.orders.get(id_) or shop.orders.add(Order(shop.id, id_))


def booking_of(shop: Shop, id_: str) -> Booking:
    """Return a booking, known so far only by name if need be."""
    return shop.bookings.get(id_) or shop.bookings.add(Booking(shop.id, id_))


def session_of(shop: Shop, id_: str) -> Session:
    """Return a session, known so far only by name if need be."""
    return shop.sessions.get(id_) or shop.sessions.add(Session(shop.id, id_))


def describe_session(shop: Shop, session: Session, data: SessionData, stamp: str) -> bool:
    """Take over what a newer event says of a session beside its times (R20); tell whether that is news."""
    if stamp <= session.detail_stamp:
        return False
    before = session.service_id, session.kind, session.place
    shop.sessions.rehang(session, "service_id", data.service)
    session.kind, session.place, session.detail_stamp = data.kind, data.place, stamp
    return before != (session.service_id, session.kind, session.place)


def says_more(session: Session, data: SessionData) -> bool:
    """Whether an event tells something else of a session than what is known."""
    known = session.service_id, session.kind, session.place, session.starts_at, session.ends_at
    return known != (data.service, data.kind, data.place, data.starts_at, data.ends_at)


def set_times(session: Session, starts_at: datetime, ends_at: datetime, stamp: str, by: str = OWN) -> bool:
    """Let a session have times as they are told, by itself or by a booking in it; the newest hold (R20).

    Tell whether a known time changed.
    """
    told = _told_times(session)
    if by in told and stamp <= told[by][0]:
        return False
    return _hold(session, told | {by: [stamp, starts_at.isoformat(), ends_at.isoformat()]})


def forget_times(session: Session, by: str) -> bool:
    """Let the times that a booking gave a session hold no more; tell whether a known time changed."""
    told = _told_times(session)
    return by in told and _hold(session, {name: times for name, times in told.items() if name != by})


def _told_times(session: Session) -> dict[str, list[str]]:
    if isinstance(session.told_times, dict):
        return session.told_times
    if session.starts_at is None or session.ends_at is None:
        return {}
    return {OWN: [session.time_stamp, session.starts_at.isoformat(), session.ends_at.isoformat()]}


def _hold(session: Session, told: dict[str, list[str]]) -> bool:
    before = session.starts_at, session.ends_at
    session.time_stamp, starts_at, ends_at = max(told.values())
    session.starts_at, session.ends_at = datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at)
    session.told_times = told if told.keys() != {OWN} else None
    return before[0] is not None and before != (session.starts_at, session.ends_at)


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
