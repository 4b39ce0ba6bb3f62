"""Session starts and ends: announced once per participant and session, exactly at their instants."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.booking import Booking, Session
from models.facts import raise_fact
from models.shop import Shop, skip

LEARNED_LATE = timedelta(hours=24)
"""A start or end that we learn of later than this is stale."""


def announce(shop: Shop, session: Session) -> None:
    """Announce what of a session has come to pass by now, and set when to look again."""
    if session.starts_at is None or session.ends_at is None:
        return
    seats = shop.bookings.by("session_id", session.id)
    for mark, type_, moment in (
        ("started", "session.started", session.starts_at),
        ("ended", "session.ended", session.ends_at),
    ):
        if moment <= shop.now:
            _announce_to_all(shop, session, seats, mark, type_, moment)
    ahead = [moment for moment in (session.starts_at, session.ends_at) if moment > shop.now]
    session.announce_at = min(ahead, default=None)


def _announce_to_all(
    shop: Shop, session: Session, seats: Iterable[Booking], mark: str, type_: str, moment: datetime
) -> None:
    told = {seat.contact_id for seat in seats if getattr(seat, mark) == session.id}
    for seat in sorted(seats, key=lambda seat: (seat.order_id or "", seat.position, seat.id)):
        if not seat.live or getattr(seat, mark) == session.id or _waits(shop, seat):
            continue
        setattr(seat, mark, session.id)
        if seat.contact_id in told:
            continue
        told.add(seat.contact_id)
        if shop.now - moment > LEARNED_LATE:
            _stale(shop, session, seat, type_)
        else:
            raise_fact(
                shop, type_, contact_id=seat.contact_id, session=session.id, booking=seat.id, order=seat.order_id
            )


def _waits(shop: Shop, seat: Booking) -> bool:
    """Whether the seat's order still waits for a service: its session is announced when it is complete."""
    order = shop.orders.get(seat.order_id) if seat.order_id else None
    return order is None or order.waits


def _stale(shop: Shop, session: Session, seat: Booking, type_: str) -> None:
    for published in shop.rulebook.triggered_by(type_):
        if published.lets_service(session.service_id):
            skip(
                shop,
                "stale",
                contact_id=seat.contact_id,
                automation_id=published.id,
                version=published.version,
                detail={"type": type_, "session": session.id, "booking": seat.id},
            )
