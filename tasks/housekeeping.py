"""Housekeeping: what has been kept long enough goes (raw events, dead letters and what gates saw: 90 days)."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.db import transact
from models.identifiers import first_key
from tasks.registry import Counts, task
from tasks.shell import Shell

RAW_KEPT = timedelta(days=90)
COUNTED = timedelta(days=2)
JUST_OLD = timedelta(days=7)
"""So long nothing may have swept before something is left lying."""
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
    unseen = transact(shell.database, lambda c: _forget_gates(c, shell.clock.now()))
    more = int(MANY in {emptied, deleted, forgotten, unseen})
    return {"emptied": emptied, "deleted": deleted, "forgotten": forgotten, "unseen": unseen, "more": more}


def _forget_gates(connection: Connection[Any], now: datetime) -> int:
    """Empty what the gates of old facts saw; only the days that have just become old are looked at."""
    old, older = first_key("evt", now - RAW_KEPT), first_key("evt", now - RAW_KEPT - JUST_OLD)
    return connection.execute(
        "UPDATE facts SET seen = NULL WHERE (business_id, id) IN (SELECT f.business_id, f.id FROM businesses b"
        " CROSS JOIN LATERAL (SELECT business_id, id FROM facts WHERE business_id = b.id AND id >= %s AND id < %s"
        " AND seen IS NOT NULL LIMIT %s) f LIMIT %s)",
        (older, old, MANY, MANY),
    ).rowcount


def _forget_days(connection: Connection[Any], now: datetime) -> int:
    """Delete what was counted for days that are over everywhere (R21)."""
    return connection.execute(
        "DELETE FROM daily_counts WHERE ctid = ANY(ARRAY(SELECT ctid FROM daily_counts WHERE day < %s LIMIT %s))",
        (str((now - COUNTED).date()), MANY),
    ).rowcount
