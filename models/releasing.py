"""Payment at booking: a seat that must be paid when it is booked, and is not within its window, is given back."""

from datetime import timedelta

from models.booking import Booking
from models.charge import Charge
from models.identifiers import stamp
from models.pricing import AT_BOOKING, payment_choice, service_of
from models.shop import Shop

SOURCE = "/release"
"""Where releases come from, as the source of an event."""
UNPAID = "unpaid"
"""The cancellation's reason, which automations and upstream see."""


def watch(shop: Shop, seat: Booking, *, first: bool) -> None:
    """Set by when a seat must be paid; of one learned of too late that is now.

    What is paid later keeps the deadline that it had; `first` tells that its order has just become complete.
    """
    window = shop.business.payment_window_minutes
    if window is None or seat.placed_at is None:
        return
    deadline = seat.placed_at + timedelta(minutes=window)
    if not _must_be_paid(shop, seat):
        seat.pay_by = None
    elif first or deadline > shop.now:
        seat.pay_by = max(deadline, shop.now)


def _must_be_paid(shop: Shop, seat: Booking) -> bool:
    """Whether too little is paid of a live seat that is paid at booking: all, or the least that a page takes (R16)."""
    service, charge = service_of(shop, seat), shop.charges.get(seat.id)
    if not seat.live or service is None or charge is None or payment_choice(seat, service) != AT_BOOKING:
        return False
    return charge.settled < _least(shop, charge)


def _least(shop: Shop, charge: Charge) -> int:
    rules = shop.business.partial_payments
    if isinstance(rules, dict) and rules.get("allowed"):
        return min(charge.worth, max(1, int(rules.get("minimum") or 0)))
    return charge.worth


def give_up(shop: Shop, seat: Booking) -> bool:
    """Cancel a seat whose window is over, unless it was paid meanwhile; all that was paid of it goes back (R28)."""
    deadline, seat.pay_by = seat.pay_by, None
    if deadline is None or not _must_be_paid(shop, seat):
        return False
    seat.cancel_stamp = stamp(deadline, SOURCE, seat.id)
    seat.cancel_reason = UNPAID
    seat.cancel_refund = {"reason": UNPAID, "refund": "full", "cancellation": False, "notify_refund": False}
    return True
