"""Housekeeping: what has been kept long enough goes, in batches (`models.keeping`; R22)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.db import transact
from models.identifiers import first_key
from models.keeping import Keeping
from tasks.registry import Counts, task
from tasks.shell import Shell

COUNTED = timedelta(days=2)
JUST_OLD = timedelta(days=7)
"""So long nothing may have swept before something is left lying."""
MANY = 5_000

Sweep = Callable[[Connection[Any], Keeping, datetime], int]


@task("housekeeping.prune", queue="housekeeping")
def prune(shell: Shell) -> Counts:
    """Empty old events and webhooks (their names stay, so that they are never taken twice), forget what is old."""
    counts = {name: _swept(shell, sweep) for name, sweep in SWEEPS.items()}
    return counts | {"more": int(MANY in counts.values())}


def _swept(shell: Shell, sweep: Sweep) -> int:
    return transact(shell.database, lambda c: sweep(c, shell.settings.keeping, shell.clock.now()))


def _empty_events(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    return connection.execute(
        "UPDATE inbox SET raw = '' WHERE sequence IN"
        " (SELECT sequence FROM inbox WHERE arrived_at < %s AND raw <> '' ORDER BY sequence LIMIT %s)",
        (now - keeping.raw, MANY),
    ).rowcount


def _empty_webhooks(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    """Empty what card providers told long ago; its id stays, so that it is never taken twice."""
    return connection.execute(
        "UPDATE webhooks SET raw = '', headers = '{}', due_at = NULL, error = CASE WHEN read_at IS NULL"
        " THEN coalesce(error, 'Its body was deleted before it could be read.') END WHERE (business_id, id) IN"
        " (SELECT business_id, id FROM webhooks WHERE received_at < %s AND raw <> '' ORDER BY received_at LIMIT %s)",
        (now - keeping.raw, MANY),
    ).rowcount


def _delete_dead(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    return connection.execute(
        "DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE arrived_at < %s LIMIT %s)",
        (now - keeping.raw, MANY),
    ).rowcount


def _forget_setbacks(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    return connection.execute("DELETE FROM setbacks WHERE at < %s", (now - keeping.raw,)).rowcount


def _forget_gates(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    """Empty what the gates of old facts saw."""
    return _sweep(
        connection, "UPDATE facts SET seen = NULL", "facts", "seen IS NOT NULL", _just_old("evt", now - keeping.raw)
    )


def _forget_ways(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    """Empty the ways of old runs that have ended; one that failed may still be replayed, and needs its own (R12)."""
    ended = "trace IS NOT NULL AND state IN ('done', 'skipped', 'cancelled')"
    return _sweep(connection, "UPDATE runs SET trace = NULL", "runs", ended, _just_old("run", now - keeping.history))


def _forget_decisions(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    """Delete why something old was not done."""
    return _sweep(connection, "DELETE FROM decisions", "decisions", "true", _just_old("dec", now - keeping.history))


def _just_old(prefix: str, before: datetime) -> tuple[str, str]:
    """Return the ids between which lies what has just become old: only those days are looked at."""
    return first_key(prefix, before - JUST_OLD), first_key(prefix, before)


def _sweep(connection: Connection[Any], verb: str, table: str, which: str, ids: tuple[str, str]) -> int:
    """Do something to some rows of a table, business by business, found by their keys."""
    statement = (
        f"{verb} WHERE (business_id, id) IN (SELECT f.business_id, f.id FROM businesses b CROSS JOIN LATERAL"  # noqa: S608  # names are ours
        f" (SELECT business_id, id FROM {table} WHERE business_id = b.id AND id >= %s AND id < %s AND {which}"
        " LIMIT %s) f LIMIT %s)"
    )
    return connection.execute(statement.encode(), (*ids, MANY, MANY)).rowcount


def _forget_dates(connection: Connection[Any], keeping: Keeping, now: datetime) -> int:
    """Delete the dates of schedules that are long over; the newest of each automation is none of them (R2)."""
    return connection.execute(
        "DELETE FROM occurrences WHERE ctid = ANY(ARRAY(SELECT ctid FROM occurrences WHERE ended_at < %s LIMIT %s))",
        (now - keeping.history, MANY),
    ).rowcount


def _forget_days(connection: Connection[Any], _keeping: Keeping, now: datetime) -> int:
    """Delete what was counted for days that are over everywhere (R21)."""
    return connection.execute(
        "DELETE FROM daily_counts WHERE ctid = ANY(ARRAY(SELECT ctid FROM daily_counts WHERE day < %s LIMIT %s))",
        (str((now - COUNTED).date()), MANY),
    ).rowcount


SWEEPS: dict[str, Sweep] = {
    "emptied": _empty_events,
    "webhooks": _empty_webhooks,
    "deleted": _delete_dead,
    "forgotten": _forget_days,
    "setbacks": _forget_setbacks,
    "unseen": _forget_gates,
    "ways": _forget_ways,
    "decisions": _forget_decisions,
    "dates": _forget_dates,
}
"""What goes, by the count that tells how much of it went."""
