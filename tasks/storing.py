"""Storing events: the inbox takes each once (R20), what can't be read goes to the dead letters (R22)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from models.event_rows import InboxEvent, WaitingEvent
from models.events import Envelope
from tasks.arrays import pairs_sql, spread
from tasks.registry import Counts
from tasks.writing import copy


@dataclass(frozen=True, slots=True)
class Bad:
    """An entry that is no event, with what could be seen of it."""

    raw: bytes
    code: str
    reason: str
    arrived_at: datetime
    business_id: str | None = None
    source: str | None = None
    event_id: str | None = None
    type: str | None = None


class Readable(NamedTuple):
    """An event whose envelope can be read: with its text, when we read it, and when it arrived on the stream."""

    envelope: Envelope
    raw: str
    read_at: datetime
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing did: counts, and of the new events those that are to be decided at once, and those that wait."""

    counts: Counts
    at_once: list[tuple[int, Readable]]
    waiting: list[WaitingEvent]


def store(
    connection: Connection[Any],
    good: Sequence[Readable],
    bad: Sequence[Bad],
    now: datetime,
    *,
    at_once: Collection[str] = (),
    share: int = 0,
) -> Stored:
    """Store events. New ones wait, but up to `share` of each tenant in `at_once`, which the caller decides now."""
    known = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM businesses WHERE id = ANY(%s)", ([*{envelope.business for envelope, *_ in good}],)
        )
    }
    unknown = [_no_tenant(item) for item in good if item[0].business not in known]
    ours = [item for item in good if item[0].business in known]
    firsts = {_name(item[0]): item for item in reversed(ours)}
    new = _insert(connection, list(reversed(firsts.values()))) if firsts else []
    names = {_name(item[0]) for _, item in new}
    again = [item for item in ours if item is not firsts[_name(item[0])] or _name(item[0]) not in names]
    other = _another_body(connection, again, now)
    dead = [*bad, *unknown, *other]
    bury(connection, dead)
    chosen, waiting = _let_wait(connection, new, at_once, share)
    counts = {"stored": len(new), "repeated": len(again) - len(other), "dead": len(dead)}
    return Stored(counts, chosen, waiting)


def _let_wait(
    connection: Connection[Any], new: Sequence[tuple[int, Readable]], at_once: Collection[str], share: int
) -> tuple[list[tuple[int, Readable]], list[WaitingEvent]]:
    """Let new events wait, but those that are decided at once; return these and those."""
    chosen: list[tuple[int, Readable]] = []
    waiting: list[WaitingEvent] = []
    taken: dict[str, int] = {}
    for sequence, item in new:
        name = item[0].business
        if name in at_once and taken.get(name, 0) < share:
            taken[name] = taken.get(name, 0) + 1
            chosen.append((sequence, item))
        else:
            waiting.append(WaitingEvent(sequence, name, item.arrived_at))
    if waiting:
        copy(connection, WaitingEvent, waiting)
    return chosen, waiting


def _name(envelope: Envelope) -> tuple[str, str, str]:
    return envelope.business, envelope.source, envelope.id


def _no_tenant(item: Readable) -> Bad:
    e = item.envelope
    reason = f"There is no business {e.business!r}. Create it with `relance business apply`, then replay this."
    return Bad(item.raw.encode(), "unknown_business", reason, item.read_at, None, e.source, e.id, e.type)


def _insert(connection: Connection[Any], items: Sequence[Readable]) -> list[tuple[int, Readable]]:
    """Insert into the inbox what is not there; return the new ones with their numbers.

    Two workers that store the same event at once meet at the primary key: the later one runs its unit of work again.
    """
    names = [_name(envelope) for envelope, *_ in items]
    there = set(_stored(connection, names, "i.business_id, i.source, i.id"))
    new = [item for item, name in zip(items, names, strict=True) if name not in there]
    if not new:
        return []
    numbers = connection.execute(
        "SELECT nextval('inbox_sequence_seq') FROM generate_series(1, %s)", (len(new),)
    ).fetchall()
    numbered = [(row[0], item) for row, item in zip(numbers, new, strict=True)]
    rows = [
        InboxEvent(e.business, e.source, e.id, sequence, e.type, e.time, read_at, raw)
        for sequence, (e, raw, read_at, _) in numbered
    ]
    copy(connection, InboxEvent, rows)
    return numbered


def _stored(connection: Connection[Any], names: Sequence[tuple[str, str, str]], columns: str) -> list[tuple[Any, ...]]:
    """Return columns of those inbox events that are there already."""
    businesses, sources, ids = zip(*names, strict=True)
    return connection.execute(
        f"SELECT {columns} FROM inbox i JOIN {pairs_sql(3)} AS k(b, s, e)"  # noqa: S608  # names are ours
        " ON i.business_id = k.b AND i.source = k.s AND i.id = k.e".encode(),
        (spread(businesses), spread(sources), spread(ids)),
    ).fetchall()


def _another_body(connection: Connection[Any], items: Sequence[Readable], now: datetime) -> list[Bad]:
    """Return those repeated events whose body is not the one that was stored first (R20)."""
    if not items:
        return []
    rows = _stored(connection, [_name(envelope) for envelope, *_ in items], "i.business_id, i.source, i.id, i.raw")
    first = {(row[0], row[1], row[2]): row[3] for row in rows}
    return [
        Bad(
            raw.encode(),
            "other_body",
            f"Event {envelope.id!r} of {envelope.source!r} came before with another body. "
            "Give what changed an event of its own, with a new id.",
            now,
            envelope.business,
            envelope.source,
            envelope.id,
            envelope.type,
        )
        for envelope, raw, *_ in items
        if not _same(first[_name(envelope)], raw)
    ]


def _same(one: str, other: str) -> bool:
    return not one or one == other or msgspec.json.decode(one) == msgspec.json.decode(other)


def bury(connection: Connection[Any], dead: Sequence[Bad]) -> None:
    """Keep what is no event, raw."""
    if not dead:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO dead_letters (business_id, arrived_at, code, reason, raw, source, event_id, type)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [(b.business_id, b.arrived_at, b.code, b.reason, b.raw, b.source, b.event_id, b.type) for b in dead],
        )


Dead = tuple[int, str, str]
"""The inbox number of an event that can't be understood, a code and the reason."""


def bury_stored(connection: Connection[Any], dead: Sequence[Dead], now: datetime) -> None:
    """Move events of the inbox to the dead letters with their reasons."""
    if not dead:
        return
    sequences, codes, reasons = zip(*dead, strict=True)
    connection.execute(
        "INSERT INTO dead_letters (business_id, arrived_at, code, reason, raw, source, event_id, type)"
        " SELECT i.business_id, %s, d.code, d.reason, convert_to(i.raw, 'UTF8'), i.source, i.id, i.type"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS d(sequence, code, reason)"
        " JOIN inbox i ON i.sequence = d.sequence",
        (now, list(sequences), list(codes), list(reasons)),
    )
    take_off(connection, sequences)


def take_off(connection: Connection[Any], sequences: Sequence[int]) -> None:
    """Let events wait no more."""
    connection.execute(
        "DELETE FROM waiting w USING inbox i"
        " WHERE i.sequence = ANY(%s) AND w.business_id = i.business_id AND w.sequence = i.sequence",
        (list(sequences),),
    )
