"""Payment at booking: a seat that must be paid when it is booked, and is not within its window, is given back.

Who is on the card provider's page by then may finish (`WAITS` at most); money that comes later still goes back.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from models.booking import Booking
from models.card import CardAttempt, CardKind
from models.charge import Charge
from models.collecting import Debt, attempts_on, charges_of
from models.deadlines import window_ends
from models.identifiers import stamp
from models.payer import payer_of
from models.payment import Payment
from models.pricing import AT_BOOKING, payment_choice, service_of
from models.refusals import show
from models.settling import document_of
from models.shop import Shop, tell_owner

SOURCE = "/release"
"""Where releases come from, as the source of an event."""
UNPAID = "unpaid"
"""The cancellation's reason, which automations and upstream see."""
WAITS = timedelta(hours=1)
"""How long after its window a seat is kept at most for whoever is on the provider's page: pages may last a day."""


def watch(shop: Shop, seat: Booking, *, first: bool) -> None:
    """Set by when a seat must be paid; of one learned of too late that is now.

    What is paid later keeps the deadline that it had; `first` tells that its order has just become complete.
    """
    deadline = window_ends(shop, seat)
    if deadline is None:
        return
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
    """Cancel a seat whose window is over, unless it was paid meanwhile; all that was paid of it goes back (R28).

    Its client is told, unless an automation of the business does that.

    While its client is on the provider's page since before, it is looked at again when that ends.
    """
    deadline, seat.pay_by = seat.pay_by, None
    if deadline is None or not _must_be_paid(shop, seat):
        return False
    if (until := _being_paid_until(shop, seat)) is not None:
        seat.pay_by = until
        return False
    seat.cancel_stamp = stamp(deadline, SOURCE, seat.id)
    seat.cancel_reason = UNPAID
    seat.cancel_refund = {
        "reason": UNPAID,
        "refund": "full",
        "late": True,
        "cancellation": True,
        "notify_refund": False,
    }
    return True


def _being_paid_until(shop: Shop, seat: Booking) -> datetime | None:
    """Return until when to wait for a client who was on the provider's page before the window ended, if there is one.

    A page opened later is not waited for, so nobody keeps a seat by opening one after another.
    """
    ends, charge = window_ends(shop, seat), shop.charges.get(seat.id)
    if ends is None or charge is None:
        return None
    pages = [one for one in _live_attempts(shop, charge) if one.kind == CardKind.CHECKOUT and one.created_at < ends]
    until = [min(one.expires_at or ends + WAITS, ends + WAITS) for one in pages]
    return max((at for at in until if at > shop.now), default=None)


def _live_attempts(shop: Shop, charge: Charge) -> list[CardAttempt]:
    """Return the attempts from which money for a charge may still come: by its document, or by a link."""
    invoice = document_of(shop, charge)
    payers = {charge.contact_id, payer_of(shop, charge.contact_id).id, *([invoice.contact_id] if invoice else ())}
    debts = [Debt(id_, charge.open, charge.currency, charge_ids=(charge.id,)) for id_ in sorted(payers)]
    return [attempt for debt in debts for attempt in attempts_on(shop, debt)]


def look_again(shop: Shop, attempt: CardAttempt) -> None:
    """Let the seats be looked at now that waited for a client on the provider's page, who has left it."""
    if attempt.kind != CardKind.CHECKOUT:
        return
    for charge_id in charges_of(shop, attempt.invoice_id, attempt.charge_ids):
        seat = shop.bookings.get(charge_id)
        ends = window_ends(shop, seat) if seat else None
        if seat and seat.pay_by and ends and ends <= shop.now < seat.pay_by:
            seat.pay_by = shop.now


def was_given_up(terms: Mapping[str, Any]) -> bool:
    """Whether these are the terms of a cancellation for want of payment in time."""
    return bool(terms.get("late"))


def tell_too_late(shop: Shop, payment: Payment, charge: Charge, amount: int) -> None:
    """Tell the owner of money that came for a seat after that was given back unpaid."""
    tell_owner(
        shop,
        "paid_too_late",
        f"{show(amount, payment.currency)} of payment {payment.id} came for booking {charge.id} after its seat was "
        "given back unpaid: it goes back to the client, and the seat stays cancelled.",
        contact_id=payment.contact_id,
        payment=payment.id,
        booking=charge.id,
    )
