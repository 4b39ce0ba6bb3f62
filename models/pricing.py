"""From a booking to what is owed for it: one charge per booking, priced by its service as it then was (R18)."""

from datetime import date
from decimal import Decimal

from models.booking import Booking, Order, Session
from models.catalogue import ServiceVersion, as_of
from models.charge import Charge, ChargeState
from models.identifiers import stamp
from models.money import times
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


def tax_rate_of(shop: Shop, service: ServiceVersion) -> Decimal:
    """Return the VAT rate: none for an exempt seller, else the service's, else the business's."""
    if shop.business.vat_exempt:
        return Decimal(0)
    return service.tax_rate if service.tax_rate is not None else shop.business.tax_rate


def tax_category(shop: Shop, rate: Decimal) -> str:
    """Return the EN 16931 category: E for an exempt seller, Z for a zero rate, else S."""
    if shop.business.vat_exempt:
        return "E"
    return "S" if rate else "Z"


def charge_booking(shop: Shop, order: Order, booking: Booking) -> None:
    """Make the booking's charge, or bring one that is on no document yet up to date."""
    service = service_of(shop, booking)
    session = shop.sessions.get(booking.session_id) if booking.session_id else None
    if service is None or session is None or order.contact_id is None or booking.placed_at is None:
        return
    unit_price, currency = price_of(shop, booking, service)
    payment = booking.payment or service.payment or LATER
    charge = shop.charges.get(booking.id)
    if payment == FREE or unit_price == 0:
        if charge is not None and charge.billable and not charge.settled:
            charge.state = ChargeState.CANCELLED
        return
    rate = tax_rate_of(shop, service)
    due_on = _due_on(shop, booking, session, payment)
    if charge is None:
        charge = shop.charges.add(
            Charge(
                shop.id,
                booking.id,
                order.contact_id,
                "session",
                service.name or service.id,
                Decimal(booking.quantity),
                unit_price,
                currency,
                times(unit_price, Decimal(booking.quantity)),
                0,
                due_on,
                shop.now,
                booking_id=booking.id,
                order_id=order.id,
                stamp=booking.placed_stamp,
            )
        )
    elif charge.invoice_id is not None or charge.state == ChargeState.CANCELLED:
        return
    charge.contact_id = order.contact_id
    charge.participant_id = booking.contact_id
    charge.description = service.name or service.id
    charge.quantity, charge.unit_price, charge.currency = Decimal(booking.quantity), unit_price, currency
    charge.amount = times(unit_price, charge.quantity)
    charge.position = booking.position
    charge.due_on = due_on
    charge.tax_included, charge.tax_rate, charge.tax_category = service.tax_included, rate, tax_category(shop, rate)
    charge.nature, charge.unit = service.nature, service.unit
    charge.service_from = charge.service_to = _service_date(shop, session)
    charge.place = session.place
    charge.policy = booking.policy
    charge.owed = owed(charge)


def owed(charge: Charge) -> int:
    """Return what a charge by itself comes to with tax."""
    return charge.amount if charge.tax_included else charge.amount + tax_on_net(charge.amount, charge.tax_rate)


def owe_together(shop: Shop, order_id: str) -> None:
    """Make net-priced charges of an order owe what their one document will say, to the cent (R8, R18)."""
    charges = [charge for charge in shop.charges.by("order_id", order_id) if charge.billable and not charge.settled]
    if len(charges) < 2 or all(charge.tax_included for charge in charges):
        return
    currencies = {charge.currency for charge in charges}
    if len(currencies) > 1:
        return
    totals = compute([Priced(c.amount, c.tax_included, c.tax_category, c.tax_rate) for c in charges])
    for charge, line in zip(charges, totals.lines, strict=True):
        charge.owed = line.gross


def _due_on(shop: Shop, booking: Booking, session: Session, payment: str) -> date:
    """Return the session's local date for what is paid later, the day of booking for what is paid at once."""
    assert booking.placed_at is not None
    if payment == AT_BOOKING or session.starts_at is None:
        return local_date(booking.placed_at, shop.zone)
    return local_date(session.starts_at, shop.zone)


def _service_date(shop: Shop, session: Session) -> date | None:
    return local_date(session.starts_at, shop.zone) if session.starts_at else None
