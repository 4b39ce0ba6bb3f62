"""From a booking to what is owed for it: one charge per booking, priced by its service as it then was (R18)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from models.booking import Booking, Session
from models.catalogue import ServiceVersion, as_of
from models.charge import Charge
from models.identifiers import stamp
from models.periods import local_date
from models.shop import Shop
from models.tax import Priced, compute, tax_on_net

FREE = "free"
AT_BOOKING = "at_booking"
LATER = "later"


def service_of(shop: Shop, booking: Booking) -> ServiceVersion | None:
    """Return the service of a booking as it was when the booking was made; None while it is unknown."""
    session = shop.sessions.get(booking.session_id) if booking.session_id else None
    if session is None or session.service_id is None or booking.placed_at is None:
        return None
    return as_of(shop.services.by("id", session.service_id), stamp(booking.placed_at, "\uffff", ""))


def price_of(shop: Shop, booking: Booking, service: ServiceVersion) -> tuple[int, str]:
    """Return the agreed price for one unit: the booking's own, else the service's, else nothing."""
    if booking.price is not None and booking.currency is not None:
        return booking.price, booking.currency
    return service.price or 0, service.currency or shop.business.currency


def tax_rate_of(shop: Shop, service: ServiceVersion | None) -> Decimal:
    """Return the agreed VAT rate: the service's, else the business's."""
    agreed = service.tax_rate if service is not None else None
    return agreed if agreed is not None else shop.business.tax_rate


def describe(shop: Shop, charge: Charge, booking: Booking) -> None:
    """Let the charge of a booking say what it is for, as far as that does not change what is owed."""
    service, session = service_of(shop, booking), shop.sessions.get(booking.session_id)
    if service is None or session is None:
        return
    charge.participant_id = booking.contact_id
    charge.description = service.name or service.id
    charge.position, charge.due_on = booking.position, due_day(shop, charge)
    charge.nature, charge.unit = service.nature, service.unit
    charge.service_from = charge.service_to = service_date(shop, session)
    charge.place, charge.policy, charge.stamp = session.place, booking.policy, booking.placed_stamp


def new_charge(shop: Shop, id_: str, kind: str, due_on: date) -> Charge:
    """Return a charge of which nothing but its name is known yet."""
    return Charge(shop.id, id_, "", kind, "", Decimal(1), 0, shop.business.currency, 0, 0, due_on, shop.now)


def owed(charge: Charge) -> int:
    """Return what a charge by itself comes to with tax."""
    return charge.amount if charge.tax_included else charge.amount + tax_on_net(charge.amount, charge.tax_rate)


def owe_together(charges: Iterable[Charge]) -> None:
    """Make net-priced charges of an order owe what their one document will say, to the cent (R8, R18)."""
    charges = [charge for charge in charges if charge.invoice_id is None]
    for charge in charges:
        charge.owed = owed(charge)
    if len(charges) < 2 or all(charge.tax_included for charge in charges):
        return
    currencies = {charge.currency for charge in charges}
    if len(currencies) > 1:
        return
    totals = compute([Priced(c.amount, c.tax_included, c.tax_category, c.tax_rate) for c in charges])
    for charge, line in zip(charges, totals.lines, strict=True):
        charge.owed = line.gross


def due_day(shop: Shop, charge: Charge) -> date:
    """Return when a charge is due as things are now, also where a document holds it and says something older.

    A booking's is due on the session's local date if it is paid later, on the day of booking if it is paid at once.
    """
    booking = shop.bookings.get(charge.booking_id) if charge.booking_id else None
    service = service_of(shop, booking) if booking else None
    session = shop.sessions.get(booking.session_id) if booking else None
    if booking is None or service is None or session is None or booking.placed_at is None:
        return charge.due_on
    if payment_choice(booking, service) == AT_BOOKING or session.starts_at is None:
        return local_date(booking.placed_at, shop.zone)
    return local_date(session.starts_at, shop.zone)


def payment_choice(booking: Booking, service: ServiceVersion) -> str:
    """Return when a booking is paid: as it says itself, else its service, else later."""
    return booking.payment or service.payment or LATER


def service_date(shop: Shop, session: Session) -> date | None:
    """Return the local date of a session, if it has one."""
    return local_date(session.starts_at, shop.zone) if session.starts_at else None
