"""Charges as they become known or change: of bookings, of an order's items, of what upstream adds (R17, R18, R20)."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.booking import Booking, Order
from models.charge import MULTI_PURPOSE, Charge, FeeKind
from models.contacts import Event, know_contact
from models.event_shapes import ChargeData, ItemData
from models.facts import raise_fact
from models.money import times
from models.periods import local_date
from models.pricing import (
    FREE,
    describe,
    new_charge,
    owed,
    payment_choice,
    price_of,
    service_date,
    service_of,
    tax_rate_of,
)
from models.reckoning import reckon, take_off
from models.settling import restate_charge
from models.shop import Shop
from models.tax import OUTSIDE_VAT, check_rate
from models.taxing import Borne, tax_of

SERVICES, GOODS = "services", "goods"
"""What is sold, by nature: they stand on accounts of their own."""

ALL = 10**18
"""More than any price: a discount of all of it."""


class Agreed(NamedTuple):
    """What a charge is worth and to whom it goes: what a document, once it says so, must not say differently."""

    contact_id: str
    quantity: Decimal
    unit_price: int
    currency: str
    tax_included: bool
    tax_rate: Decimal
    tax_category: str


def agree(shop: Shop, charge: Charge, new: Agreed) -> bool:
    """Let a charge be worth what was agreed; return whether it may still change: no document holds it.

    One that a document holds at another price is taken off it first (R20).
    """
    now = Agreed(*(getattr(charge, name) for name in Agreed._fields))
    if charge.invoice_id is not None:
        if now == new:
            return False
        take_off(shop, charge)
    for name, value in new._asdict().items():
        setattr(charge, name, value)
    whole = times(new.unit_price, new.quantity)
    charge.discount = min(charge.discount, whole)
    charge.amount = whole - charge.discount
    charge.owed = owed(charge)
    return True


def charge_booking(shop: Shop, order: Order, booking: Booking) -> None:
    """Make the booking's charge, or bring it up to date; what a document holds changes only with its price."""
    service = service_of(shop, booking)
    if service is None or order.contact_id is None or booking.placed_at is None:
        return
    unit_price, currency = price_of(shop, booking, service)
    if payment_choice(booking, service) == FREE:
        unit_price = 0
    charge = shop.charges.get(booking.id)
    if charge is None:
        if unit_price == 0:
            return
        charge = shop.charges.add(new_charge(shop, booking.id, "session", local_date(booking.placed_at, shop.zone)))
        charge.booking_id = booking.id
    shop.charges.rehang(charge, "order_id", order.id)
    charge.full_rate = tax_rate_of(shop, service)
    rate, category = tax_of(shop, charge, charge.full_rate, _service_on(shop, booking, charge))
    quantity = Decimal(booking.quantity)
    new = Agreed(order.contact_id, quantity, unit_price, currency, service.tax_included, rate, category)
    _take_from_package(shop, charge, booking)
    if agree(shop, charge, new):
        describe(shop, charge, booking)
        restate_charge(charge)


def _service_on(shop: Shop, booking: Booking, charge: Charge) -> date:
    session = shop.sessions.get(booking.session_id)
    return (service_date(shop, session) if session else None) or charge.due_on


def _take_from_package(shop: Shop, charge: Charge, booking: Booking) -> None:
    """Let a session that is taken from a package cost nothing: the package was invoiced when it was sold (R10)."""
    if charge.package_id != booking.package_id:
        take_off(shop, charge)
        charge.package_id = charge.discount_reason = booking.package_id
        charge.discount = ALL if booking.package_id else 0


