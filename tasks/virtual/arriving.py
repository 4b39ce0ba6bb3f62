"""What upstream and people do in virtual time: events that arrive, acts on documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from psycopg import Connection

from models.acts import Act, perform
from models.shop import Shop
from tasks.engine import Arrival, Item
from tasks.events import read_envelope, read_envelopes
from tasks.seeds import Seeds
from tasks.storing import Bad, Numbered, Readable, bury, keep, number, recognise, refused
from tasks.virtual.agenda import Key


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that comes from outside at an instant: an event as raw bytes, or what is decided as it is.

    `position` orders what comes at one instant.
    """

    at: datetime
    position: int
    raw: bytes | None = None
    item: Item | None = None

    @property
    def key(self) -> Key:
        """Where it stands on the agenda: before all that time makes due at its instant (R3)."""
        return self.at, 0, self.at, (self.position,)


class Upstream(Protocol):
    """What comes from outside, in order."""

    def ahead(self, many: int) -> Sequence[Coming]:
        """Return the first `many` that were not taken yet."""
        ...

    def take(self, many: int) -> None:
        """Forget the first `many`: they have come to pass."""
        ...


@dataclass(slots=True)
class Acting:
    """A person's act on a document."""

    business_id: str
    due: datetime
    act: Act
    position: int
    rank: int = 0

    def seed(self, seeds: Seeds) -> None:
        """Name the document, or the client whose newest it is."""
        if self.act.number:
            seeds.add("invoices", self.business_id, [self.act.number])
        if self.act.contact:
            seeds.add("contacts", self.business_id, [self.act.contact])
            wanted = seeds.linked if self.act.of_link else seeds.clients
            wanted.add((self.business_id, self.act.contact))

    def decide(self, shop: Shop) -> None:
        """Do it, and what follows from it."""
        shop.begin(str(self.position))
        perform(shop, self.act)


class Arrivals:
    """Entries of upstream as items; `conclude` keeps those whose turn has come, whatever they are."""

    def __init__(self, connection: Connection[Any], coming: Sequence[Coming]) -> None:
        self.connection = connection
        self.items: list[tuple[Key, Item]] = []
        self._new: list[tuple[Key, Numbered]] = []
        self._bad: list[tuple[Key, Bad]] = []
        events: list[tuple[Key, Readable]] = []
        for one in coming:
            if one.item is not None:
                self.items.append((one.key, one.item))
            else:
                self._read(one, events)
        if events:
            self._recognise(events)

    def _read(self, one: Coming, events: list[tuple[Key, Readable]]) -> None:
        read = read_envelope(one.raw or b"", one.at, one.at)
        if isinstance(read, Bad):
            self._bad.append((one.key, read))
        else:
            events.append((one.key, read))

    def _recognise(self, events: Sequence[tuple[Key, Readable]]) -> None:
        """Make items of the events that did not come before."""
        seen = recognise(self.connection, [entry for _, entry in events])
        keys = {id(entry): key for key, entry in events}
        self._bad += [(keys[id(entry)], why) for entry, why in seen.dead]
        numbered = dict(number(self.connection, seen.new))
        self._new = [(keys[id(entry)], (sequence, entry)) for sequence, entry in numbered.items()]
        items, dead = read_envelopes(numbered.items())
        self.items += [(keys[id(numbered[item.sequence])], item) for item in items if isinstance(item, Arrival)]
        self._bad += [(keys[id(numbered[sequence])], refused(numbered[sequence], *why)) for sequence, *why in dead]

    def conclude(self, reached: Key | None) -> None:
        """Keep what came before a key (all of it, without one): events in the inbox, the rest with its reason."""
        keep(self.connection, [entry for key, entry in self._new if reached is None or key < reached])
        bury(self.connection, [bad for key, bad in self._bad if reached is None or key < reached])


def bury_first(connection: Connection[Any], upstream: Upstream, reason: str) -> None:
    """Keep the event that comes next, and why it can't be decided (R22)."""
    (first,) = upstream.ahead(1)
    event = read_envelope(first.raw or b"", first.at, first.at)
    assert isinstance(event, Readable)
    keep(connection, number(connection, [event]))
    bury(connection, [refused(event, "poison", reason)])
