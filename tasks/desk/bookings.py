"""What a person does with bookings: cancel, move, note who came; told as upstream would tell it (R4, R20, R28)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.booking import Attendance, Booking, BookingStatus, Session
from models.errors import NotFoundError
from models.refusals import RefusedError, show
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.desk.acting import Desk, Done, noted, tell


@dataclass(frozen=True, slots=True)
class Cancelling:
    """How something is cancelled: `refund` is none, full, or a sum; each mail goes out by its own flag (R28)."""

    refund: str | dict[str, Any] = "none"
    reason: str | None = None
    notify_cancellation: bool = False
    notify_refund: bool = False

    def data(self, what: str, id_: str) -> dict[str, Any]:
        """Return the data of the event that tells it."""
        named = {"id": id_} | ({"reason": self.reason} if self.reason else {})
        notify = {"cancellation": self.notify_cancellation, "refund": self.notify_refund}
        return {what: named, "refund": self.refund, "notify": notify}


def booking_named(desk: Desk, id_: str) -> tuple[Shop, Booking]:
    """Return a booking with the shop around it; an unknown one is an error that lists the nearest."""
    shop = desk.look(lambda seeds: seeds.add("bookings", desk.business_id, [id_]))
    booking = shop.bookings.get(id_)
    if booking is None or not booking.placed_stamp:
        ids = desk.connection.execute("SELECT id FROM bookings WHERE business_id = %s LIMIT 5000", (desk.business_id,))
        near = did_you_mean(id_, [row[0] for row in ids])
        raise NotFoundError(
            f"{desk.business_id} has no booking {id_!r}.{near or ' `relance bookings list` shows them.'}"
        )
    return shop, booking


def _event_id(desk: Desk, what: str, id_: str) -> str:
    return f"{what} {id_} {desk.now.isoformat()}"[:256]


def cancel_booking(desk: Desk, id_: str, how: Cancelling) -> Done:
    """Cancel one booking; what is unpaid ends, of what was paid goes back what `refund` says, at most that (R28)."""
    shop, booking = booking_named(desk, id_)
    _require_live(booking)
    _require_paid(shop, booking, how.refund)
    note = noted("booking", id_, "cancelled", refund=how.refund, reason=how.reason)
    return tell(desk, "cancel", note, "booking.cancelled", _event_id(desk, "cancel", id_), how.data("booking", id_))


def cancel_session(desk: Desk, id_: str, how: Cancelling) -> Done:
    """Cancel a session, named by its id or a booking's, for everyone who is booked; `refund` is each one's.

    A sum goes back to all of them or to none: who did not pay so much is named, and nothing is cancelled.
    """
    session_id = _session_id(desk, id_)
    shop = desk.look(lambda seeds: seeds.add("classes", desk.business_id, [session_id]))
    seats = [seat for seat in shop.bookings.by("session_id", session_id) if seat.live]
    if not seats:
        raise RefusedError(f"Session {session_id} has no live booking: there is nothing to cancel.")
    _require_all_paid(shop, session_id, seats, how.refund)
    note = noted("session", session_id, "cancelled", bookings=len(seats), refund=how.refund, reason=how.reason)
    data = how.data("session", session_id)
    return tell(desk, "cancel", note, "session.cancelled", _event_id(desk, "cancel", session_id), data)


def _session_id(desk: Desk, id_: str) -> str:
    row = desk.connection.execute(
        "SELECT id FROM sessions WHERE business_id = %(tenant)s AND (id = %(id)s OR id ="
        " (SELECT session_id FROM bookings WHERE business_id = %(tenant)s AND id = %(id)s)) ORDER BY id = %(id)s DESC",
        {"tenant": desk.business_id, "id": id_},
    ).fetchone()
    if row is None:
        raise NotFoundError(f"{desk.business_id} has no session and no booking {id_!r}.")
    return str(row[0])


def _require_live(booking: Booking) -> None:
    if not booking.live:
        raise RefusedError(f"Booking {booking.id} is cancelled already.")


def _require_paid(shop: Shop, seat: Booking, refund: str | dict[str, Any]) -> None:
    """Refuse to give back a sum that was not paid, or was paid in another currency (R28)."""
    if not isinstance(refund, dict):
        return
    paid, currency = _paid_for(shop, seat)
    if refund["currency"] != currency:
        raise RefusedError(f"Booking {seat.id} is in {currency}, not in {refund['currency']}.")
    if refund["amount"] > paid:
        raise RefusedError(
            f"{show(refund['amount'], currency)} can't be given back for booking {seat.id}: "
            f"{show(paid, currency)} was paid. Give back at most that, or nothing."
        )


def _require_all_paid(shop: Shop, session_id: str, seats: list[Booking], refund: str | dict[str, Any]) -> None:
    """Refuse a sum that can't go back for each of some seats, with all of those that stand in the way."""
    if not isinstance(refund, dict):
        return
    ways = [f"for booking {seat.id} {why}" for seat in seats if (why := _too_little(shop, seat, refund))]
    if ways:
        raise RefusedError(
            f"{show(refund['amount'], refund['currency'])} can't be given back to everyone in session {session_id}, so "
            f"nothing was cancelled: {', '.join(ways)}. Cancel {'that' if len(ways) == 1 else 'those'} alone first "
            "(`relance bookings cancel ID`), or give back to each what was paid: --refund full."
        )


