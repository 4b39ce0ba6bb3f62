"""The loop that all ticks share: claim a batch of due rows, decide it, until nothing is due or the hand is tired."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from models.db import AWAY, transact
from models.errors import told
from tasks.attempting import attempt, in_company, look_after_the_dead
from tasks.claiming import claim
from tasks.due import view
from tasks.engine import Due, Outcome, lock, run_batch
from tasks.isolating import by_halves, put_off
from tasks.registry import Counts
from tasks.shell import Shell

ROUNDS = 40


def work_off_due(shell: Shell, kind: str, many: int | None = None) -> Counts:
    """Decide what is due of a kind, so many at once; `more` says that something may be left."""
    counts = {"decided": 0, "rows": 0, "put_off": 0, "more": 0}
    for _ in range(ROUNDS):
        if not _decide_batch(shell, kind, many or shell.settings.batch_size, counts):
            return counts
        shell.bells.ring("messages.deliver")
    counts["more"] = 1
    return counts


def _decide_batch(shell: Shell, kind: str, many: int, counts: Counts) -> int:
    """Claim a batch and decide it; what can't be decided is put off. Return how many rows were claimed."""
    now = shell.clock.now()
    sight = view(shell, now)
    claimed: list[Due] = []

    def decide(connection: Connection[Any], items: Sequence[Due]) -> Outcome:
        with attempt(shell.database, connection, items, now):
            return run_batch(connection, now, items, keep_refusals=shell.keep_refusals)

    def claim_and_decide(connection: Connection[Any]) -> Outcome:
        look_after_the_dead(connection, now)
        claimed[:] = in_company(connection, claim(connection, kind, sight, many), now)
        return decide(connection, claimed)

    def lock_and_decide(connection: Connection[Any], items: Sequence[Due]) -> Outcome:
        lock(connection, {item.business_id for item in items})
        return decide(connection, items)

    def conclude(outcome: Outcome) -> None:
        counts["decided"] += outcome.items
        counts["rows"] += outcome.rows
        shell.observe(outcome)

    def give_up(item: Due, error: Exception) -> None:
        transact(shell.database, lambda c: put_off(c, item, told(error), now))
        counts["put_off"] += 1

    try:
        conclude(transact(shell.database, claim_and_decide))
    except AWAY:
        raise
    except Exception:  # whatever it is: the poison is found among what was claimed
        if not claimed:
            raise
        by_halves(claimed, lambda some: conclude(transact(shell.database, lambda c: lock_and_decide(c, some))), give_up)
    return len(claimed)
