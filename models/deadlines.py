"""Payment at booking: by when a seat must be paid lest it is given back, as its client is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.booking import Booking
from models.charge import Charge
from models.shop import Shop


def window_ends(shop: Shop, seat: Booking) -> datetime | None:
    """Return when a seat's window ends, whoever is waited for after that."""
    window = shop.business.payment_window_minutes
    return None if window is None or seat.placed_at is None else seat.placed_at + timedelta(minutes=window)


def pay_by(shop: Shop, charges: Iterable[Charge]) -> datetime | None:
    """Return by when the first of the seats under charges must be paid; None where none is given back after that.

    A seat that is only kept for who is on the provider's page promises nothing to anybody else.
    """
    seats = [seat for charge in charges if (seat := shop.bookings.get(charge.id)) and seat.live]
    ends = [min(seat.pay_by, window_ends(shop, seat) or seat.pay_by) for seat in seats if seat.pay_by is not None]
    return min((at for at in ends if at > shop.now), default=None)
