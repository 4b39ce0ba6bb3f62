"""Seeds: what a batch names, from which the loader takes everything else that its decisions may need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.event_shapes import SessionData

Pairs = set[tuple[str, str]]
"""(tenant, id) pairs."""

KINDS = (
    "contacts",
    "services",
    "sessions",
    "classes",
    "orders",
    "bookings",
    "charges",
    "payments",
    "invoices",
    "recurring",
    "occurrences",
    "runs",
    "messages",
    "attempts",
    "links",
    "quotes",
    "coupons",
    "schedules",
    "billings",
)

_PLURAL = {
    "order": "orders",
    "booking": "bookings",
    "session": "sessions",
    "invoice": "invoices",
    "payment": "payments",
    "charge": "charges",
    "contact": "contacts",
    "message": "messages",
    "link": "links",
    "attempt": "attempts",
    "quote": "quotes",
}


def _none_of_any() -> dict[str, Pairs]:
    return {kind: set() for kind in KINDS}


@dataclass(slots=True)
class Seeds:
    """What a batch names, as (tenant, id) pairs by kind.

    A session comes alone, a class with all its seats. `payers` are contacts whose open debts matter, `clients` contacts
    of whose documents an act looks for the newest, `priced` services of which a new version is told, `described`
    sessions as an event tells of them, `moved` bookings that may leave their session or give it a new time,
    `given_back` bookings whose participant may have other seats in the same session, `followed` payments of which all
    that they were used for matters, `retold` recurring payments of which all charges matter,
    `audiences` are occurrences whose next clients matter, `billed` the same of billing with how
    many of them, `linked` contacts of whose
    payment links an act looks for the newest.
    """

    pairs: dict[str, Pairs] = field(default_factory=_none_of_any)
    payers: Pairs = field(default_factory=set)
    clients: Pairs = field(default_factory=set)
    priced: set[tuple[str, str, datetime]] = field(default_factory=set)
    described: set[tuple[str, SessionData]] = field(default_factory=set)
    moved: Pairs = field(default_factory=set)
    given_back: Pairs = field(default_factory=set)
    followed: Pairs = field(default_factory=set)
    retold: Pairs = field(default_factory=set)
    audiences: Pairs = field(default_factory=set)
    billed: set[tuple[str, str, int]] = field(default_factory=set)
    linked: Pairs = field(default_factory=set)

    def add(self, kind: str, business_id: str, ids: Iterable[str | None]) -> None:
        """Name entities of one kind."""
        self.pairs[kind].update((business_id, id_) for id_ in ids if id_)

    def about(self, business_id: str, subjects: Mapping[str, Any], *, seats: bool = False) -> None:
        """Name what a run or a message is about; its session with all seats if what it does depends on them.

        Money that a message tells of is no id and leads nowhere; nor does a billing, of which no decision asks again.
        """
        for kind, value in subjects.items():
            if not isinstance(value, dict) and kind != "billing":
                self.add("classes" if seats and kind == "session" else _PLURAL.get(kind, kind), business_id, [value])

    def __bool__(self) -> bool:
        """Whether anything is named."""
        more = (self.payers, self.clients, self.priced, self.described, self.moved, self.given_back, self.followed)
        return any(self.pairs.values()) or any(more) or bool(self.retold | self.audiences | self.linked or self.billed)
