"""Storing events: the inbox takes each once (R20), what can't be read goes to the dead letters (R22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import Connection

from models.events import Envelope
from tasks.registry import Counts


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


Readable = tuple[Envelope, str, datetime]


def store(connection: Connection[Any], good: Sequence[Readable], bad: Sequence[Bad], now: datetime) -> Counts:
    """Store events; return how many are new, repeated and dead."""
    known = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM businesses WHERE id = ANY(%s)", ([*{envelope.business for envelope, _, _ in good}],)
        )
    }
    unknown = [_no_tenant(*item) for item in good if item[0].business not in known]
    ours = [item for item in good if item[0].business in known]
    firsts = {_name(item[0]): item for item in reversed(ours)}
    new = _insert(connection, list(firsts.values())) if firsts else set()
    again = [item for item in ours if item is not firsts[_name(item[0])] or _name(item[0]) not in new]
    other = _another_body(connection, again, now)
    dead = [*bad, *unknown, *other]
    bury(connection, dead)
    return {"stored": len(new), "repeated": len(ours) - len(new) - len(other), "dead": len(dead)}


def _name(envelope: Envelope) -> tuple[str, str, str]:
    return envelope.business, envelope.source, envelope.id


def _no_tenant(envelope: Envelope, raw: str, arrived: datetime) -> Bad:
    reason = f"There is no business {envelope.business!r}. Create it with `relance business apply`, then replay this."
    return Bad(raw.encode(), "unknown_business", reason, arrived, None, envelope.source, envelope.id, envelope.type)


def _insert(connection: Connection[Any], items: Sequence[Readable]) -> set[tuple[str, str, str]]:
    """Insert into the inbox what is not there, and let it wait; return the names of the new ones."""
    rows = connection.execute(
        "WITH new AS (INSERT INTO inbox (business_id, source, id, type, time, arrived_at, raw)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],"
        " %s::text[]) ON CONFLICT (business_id, source, id) DO NOTHING"
        " RETURNING sequence, business_id, source, id, arrived_at),"
        " queue AS (INSERT INTO waiting (sequence, business_id, arrived_at, attempts)"
        " SELECT sequence, business_id, arrived_at, 0 FROM new)"
        " SELECT business_id, source, id FROM new",
        (
            [envelope.business for envelope, _, _ in items],
            [envelope.source for envelope, _, _ in items],
            [envelope.id for envelope, _, _ in items],
            [envelope.type for envelope, _, _ in items],
            [envelope.time for envelope, _, _ in items],
            [arrived for _, _, arrived in items],
            [raw for _, raw, _ in items],
        ),
    )
    return {(row[0], row[1], row[2]) for row in rows}


def _another_body(connection: Connection[Any], items: Sequence[Readable], now: datetime) -> list[Bad]:
    """Return those repeated events whose body is not the one that was stored first (R20)."""
    if not items:
        return []
    rows = connection.execute(
        "SELECT i.business_id, i.source, i.id, i.raw FROM inbox i"
        " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(b, s, e)"
        " ON i.business_id = k.b AND i.source = k.s AND i.id = k.e",
        tuple(list(column) for column in zip(*(_name(envelope) for envelope, _, _ in items), strict=True)),
    )
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
        for envelope, raw, _ in items
        if not _same(first[_name(envelope)], raw)
    ]


def _same(one: str, other: str) -> bool:
    return one == other or msgspec.json.decode(one) == msgspec.json.decode(other)


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
