"""What a request for payment bills (R8): the order, the participant's session, the one charge."""

from collections.abc import Iterable
from typing import Any

from models.charge import Charge
from models.diary import participants
from models.ending import OF_SEATS
from models.shop import Shop


def scope_of_request(shop: Shop, trigger: str, contact_id: str | None, subjects: dict[str, Any]) -> list[Charge]:
    """Return every charge that a request after this trigger is about, billed or not."""
    if trigger == "charge.added":
        return _named(shop, [subjects.get("charge")])
    if trigger in OF_SEATS:
        seats = participants(shop, subjects["session"], contact_id)
        return _named(shop, [seat.id for seat in seats])
    if trigger.startswith("booking."):
        return _named(shop, [subjects.get("booking")])
    order_id = subjects.get("order")
    return list(shop.charges.by("order_id", order_id)) if order_id else []


def _named(shop: Shop, ids: Iterable[str | None]) -> list[Charge]:
    return [charge for id_ in ids if id_ and (charge := shop.charges.get(id_))]


def to_bill(charges: Iterable[Charge]) -> list[Charge]:
    """Return what goes on the document: what no document holds, if any of it is still to be paid.

    A charge that a deposit has covered stands on it too, shown as already paid (R26): one order, one document.
    """
    billable = [charge for charge in charges if charge.billable]
    return billable if any(charge.open > 0 for charge in billable) else []