def _too_little(shop: Shop, seat: Booking, refund: dict[str, Any]) -> str | None:
    """Return why a sum can't go back for a seat, None where it can."""
    paid, currency = _paid_for(shop, seat)
    enough = refund["currency"] == currency and refund["amount"] <= paid
    return None if enough else f"{show(paid, currency)} was paid"


def _paid_for(shop: Shop, seat: Booking) -> tuple[int, str]:
    """Return what was paid of a seat, and in which currency."""
    charge = shop.charges.get(seat.id)
    return (charge.settled, charge.currency) if charge else (0, shop.business.currency)


def note_attendance(desk: Desk, id_: str, attendance: Attendance) -> Done:
    """Note whether the client of a booking came."""
    _, booking = booking_named(desk, id_)
    _require_live(booking)
    if booking.attendance == attendance:
        raise RefusedError(f"Booking {id_} is noted as {attendance} already.")
    note = noted("booking", id_, str(attendance), was=str(booking.attendance))
    data = {"booking": {"id": id_, "attendance": str(attendance)}}
    return tell(desk, "attendance", note, "booking.attendance", _event_id(desk, "attendance", id_), data)


@dataclass(frozen=True, slots=True)
class Moving:
    """Where a booking goes: another session, or another time; without an end it takes as long as before.

    A time that others share moves for all of them, and only where that is said (`everyone`).
    """

    session: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    everyone: bool = False


def reschedule(desk: Desk, id_: str, to: Moving) -> Done:
    """Move a booking to another session or its appointment to another time (R4)."""
    shop, booking = booking_named(desk, id_)
    _require_live(booking)
    session = shop.sessions.get(booking.session_id) if booking.session_id else None
    times = _times_of(desk, to.session) if to.session else _new_times(session, to)
    if session is not None and not to.session and (others := _others_in(desk, booking)):
        if not to.everyone:
            raise RefusedError(
                f"Session {session.id} would move for {others} other{'s' if others > 1 else ''} as well. Say "
                "--everyone if it shall, or move this booking to another one with --session ID."
            )
        note = noted("session", session.id, "rescheduled", starts_at=times["starts_at"])
        told = {"session": {"id": session.id} | times}
        return tell(desk, "reschedule", note, "session.rescheduled", _event_id(desk, "reschedule", session.id), told)
    note = noted("booking", id_, "rescheduled", session=to.session, starts_at=times["starts_at"])
    data = {"booking": {"id": id_}, "session": times | ({"id": to.session} if to.session else {})}
    return tell(desk, "reschedule", note, "booking.rescheduled", _event_id(desk, "reschedule", id_), data)


def is_past(done: Done) -> bool:
    """Whether something was moved to a time that is past."""
    return datetime.fromisoformat(done.note.detail["starts_at"]) <= done.shop.now


def _others_in(desk: Desk, booking: Booking) -> int:
    """Return how many other live bookings a booking's session has."""
    row = desk.connection.execute(
        "SELECT count(*) FROM bookings WHERE business_id = %s AND session_id = %s AND id <> %s AND status = %s",
        (desk.business_id, booking.session_id, booking.id, BookingStatus.BOOKED),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _times_of(desk: Desk, session_id: str) -> dict[str, Any]:
    row = desk.connection.execute(
        "SELECT starts_at, ends_at FROM sessions WHERE business_id = %s AND id = %s", (desk.business_id, session_id)
    ).fetchone()
    if row is None or row[0] is None or row[1] is None:
        raise NotFoundError(f"{desk.business_id} has no session {session_id!r} with a time.")
    return {"starts_at": row[0].isoformat(), "ends_at": row[1].isoformat()}


def _new_times(session: Session | None, to: Moving) -> dict[str, Any]:
    if session is None or session.starts_at is None or session.ends_at is None or to.starts_at is None:
        raise RefusedError("Say where it goes: --to an instant, or --session another session.")
    ends = to.ends_at or to.starts_at + (session.ends_at - session.starts_at)
    if ends <= to.starts_at:
        raise RefusedError("A session ends after it has started.")
    return {"starts_at": to.starts_at.isoformat(), "ends_at": ends.isoformat()}
