"""Housekeeping: what has been kept long enough goes (docs/privacy: raw events and dead letters 90 days)."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.db import transact
from tasks.registry import Counts, task
from tasks.shell import Shell

RAW_KEPT = timedelta(days=90)
COUNTED = timedelta(days=2)
MANY = 5_000


@task("housekeeping.prune", queue="housekeeping")
def prune(shell: Shell) -> Counts:
    """Empty the raw text of old events (their names stay, so that they are never taken twice), forget what is old."""
    before = shell.clock.now() - RAW_KEPT
    emptied = transact(
        shell.database,
        lambda c: (
            c.execute(
                "UPDATE inbox SET raw = '' WHERE sequence IN"
                " (SELECT sequence FROM inbox WHERE arrived_at < %s AND raw <> '' ORDER BY sequence LIMIT %s)",
                (before, MANY),
            ).rowcount
        ),
    )
    deleted = transact(
        shell.database,
        lambda c: (
            c.execute(
                "DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE arrived_at < %s LIMIT %s)",
                (before, MANY),
            ).rowcount
        ),
    )
    forgotten = transact(shell.database, lambda c: _forget_days(c, shell.clock.now()))
    transact(shell.database, lambda c: c.execute("DELETE FROM setbacks WHERE at < %s", (before,)))
    more = int(MANY in {emptied, deleted, forgotten})
    return {"emptied": emptied, "deleted": deleted, "forgotten": forgotten, "more": more}


def _forget_days(connection: Connection[Any], now: datetime) -> int:
    """Delete what was counted for days that are over everywhere (R21)."""
    return connection.execute(
        "DELETE FROM daily_counts WHERE ctid = ANY(ARRAY(SELECT ctid FROM daily_counts WHERE day < %s LIMIT %s))",
        (str((now - COUNTED).date()), MANY),
    ).rowcount
