"""Storing events: the inbox takes each once (R20), what can't be read goes to the dead letters (R22)."""

from collections.abc import Collection, Iterable, Sequence
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


Numbered = tuple[int, Readable]
"""An event with its number in the inbox."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What of some entries is new, how many came before as they are, and which are no events of ours, and why not."""

    new: list[Readable]
    repeated: int
    dead: list[tuple[Readable, Bad]]


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing did: counts, and of the new events those that are to be decided at once, and those that wait."""

    counts: Counts
    at_once: list[Numbered]
    waiting: list[WaitingEvent]


def store(
    connection: Connection[Any],
    good: Sequence[Readable],
    bad: Sequence[Bad],
    *,
    at_once: Collection[str] = (),
    share: int = 0,
) -> Stored:
    """Store events. New ones wait, but up to `share` of each tenant in `at_once`, which the caller decides now."""
    seen = recognise(connection, good)
    numbered = number(connection, seen.new)
    keep(connection, numbered)
    dead = [*bad, *(why for _, why in seen.dead)]
    bury(connection, dead)
    chosen, waiting = _let_wait(connection, numbered, at_once, share)
    return Stored({"stored": len(numbered), "repeated": seen.repeated, "dead": len(dead)}, chosen, waiting)


def recognise(connection: Connection[Any], good: Sequence[Readable]) -> Recognised:
    """Tell new events from those that came before, here or in an earlier batch; nothing is written (R20)."""
    known = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM businesses WHERE id = ANY(%s)", ([*{envelope.business for envelope, *_ in good}],)
        )
    }
    unknown = [(item, _no_tenant(item)) for item in good if item.envelope.business not in known]
    ours = [item for item in good if item.envelope.business in known]
    firsts = {_name(item.envelope): item for item in reversed(ours)}
    stored = _stored(connection, firsts) if firsts else {}
    new = [item for name, item in reversed(firsts.items()) if name not in stored]
    bodies = {name: item.raw for name, item in firsts.items()} | stored
    again = [item for item in ours if item is not firsts[_name(item.envelope)] or _name(item.envelope) in stored]
    other = [(item, _another_body(item)) for item in again if not _same(bodies[_name(item.envelope)], item.raw)]
    return Recognised(new, len(again) - len(other), [*unknown, *other])


def _let_wait(
    connection: Connection[Any], new: Sequence[Numbered], at_once: Collection[str], share: int
) -> tuple[list[Numbered], list[WaitingEvent]]:
    """Let new events wait, but those that are decided at once; return these and those."""
    chosen: list[Numbered] = []
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


def number(connection: Connection[Any], new: Sequence[Readable]) -> list[Numbered]:
    """Give new events their numbers in the inbox."""
    if not new:
        return []
    numbers = connection.execute(
        "SELECT nextval('inbox_sequence_seq') FROM generate_series(1, %s)", (len(new),)
    ).fetchall()
    return [(row[0], item) for row, item in zip(numbers, new, strict=True)]


def keep(connection: Connection[Any], numbered: Sequence[Numbered]) -> None:
    """Put new events into the inbox.

    Two workers that store the same event at once meet at the primary key: the later one runs its unit of work again.
    """
    if numbered:
        rows = [
            InboxEvent(e.business, e.source, e.id, sequence, e.type, e.time, read_at, raw)
            for sequence, (e, raw, read_at, _) in numbered
        ]
        copy(connection, InboxEvent, rows)


def _stored(connection: Connection[Any], names: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """Return the bodies of those events that are in the inbox."""
    businesses, sources, ids = zip(*names, strict=True)
    rows = connection.execute(
        f"SELECT i.business_id, i.source, i.id, i.raw FROM inbox i JOIN {pairs_sql(3)} AS k(b, s, e)"  # noqa: S608  # names are ours
        " ON i.business_id = k.b AND i.source = k.s AND i.id = k.e".encode(),
        (spread(businesses), spread(sources), spread(ids)),
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def _another_body(item: Readable) -> Bad:
    """Return a repeated event whose body is not the one that was stored first (R20)."""
    reason = (
        f"Event {item.envelope.id!r} of {item.envelope.source!r} came before with another body. "
        "Give what changed an event of its own, with a new id."
    )
    return refused(item, "other_body", reason)


def refused(item: Readable, code: str, reason: str) -> Bad:
    """Return an event that is not taken, with the reason."""
    e = item.envelope
    return Bad(item.raw.encode(), code, reason, item.read_at, e.business, e.source, e.id, e.type)


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
