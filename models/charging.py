"""Charges that stand for no booking: the items of an order, and what upstream adds outside any order (R17, R20)."""

from decimal import Decimal

from models.charge import Charge
from models.contacts import Event, know_contact
from models.event_shapes import ChargeData, ItemData
from models.facts import raise_fact
from models.periods import local_date
from models.pricing import Agreed, agree, new_charge, tax_category
from models.reckoning import reckon
from models.shop import Shop


def charge_item(shop: Shop, event: Event, order_id: str, item: ItemData, position: int) -> None:
    """Make the charge of an order's item, or renew it; the order's completion settles it."""
    charge = shop.charges.get(item.id)
    if charge is not None and charge.stamp >= event.stamp:
        return
    charge = _sold(shop, event, item, charge)
    shop.charges.rehang(charge, "order_id", order_id)
    charge.position = position
    charge.nature = "services" if item.kind in {"package", "voucher"} else "goods"


def add_charge(shop: Shop, event: Event) -> None:
    """`charge.added`: something owed outside any order."""
    data: ChargeData = event.data.charge
    contact = know_contact(shop, event.data.contact, event.stamp)
    known = shop.charges.get(data.id)
    if known is not None and known.stamp >= event.stamp:
        return
    first = known is None or not known.stamp
    charge = _sold(shop, event, data, known)
    if data.due_on is not None and charge.invoice_id is None:
        charge.due_on = data.due_on
    reckon(shop, [charge])
    if first and charge.kept is None:
        raise_fact(shop, "charge.added", contact_id=contact.id, charge=charge.id)


def cancel_added_charge(shop: Shop, event: Event) -> None:
    """`charge.cancelled`: it is owed no more; what was paid of it is kept (R28)."""
    id_ = event.data.charge.id
    charge = shop.charges.get(id_)
    if charge is None:
        charge = shop.charges.add(new_charge(shop, id_, "other", local_date(event.time, shop.zone)))
    if event.stamp <= charge.cancel_stamp:
        return
    charge.cancel_stamp = event.stamp
    reckon(shop, [charge])


def _sold(shop: Shop, event: Event, line: ItemData | ChargeData, known: Charge | None) -> Charge:
    """Make the charge of something sold, or renew the one that is known."""
    rate = line.tax_rate if line.tax_rate is not None else shop.business.tax_rate
    if shop.business.vat_exempt:
        rate = Decimal(0)
    day = local_date(event.time, shop.zone)
    charge = known or shop.charges.add(new_charge(shop, line.id, line.kind, day))
    charge.stamp = event.stamp
    price, category = line.price, tax_category(shop, rate)
    new = Agreed(event.data.contact.id, line.quantity, price.amount, price.currency, line.tax_included, rate, category)
    if agree(shop, charge, new):
        charge.kind, charge.description = line.kind, line.description
        charge.due_on = charge.service_from = charge.service_to = day
    return charge
