"""What the rows make due next: the first of each kind before an instant, as agenda items in the order of claims."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from tasks.due import ASKABLE
from tasks.due_rows import DUE_ROWS
from tasks.engine import DueMerge, Item
from tasks.virtual.agenda import FIRST, NUMBERED, Key, key_of
from tasks.virtual.charging import Charging
from tasks.virtual.delivery import Delivery
from tasks.virtual.ways_out import WaysOut

_ROWS = (
    "SELECT business_id, {at}, id, {then} FROM {table} WHERE business_id = %(business)s AND {at} < %(before)s"
    " ORDER BY {at}, {then} LIMIT %(many)s"
)
_IDS = 'id COLLATE "C"'
"""Ids of one instant stand in the order of keys, which is Python's, whatever the order of the database is."""
_SOURCES = {
    **{
        rows.table: _ROWS.format(table=rows.table, at=rows.column, then=_IDS if rows.then == "id" else rows.then)
        for rows in DUE_ROWS
    },
    "messages": _ROWS.format(table="messages", at="next_attempt_at", then="sequence"),
    "attempts": _ROWS.format(table="card_attempts", at="due_at", then=_IDS),
    "merges": (
        f"SELECT n.business_id, min(n.due_at), n.automation_id, n.group_key, min(n.contact_id) FROM {ASKABLE}"  # noqa: S608  # ours
        " WHERE n.business_id = %(business)s AND n.due_at < %(before)s"
        " GROUP BY n.business_id, n.automation_id, n.group_key"
        ' ORDER BY 2, n.automation_id COLLATE "C", n.group_key COLLATE "C" LIMIT %(many)s'
    ),
}


_MAKERS = {rows.table: rows for rows in DUE_ROWS}


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Items with their keys, complete for all keys below `bound`; None: there is nothing beyond them."""

    items: list[tuple[Key, Item]]
    bound: Key | None


def upcoming(
    connection: Connection[Any], business_id: str, since: datetime, before: datetime, many: int, ways_out: WaysOut
) -> Upcoming:
    """Return what is due before an instant: at least the first `many` of all kinds together, if there are as many."""
    found: list[tuple[Key, Item]] = []
    bounds: list[Key] = []
    for kind, source in _SOURCES.items():
        names = {"business": business_id, "before": before, "many": many + 1}
        rows = connection.execute(source.encode(), names).fetchall()
        keyed = [(key_of(item, since, tie), item) for item, tie in _items(kind, rows, ways_out)]
        if len(keyed) > many:
            bounds.append(keyed.pop()[0])
        found += keyed
    return Upcoming(found, min(bounds, default=None))


def _items(kind: str, rows: list[tuple[Any, ...]], ways_out: WaysOut) -> Iterator[tuple[Item, tuple[Any, ...]]]:
    for name, due, id_, *more in rows:
        if kind in _MAKERS:
            make = _MAKERS[kind]
            yield make(name, due, id_), ((id_, 0) if make.then == "id" else (NUMBERED, more[0]))
        elif kind == "messages":
            yield Delivery(name, due, id_, ways_out.hand_over), (NUMBERED, more[0])
        elif kind == "attempts":
            yield Charging(name, due, id_, ways_out.cards), (FIRST, id_, 0)
        else:
            yield DueMerge(name, due, id_, more[0], more[1]), (id_, more[0], 0)
