"""What a person does with charges: add one outside any order, cancel one; told as upstream would tell it (R17, R28)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from models.charge import Charge, ChargeState, FeeKind
from models.errors import NotFoundError
from models.identifiers import key
from models.refusals import RefusedError
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.desk.acting import Desk, Done, noted, tell
from tasks.desk.documents import contact_named
from tasks.lines import Line


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be owed: a price for one unit in minor units, with VAT unless it is `net`; the discount is off all."""

    description: str
    price: int
    currency: str
    kind: str = "other"
    quantity: Decimal = Decimal(1)
    tax_rate: Decimal | None = None
    net: bool = False
    discount: int | None = None
    discount_reason: str | None = None
    due_on: date | None = None
    service_on: date | None = None
    participant: str | None = None
    fee: FeeKind | None = None

    def data(self, id_: str) -> dict[str, Any]:
        """Return the charge as the event tells it."""
        told: dict[str, Any] = {
            "id": id_,
            "kind": self.kind,
            "description": self.description,
            "price": {"amount": self.price, "currency": self.currency},
            "quantity": str(self.quantity),
            "tax_rate": str(self.tax_rate) if self.tax_rate is not None else None,
            "tax_included": not self.net,
            "discount": {"amount": self.discount, "currency": self.currency} if self.discount else None,
            "discount_reason": self.discount_reason,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "service_on": self.service_on.isoformat() if self.service_on else None,
            "participant": self.participant,
            "fee": str(self.fee) if self.fee else None,
        }
        return {name: value for name, value in told.items() if value is not None}


def add_charge(desk: Desk, contact_id: str, owed: Owed, id_: str | None = None) -> Done:
    """Let a client owe something outside any order; with an `id_` it is added once, however often it is told."""
    client = contact_named(desk, contact_id)
    charge_id = id_ or key("chg", desk.now, desk.business_id, client, desk.actor)
    if _charge(desk, charge_id) is not None:
        raise RefusedError(f"There is a charge {charge_id} already. Give another one another --id.")
    if owed.participant is not None:
        owed = replace(owed, participant=contact_named(desk, owed.participant))
    note = noted("charge", charge_id, "added", contact=client, description=owed.description)
    data = {"contact": {"id": client}, "charge": owed.data(charge_id)}
    done = tell(desk, "add_charge", note, "charge.added", f"{charge_id} added"[:256], data)
    return replace(done, lines=[_line(done.shop, done.shop.charges[charge_id]), *done.lines])


def cancel_charge(desk: Desk, id_: str, reason: str | None = None) -> Done:
    """Let a charge be owed no more: what is unpaid of it ends, what was paid is kept (R28)."""
    charge = _charge(desk, id_)
    if charge is None:
        ids = desk.connection.execute("SELECT id FROM charges WHERE business_id = %s LIMIT 5000", (desk.business_id,))
        near = did_you_mean(id_, [row[0] for row in ids])
        raise NotFoundError(f"{desk.business_id} has no charge {id_!r}.{near or ' `relance charges list` shows them.'}")
    if charge.booking_id is not None:
        raise RefusedError(
            f"{id_} is the charge of a booking: `relance bookings cancel {charge.booking_id}` ends both."
        )
    if charge.cancel_stamp or charge.state == ChargeState.CANCELLED:
        raise RefusedError(f"Charge {id_} is cancelled already.")
    ending = {"id": id_} | ({"reason": reason} if reason else {})
    note = noted("charge", id_, "cancelled", reason=reason)
    event_id = f"cancel {id_} {desk.now.isoformat()}"[:256]
    done = tell(desk, "cancel_charge", note, "charge.cancelled", event_id, {"charge": ending})
    return replace(done, lines=[_line(done.shop, done.shop.charges[id_]), *done.lines])


def _charge(desk: Desk, id_: str) -> Charge | None:
    return desk.look(lambda seeds: seeds.add("charges", desk.business_id, [id_])).charges.get(id_)


def _line(shop: Shop, charge: Charge) -> Line:
    """Return what a charge is by now; `amount` is what it comes to with tax."""
    return {
        "at": shop.now.astimezone(shop.zone).isoformat(timespec="seconds"),
        "kind": "charge",
        "contact": charge.contact_id,
        "id": charge.id,
        "amount": charge.worth,
        "currency": charge.currency,
        "state": str(charge.state),
        "due_on": charge.due_on.isoformat(),
    }
