"""What a cancellation says of a charge (R28), and which cancellation it is where there are several (R20)."""

from typing import Any, NamedTuple

from models.apportioning import Ending, Return
from models.booking import Booking
from models.charge import Charge
from models.diary import session_cancels
from models.shop import Shop


class Cancellation(NamedTuple):
    """When a booking was cancelled, why, and on which terms: `refund`, `cancellation` and `notify_refund`."""

    stamp: str
    reason: str | None
    terms: dict[str, Any]


def cancellation_of(shop: Shop, seat: Booking) -> Cancellation | None:
    """Return the cancellation that ended a booking: its own or its session's, whichever was first."""
    session = shop.sessions.get(seat.session_id) if seat.session_id else None
    found: list[Cancellation] = []
    if seat.cancel_stamp:
        found.append(Cancellation(seat.cancel_stamp, seat.terms.get("reason"), seat.terms))
    if session is not None and session_cancels(seat, session):
        found.append(Cancellation(session.cancel_stamp, session.cancel_reason, session.terms))
    return min(found, key=lambda one: one.stamp, default=None)


def ending_of(shop: Shop, charge: Charge) -> Ending | None:
    """Return what ends a charge: the cancellation of its booking or its own, whichever was first."""
    endings: list[Ending] = []
    if charge.cancel_stamp:
        endings.append(Ending(charge.cancel_stamp, 0))
    seat = shop.bookings.get(charge.booking_id) if charge.booking_id else None
    cancelled = cancellation_of(shop, seat) if seat else None
    if cancelled is not None:
        back = _refund(cancelled.terms.get("refund", "none"), charge.currency)
        endings.append(Ending(cancelled.stamp, back, bool(cancelled.terms.get("late"))))
    return min(endings, default=None, key=lambda ending: ending.stamp)


def returns_of(charge: Charge) -> list[Return]:
    """Return what of a charge's money is to go back although nothing was cancelled, and by what it was credited."""
    told = charge.given_back if isinstance(charge.given_back, list) else []
    return [Return(one["stamp"], one["amount"], one.get("payment"), one.get("credit", False)) for one in told]


def _refund(told: Any, currency: str) -> str | int:
    """Return the refund that a cancellation asks for: `full`, or a sum; another currency refunds nothing."""
    if isinstance(told, dict):
        return int(told["amount"]) if told["currency"] == currency else 0
    return "full" if told == "full" else 0