def charge_item(shop: Shop, event: Event, order_id: str, item: ItemData, position: int) -> None:
    """Make the charge of an order's item, or renew it; the order's completion settles it."""
    charge = charge_of(shop, item.id, event)
    if _sell(shop, event, item, charge):
        shop.charges.rehang(charge, "order_id", order_id)
        charge.position = position
        charge.nature = SERVICES if item.kind in {"package", "voucher"} else GOODS
        charge.voucher_purpose = str(item.voucher) if item.kind == "voucher" else None
        if charge.voucher_purpose == MULTI_PURPOSE and charge.invoice_id is None:
            charge.tax_category, charge.tax_rate, charge.tax_included = OUTSIDE_VAT, Decimal(0), True
            charge.owed = owed(charge)


def add_charge(shop: Shop, event: Event) -> None:
    """`charge.added`: something owed outside any order."""
    data: ChargeData = event.data.charge
    contact = know_contact(shop, event.data.contact, event.stamp)
    charge = charge_of(shop, data.id, event)
    first = not charge.stamp
    if event.stamp > charge.stamp:
        _allow(shop, charge, data)
    if _sell(shop, event, data, charge, data.service_on):
        charge.due_on = data.due_on or local_date(event.time, shop.zone)
        charge.participant_id = data.participant
        charge.nature = GOODS if data.kind == "product" else SERVICES
    reckon(shop, [charge])
    if first and charge.kept is None:
        raise_fact(shop, "charge.added", contact_id=contact.id, charge=charge.id)


def _allow(shop: Shop, charge: Charge, data: ChargeData) -> None:
    """Let a charge have the discount and the nature that it is told with; what a coupon takes off it stays (R18).

    One that a document holds otherwise is taken off it first.
    """
    off = data.discount.amount if data.discount else 0
    coupon = (charge.discount_reason, f"charge:{charge.id}") in shop.coupon_uses
    if charge.invoice_id is not None and (charge.fee_kind != data.fee or (not coupon and charge.discount != off)):
        take_off(shop, charge)
    charge.fee_kind = data.fee
    if not coupon:
        charge.discount = off
        charge.discount_reason = data.discount_reason if off else None


def cancel_added_charge(shop: Shop, event: Event) -> None:
    """`charge.cancelled`: it is owed no more; what was paid of it is kept (R28)."""
    charge = charge_of(shop, event.data.charge.id, event)
    if event.stamp <= charge.cancel_stamp:
        return
    charge.cancel_stamp = event.stamp
    reckon(shop, [charge])


def charge_of(shop: Shop, id_: str, event: Event) -> Charge:
    """Return a charge, known so far only by name if need be."""
    known = shop.charges.get(id_)
    return known or shop.charges.add(new_charge(shop, id_, "other", local_date(event.time, shop.zone)))


def _sell(
    shop: Shop, event: Event, line: ItemData | ChargeData, charge: Charge, service_on: date | None = None
) -> bool:
    """Let a charge be what was sold, if the event is newer than what is known; tell whether it is."""
    charge.first_stamp = min(charge.first_stamp or event.stamp, event.stamp)
    if event.stamp <= charge.stamp:
        return False
    if line.tax_rate is not None:
        check_rate(shop.business.country, line.tax_rate)
    charge.full_rate = line.tax_rate if line.tax_rate is not None else shop.business.tax_rate
    sold_on, price = local_date(event.time, shop.zone), line.price
    served_on = service_on or sold_on
    rate, category = _borne(shop, charge, charge.full_rate, served_on)
    new = Agreed(event.data.contact.id, line.quantity, price.amount, price.currency, line.tax_included, rate, category)
    agree(shop, charge, new)
    charge.stamp, charge.kind, charge.description = event.stamp, line.kind, line.description
    charge.due_on = sold_on
    charge.service_from = charge.service_to = served_on
    return True


def _borne(shop: Shop, charge: Charge, rate: Decimal, service_on: date) -> Borne:
    """Return the tax of what is sold; an indemnity stands outside VAT (R28)."""
    if charge.fee_kind == FeeKind.INDEMNITY:
        return Borne(Decimal(0), OUTSIDE_VAT)
    return tax_of(shop, charge, rate, service_on)
