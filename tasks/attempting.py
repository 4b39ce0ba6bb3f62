"""Attempts: what a process is about to decide is noted first, so that what kills it is found and kills nobody else.

A batch is one transaction that holds the locks of its tenants. Before it decides, a note of the rows in hand is
committed on a second connection; the batch's own commit takes it away. So a note whose tenant's lock is free belongs
to a batch that came to no end: its process was killed, or its time was up. Its rows are then decided in smaller
company - a thousand, thirty, one - and the one that is alone when it happens again has failed, as if it had raised
(`tasks.isolating.put_off`). What the stream gives out a second time is suspected in the same way.
"""

import random
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import Engine

from models.db import AWAY, OUT_OF_TIME, raw
from models.errors import told
from models.event_rows import Attempt
from tasks.isolating import PATIENCE, Kept, put_off

K = TypeVar("K", bound=Kept)

log = structlog.get_logger(__name__)

SMALLER = 32
"""How many times fewer rows are decided together after their process was killed."""
KILLED = "The process that decided it was killed."
_AT_ONCE = (timedelta(0),) * len(PATIENCE)


@contextmanager
def attempt(
    engine: Engine, connection: Connection[Any], items: Sequence[Kept], now: datetime, *, concludes: bool = True
) -> Iterator[None]:
    """Note what is being decided, until its transaction commits; its tenants are locked.

    `concludes` is false where more is to be done with the rows before their earlier setbacks are forgotten.
    """
    if not items:
        yield
        return
    note = Attempt(items[0].business_id, secrets.token_hex(8), now, [[item.business_id, *item.row] for item in items])
    with engine.connect() as second:
        _leave(raw(second), note)
    try:
        yield
    except BaseException as error:
        with suppress(*AWAY), engine.begin() as second:
            _give_back(raw(second), note, error)
        raise
    (_conclude if concludes else _take_away)(connection, note)


def _leave(connection: Connection[Any], note: Attempt) -> None:
    """Commit a note without waiting for the disk: it must survive this process, not the server."""
    with connection.pipeline():
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute(
            "INSERT INTO attempts (business_id, id, at, in_hand) VALUES (%s, %s, %s, %s)",
            (note.business_id, note.id, note.at, Jsonb(note.in_hand)),
        )
        connection.commit()


def _give_back(connection: Connection[Any], note: Attempt, error: BaseException) -> None:
    """Take away the note of a batch that failed, but let it stay with the reason if the batch took too long."""
    if isinstance(error, OUT_OF_TIME):
        names = (told(error), note.business_id, note.id)
        connection.execute("UPDATE attempts SET reason = %s WHERE business_id = %s AND id = %s", names)
    else:
        _take_away(connection, note)


def _take_away(connection: Connection[Any], note: Attempt) -> None:
    connection.execute("DELETE FROM attempts WHERE business_id = %s AND id = %s", (note.business_id, note.id))


def _conclude(connection: Connection[Any], note: Attempt) -> None:
    """Take a note away, and forget what was held against its rows before."""
    connection.execute(
        "WITH done AS (DELETE FROM attempts WHERE business_id = %s AND id = %s RETURNING in_hand)"
        " DELETE FROM setbacks s USING done, jsonb_array_elements(done.in_hand) r"
        " WHERE s.business_id = r->>0 AND s.subject = concat_ws(' ', r->>1, r->>2)",
        (note.business_id, note.id),
    )


@dataclass(frozen=True, slots=True)
class _Left:
    """A row that was in hand."""

    business_id: str
    row: tuple[str, str]


def look_after_the_dead(connection: Connection[Any], now: datetime) -> None:
    """Hold it against the rows in hand that a batch came to no end: a lone one has failed, others are suspected."""
    notes = connection.execute(
        "DELETE FROM attempts WHERE pg_try_advisory_xact_lock(hashtextextended(business_id, 11))"
        " RETURNING in_hand, reason"
    ).fetchall()
    for in_hand, reason in notes:
        left = [_Left(tenant, (table, id_)) for tenant, table, id_ in in_hand]
        log.error("rows came to no end", rows=len(left), first=left[0].row, reason=reason or KILLED)
        if len(left) > 1:
            suspect(connection, left, len(left), reason or KILLED, now)
        elif left[0].row[0] == "waiting" and reason is None:
            put_off(connection, left[0], KILLED, now, _AT_ONCE)
        else:
            put_off(connection, left[0], reason or KILLED, now)


def suspect(connection: Connection[Any], rows: Iterable[Kept], among: int, reason: str, now: datetime) -> None:
    """Suspect that one of these rows ended its process; they are decided in smaller company from now on."""
    names = [(row.business_id, " ".join(row.row)) for row in rows]
    tenants, subjects = zip(*names, strict=True)
    connection.execute(
        "INSERT INTO setbacks AS s (business_id, subject, attempts, among, at, until, reason)"
        " SELECT b, r, 0, %(among)s, %(now)s, %(now)s, %(reason)s FROM unnest(%(b)s::text[], %(r)s::text[]) AS u(b, r)"
        " ON CONFLICT (business_id, subject) DO UPDATE SET among = least(s.among, excluded.among), at = excluded.at,"
        " until = excluded.until, reason = excluded.reason",
        {"among": among, "now": now, "reason": reason, "b": list(tenants), "r": list(subjects)},
    )


def in_company(connection: Connection[Any], items: Sequence[K], now: datetime) -> list[K]:
    """Return which of these rows are decided together: all, but suspects apart, and few of those that are alike."""
    if not items:
        return []
    found = connection.execute(
        "SELECT business_id, subject, among, until FROM setbacks WHERE business_id = ANY(%s)",
        (list({item.business_id for item in items}),),
    )
    setbacks = {(tenant, subject): (among, until) for tenant, subject, among, until in found}
    if not setbacks:
        return [*items]
    held = [(setback, item) for item in items if (setback := setbacks.get((item.business_id, " ".join(item.row))))]
    suspects = [(among, item) for (among, until), item in held if until <= now]
    others = [item for item in items if (item.business_id, " ".join(item.row)) not in setbacks]
    if not suspects:
        return others
    tenants = {item.business_id for _, item in suspects}
    beside = [item for item in others if item.business_id not in tenants]
    if beside and random.random() < 0.5:  # noqa: S311  # fair share, not a secret
        return beside
    widest = max(among for among, _ in suspects)
    return [item for among, item in suspects if among == widest][: max(1, widest // SMALLER)]
