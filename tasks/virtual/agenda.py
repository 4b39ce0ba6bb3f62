"""The agenda: what is to be decided, in the order of R3 - by instant, then by kind, then as workers would claim it."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from models.automation import Run
from models.card import CardAttempt
from models.charge import NotedCharge
from models.message import Message
from models.rows import alarm_of
from models.shelf import Shelf
from models.shop import Shop
from tasks.due_rows import DUE_ROWS, DueRow
from tasks.engine import DueMerge, Item
from tasks.virtual.charging import Charging
from tasks.virtual.delivery import Delivery
from tasks.virtual.ways_out import WaysOut

Key = tuple[datetime, int, datetime, tuple[Any, ...]]
"""When it is decided, the rank of its kind, when it was due, and what tells it from others that were due then."""

Maker = Callable[[Any, datetime, WaysOut], Item]
"""Makes the item of a row that is due at an instant."""
FIRST, NUMBERED, MADE = -1, 0, 1
"""Rows that the database has numbered go before those that were made since, which it numbers as they were made.

Of cards and messages due at one instant the cards go first: what is written then knows of the money.
"""


class Agenda:
    """Items in order, those included that a shop's decisions make due; `now` is when the last was decided."""

    def __init__(self, now: datetime, ways_out: WaysOut) -> None:
        self.now = now
        self.ways_out = ways_out
        self._shelves: list[tuple[Shelf[Any], str, Maker]] = []
        self._heap: list[tuple[Key, int, Item]] = []
        self._serials: dict[int, int] = {}
        self._places = count()

    def open(self, shop: Shop, items: Iterable[tuple[Key, Item]]) -> None:
        """Begin with items that are known, in order; from now on listen to the rows of the shop."""
        shelves: Iterator[tuple[Shelf[Any], Maker]] = ((getattr(shop, name), make) for name, make in _MAKERS.items())
        self._shelves = [(shelf, alarm_of(shelf.cls) or "", make) for shelf, make in shelves]
        self._heap = [(key, next(self._places), item) for key, item in items]

    def first(self) -> Key | None:
        """Return the key of the next item."""
        return self._heap[0][0] if self._heap else None

    def peek(self) -> Item:
        """Return the next item, which stays."""
        return self._heap[0][2]

    def pop(self) -> Item:
        """Take the next item; its instant is now."""
        key, _, item = heapq.heappop(self._heap)
        self.now = key[0]
        return item

    def listen(self) -> None:
        """Add what has become due since the last time."""
        for shelf, column, make in self._shelves:
            if shelf.rung:
                for row in shelf.rung:
                    self._hear(row, getattr(row, column), make)
                shelf.rung.clear()

    def _hear(self, row: Any, due: datetime | None, make: Maker) -> None:
        serial = self._serials.setdefault(id(row), len(self._serials))
        if due is not None:
            item = make(row, due, self.ways_out)
            heapq.heappush(self._heap, (key_of(item, self.now, tie_of(row, serial)), next(self._places), item))


def key_of(item: Item, since: datetime, tie: tuple[Any, ...]) -> Key:
    """Return where an item stands: what was due before we ran is decided when we run."""
    return max(item.due, since), item.rank, item.due, tie


def tie_of(row: Any, serial: int = 0) -> tuple[Any, ...]:
    """Return what orders rows of a kind that are due at one instant, as claims do; `serial` counts what was made."""
    match row:
        case Run() | Message():
            return (MADE, serial) if row.sequence is None else (NUMBERED, row.sequence)
        case CardAttempt():
            return FIRST, row.id, serial
        case NotedCharge():
            return row.automation_id, row.group_key, serial
        case _:
            return row.id, serial


def _maker(rows: type[DueRow]) -> Maker:
    return lambda row, due, _: rows(row.business_id, due, row.id)


_MAKERS: Mapping[str, Maker] = {
    **{rows.shelf: _maker(rows) for rows in DUE_ROWS},
    "noted": lambda row, due, _: DueMerge(row.business_id, due, row.automation_id, row.group_key, row.contact_id),
    "messages": lambda row, due, out: Delivery(row.business_id, due, row.id, out.hand_over),
    "attempts": lambda row, due, out: Charging(row.business_id, due, row.id, out.cards),
}


def in_order(items: Iterable[tuple[Key, Item]]) -> list[tuple[Key, Item]]:
    """Return items in the order of their keys."""
    return sorted(items, key=lambda one: one[0])
