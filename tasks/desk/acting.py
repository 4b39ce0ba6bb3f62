"""Acts of people, live: loaded, decided with the pure rules, written, noted in `changes` with who did it.

What upstream could tell as well (a payment, a cancellation) is told as an event of the source `/operator`, stored and
decided like any other; only what has no event is an act of its own. The caller holds no lock and commits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import Connection

from models.card import CardAttempt, CardKind
from models.changes import change
from models.collecting import to_be_charged
from models.errors import BadInputError
from models.matching import work_off
from models.refusals import OPERATOR
from models.shop import Cause, Shop
from tasks.card_calls import leave_to_owner
from tasks.engine import Arrival, Item, Work
from tasks.events import read_envelope, read_envelopes
from tasks.gateways.cards import CardProviders
from tasks.lines import Line, Teller
from tasks.seeds import Seeds
from tasks.storing import Bad, keep, number


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an act is done: the connection whose transaction holds the tenant's lock, whose desk, when, by whom.

    With `providers` what a card provider can't give back is said by the act itself, not only when it is tried.
    """

    connection: Connection[Any]
    business_id: str
    now: datetime
    actor: str
    providers: CardProviders | None = None

    def look(self, seed: Callable[[Seeds], None]) -> Shop:
        """Return the shop as far as seeds lead; nothing of it is written."""
        work = Work(self.connection, self.now, [self.business_id])
        work.loader.load(_seeded(seed))
        return work.shops[self.business_id]


def _seeded(seed: Callable[[Seeds], None]) -> Seeds:
    seeds = Seeds()
    seed(seeds)
    return seeds


@dataclass(frozen=True, slots=True)
class Noted:
    """What `changes` says of an act: `act` (a participle) was done to the `subject` of that `kind`."""

    kind: str
    subject: str
    act: str
    detail: dict[str, Any]


def noted(kind: str, subject: str, act: str, **detail: Any) -> Noted:
    """Return what is noted of an act; details that are None are left out."""
    return Noted(kind, subject, act, detail)


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did: the lines that a simulation prints of it, and the shop as it then was."""

    note: Noted
    lines: list[Line]
    shop: Shop


@dataclass(slots=True)
class _Deed:
    """An act that has no event, as an item."""

    business_id: str
    due: datetime
    cause: Cause
    named: Callable[[Seeds], None]
    work: Callable[[Shop], None]
    rank: int = 0

    def seed(self, seeds: Seeds) -> None:
        self.named(seeds)

    def decide(self, shop: Shop) -> None:
        shop.begin(f"{self.cause.act} {self.due.isoformat()}")
        with shop.caused_by(self.cause):
            self.work(shop)
            work_off(shop)


@dataclass(slots=True)
class _Telling:
    """An event of ours, as an item that knows who tells it."""

    arrival: Arrival
    cause: Cause
    business_id: str
    due: datetime
    rank: int = 0

    def seed(self, seeds: Seeds) -> None:
        self.arrival.seed(seeds)

    def decide(self, shop: Shop) -> None:
        with shop.caused_by(self.cause):
            self.arrival.decide(shop)


def act(desk: Desk, name: str, note: Noted, named: Callable[[Seeds], None], work: Callable[[Shop], None]) -> Done:
    """Do what has no event: `work` on the shop that the seeds lead to; what it raises refuses, nothing is written."""
    deed = _Deed(desk.business_id, desk.now, Cause(act=name, actor=desk.actor), named, work)
    return _decide(desk, deed, note)


def tell(desk: Desk, name: str, note: Noted, type_: str, id_: str, data: dict[str, Any]) -> Done:
    """Tell an event of the source `/operator`: it is stored, and decided at once."""
    event = {"specversion": "1.0", "id": id_, "source": OPERATOR, "type": type_, "time": desk.now.isoformat()}
    raw = msgspec.json.encode(event | {"business": desk.business_id, "data": data})
    read = read_envelope(raw, desk.now, desk.now)
    if isinstance(read, Bad):
        raise BadInputError(read.reason)
    entries = number(desk.connection, [read])
    items, dead = read_envelopes(entries)
    if dead:
        raise BadInputError(dead[0][2])
    keep(desk.connection, entries)
    (arrival,) = items
    assert isinstance(arrival, Arrival)
    cause = Cause(act=name, actor=desk.actor)
    return _decide(desk, _Telling(arrival, cause, desk.business_id, desk.now), note)


def _decide(desk: Desk, item: Item, note: Noted) -> Done:
    work = Work(desk.connection, desk.now, [desk.business_id])
    work.bring([item])
    shop = work.shops[desk.business_id]
    teller = Teller(shop)
    work.decide(item, desk.now)
    if desk.providers is not None:
        leave_to_owner(shop, desk.providers)
    shop.changes.add(change(shop.id, desk.now, desk.actor, note.kind, note.subject, note.act, **note.detail))
    lines = teller.news() + [_queued(shop, message) for message in shop.messages.fresh]
    lines += [card_line(shop, one) for one in shop.attempts.fresh if one.kind == CardKind.CHARGE]
    work.write()
    return Done(note, lines, shop)


def _queued(shop: Shop, message: Any) -> Line:
    """Return the line of a message that waits to be sent: its words are written then."""
    return {
        "at": shop.now.astimezone(shop.zone).isoformat(timespec="seconds"),
        "kind": "message",
        "contact": message.contact_id,
        "channel": message.channel,
        "to": message.recipient,
        "template": message.template,
        "purpose": str(message.purpose),
        "state": str(message.state),
    }


def local_text(shop: Shop, instant: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in the business's time zone."""
    return instant.astimezone(shop.zone).isoformat(timespec="seconds") if instant else None


def card_line(shop: Shop, attempt: CardAttempt) -> Line:
    """Return the line of a saved card that is about to be charged: how much, and when; workers do it.

    `planned_for` is None while a pause holds it; they tell what came of it.
    """
    invoice, card = shop.invoices.get(attempt.invoice_id), shop.mandates.get(attempt.mandate_id)
    return {
        "at": shop.now.astimezone(shop.zone).isoformat(timespec="seconds"),
        "kind": "card_charge",
        "contact": attempt.contact_id,
        "amount": to_be_charged(shop, attempt),
        "currency": attempt.currency,
        "method": "card",
        "documents": [invoice.number] if invoice else [],
        "status": "planned" if attempt.due_at else "held",
        "planned_for": local_text(shop, attempt.due_at),
        "card": card.label if card else None,
    }
