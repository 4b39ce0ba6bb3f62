"""Housekeeping: what has been kept long enough goes (docs/privacy: raw events and dead letters 90 days)."""

from datetime import timedelta

from models.db import transact
from tasks.registry import Counts, task
from tasks.shell import Shell

RAW_KEPT = timedelta(days=90)
MANY = 5_000


@task("housekeeping.prune", queue="housekeeping")
def prune(shell: Shell) -> Counts:
    """Empty the raw text of old events (their names stay, so that they are never taken twice) and old dead letters."""
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
    return {"emptied": emptied, "deleted": deleted, "more": int(MANY in {emptied, deleted})}
