"""What a person does with recurring payments: start one, cancel one; told as upstream would tell it (R1, R20)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from models.collecting import chargeable
from models.errors import NotFoundError
from models.event_shapes import Collect, Every
from models.identifiers import key
from models.payer import payer_of
from models.recurrence import RecurringPayment
from models.refusals import RefusedError
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.checkouts import require
from tasks.desk.acting import Desk, Done, noted, tell
from tasks.desk.documents import contact_named
from tasks.gateways.cards import Capability, CardProviders
from tasks.lines import Line


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is to be paid again and again: a price with VAT in minor units, on which dates, and how it is asked for."""

    description: str
    price: int
    currency: str
    every: Every
    anchor: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    collect: Collect = Collect.INVOICE

    def data(self, id_: str) -> dict[str, Any]:
        """Return the agreement as the event tells it."""
        told: dict[str, Any] = {
            "id": id_,
            "description": self.description,
            "price": {"amount": self.price, "currency": self.currency},
            "every": str(self.every),
            "anchor": self.anchor,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
            "collect": str(self.collect),
        }
        return {name: value for name, value in told.items() if value is not None}


def start_recurring(
    desk: Desk, contact_id: str, agreed: Agreement, providers: CardProviders, id_: str | None = None
) -> Done:
    """Let a client pay again and again; what has fallen due by now is asked for at once.

    By card only where a saved card may be charged for so much, and the provider can do it.
    """
    client = contact_named(desk, contact_id)
    agreement_id = id_ or key("rec", desk.now, desk.business_id, client, desk.actor)
    if _known(desk, agreement_id) is not None:
        raise RefusedError(f"There is a recurring payment {agreement_id} already. Give another one another --id.")
    if agreed.collect == Collect.CARD:
        _require_card(desk, client, agreed, providers)
    note = noted("recurring_payment", agreement_id, "started", contact=client, description=agreed.description)
    data = {"contact": {"id": client}, "recurring_payment": agreed.data(agreement_id)}
    event_id = f"{agreement_id} started"[:256]
    done = tell(desk, "start_recurring", note, "recurring_payment.started", event_id, data)
    _require_dates(done.shop, done.shop.recurring[agreement_id])
    return _with_line(done, agreement_id)


def _require_dates(shop: Shop, agreement: RecurringPayment) -> None:
    """Refuse an agreement of which no date falls due, now or later: one that is over before its first."""
    if agreement.next_run_at is None and not shop.charges.by("recurring_id", agreement.id):
        raise RefusedError(
            f"Nothing would ever be paid: no date of it falls between {agreement.starts_on} and {agreement.ends_on}. "
            "Give it a later --until, or none; an earlier --from asks for what is past at once."
        )


def _require_card(desk: Desk, client: str, agreed: Agreement, providers: CardProviders) -> None:
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [client]))
    settings, _ = chargeable(shop, payer_of(shop, client).id, agreed.price, agreed.currency)
    require(providers.of(settings.provider), Capability.SAVED_CARDS, agreed.currency)


def cancel_recurring(desk: Desk, id_: str, reason: str | None = None) -> Done:
    """Let no further date of a recurring payment fall due; what has fallen due stays owed."""
    agreement = _known(desk, id_)
    if agreement is None:
        ids = desk.connection.execute(
            "SELECT id FROM recurring_payments WHERE business_id = %s LIMIT 5000", (desk.business_id,)
        )
        near = did_you_mean(id_, [row[0] for row in ids])
        hint = near or " `relance recurring list` shows them."
        raise NotFoundError(f"{desk.business_id} has no recurring payment {id_!r}.{hint}")
    if agreement.cancel_stamp:
        raise RefusedError(f"Recurring payment {id_} is cancelled already.")
    ending = {"id": id_} | ({"reason": reason} if reason else {})
    note = noted("recurring_payment", id_, "cancelled", reason=reason)
    event_id = f"cancel {id_} {desk.now.isoformat()}"[:256]
    data = {"recurring_payment": ending}
    return _with_line(tell(desk, "cancel_recurring", note, "recurring_payment.cancelled", event_id, data), id_)


def _known(desk: Desk, id_: str) -> RecurringPayment | None:
    return desk.look(lambda seeds: seeds.add("recurring", desk.business_id, [id_])).recurring.get(id_)


def _with_line(done: Done, id_: str) -> Done:
    return replace(done, lines=[_line(done.shop, done.shop.recurring[id_]), *done.lines])


def _line(shop: Shop, agreement: RecurringPayment) -> Line:
    """Return what an agreement is by now; `next` is the date of the next charge, none where it is over."""
    next_at = agreement.next_run_at
    return {
        "at": shop.now.astimezone(shop.zone).isoformat(timespec="seconds"),
        "kind": "recurring_payment",
        "contact": agreement.contact_id,
        "id": agreement.id,
        "amount": agreement.price,
        "currency": agreement.currency,
        "every": agreement.every,
        "collect": agreement.collect,
        "next": next_at.astimezone(shop.zone).date().isoformat() if next_at else None,
    }
