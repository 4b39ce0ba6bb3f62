"""The loop that all ticks share: claim a batch of due rows, decide it, until nothing is due or the hand is tired."""

from functools import partial
from typing import Any

from psycopg import Connection

from models.db import transact
from tasks.claiming import claim
from tasks.due import horizon
from tasks.engine import Outcome, run_batch
from tasks.registry import Counts
from tasks.shell import Shell

ROUNDS = 40


def work_off_due(shell: Shell, *kinds: str) -> Counts:
    """Decide what is due of these kinds; `more` says that something may be left."""
    counts = {"decided": 0, "rows": 0, "more": 0}
    for _ in range(ROUNDS):
        outcomes = [transact(shell.database, partial(_batch, shell, kind)) for kind in kinds]
        for outcome in outcomes:
            counts["decided"] += outcome.items
            counts["rows"] += outcome.rows
            shell.observe(outcome)
        if not any(outcome.items for outcome in outcomes):
            return counts
        shell.bells.ring("messages.deliver")
    counts["more"] = 1
    return counts


def _batch(shell: Shell, kind: str, connection: Connection[Any]) -> Outcome:
    now = shell.clock.now()
    items = claim(connection, kind, horizon(shell, now), shell.settings.batch_size)
    return run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
