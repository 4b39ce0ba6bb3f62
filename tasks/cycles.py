"""Billing by cycles: dates that have come are opened, and their clients billed, a portion in each transaction (R1-R3).

A portion is all or nothing and moves the occurrence on, so what is killed is begun again where it stood. Of several
occurrences the one that was looked at longest ago goes first: a business with many clients keeps no other waiting.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from psycopg import Connection

from models.db import AWAY, transact
from models.errors import told
from models.periods import decision_instant
from models.shop import tell_owner
from tasks.billing import large
from tasks.billing.large import bill_large, large_portion
from tasks.billing.naming import PORTION, next_clients, read_occurrence
from tasks.catching_up import View
from tasks.claiming import horizons
from tasks.due import view
from tasks.due_rows import DueBilling
from tasks.engine import GRACE, Outcome, Work, run_batch, try_lock
from tasks.registry import Counts, task
from tasks.seeds import Seeds
from tasks.shell import Shell
from tasks.ticking import work_off_due

TURN = 3.0
"""So many seconds one task bills, portion by portion, before another has its turn."""
FEWER = 10
"""How many times fewer clients are tried after a portion that failed."""
LOOKED_AT = 200
"""Among so many occurrences a free one is sought."""

log = structlog.get_logger(__name__)


@task("billing.open_cycles", queue="billing")
def open_cycles(shell: Shell) -> Counts:
    """Open the occurrences whose date has come; of what was missed the latest stands for all (R3)."""
    counts = work_off_due(shell, "billing_schedules")
    if counts["decided"]:
        shell.bells.ring("billing.bill")
    return counts


@task("billing.bill", queue="billing")
def bill(shell: Shell) -> Counts:
    """Bill the clients of open occurrences, portion by portion."""
    counts = {"portions": 0, "rows": 0, "skipped": 0, "more": 0}
    until = time.monotonic() + TURN
    while time.monotonic() < until:
        if not _bill_portion(shell, counts, large.LARGE):
            return counts
        shell.bells.ring("messages.deliver")
    counts["more"] = 1
    return counts


def _bill_portion(shell: Shell, counts: Counts, many: int) -> bool:
    """Bill a portion, or a smaller one where that fails; the client with whom it fails alone is left out."""
    now = shell.clock.now()
    sight = view(shell, now)
    work: Callable[[Connection[Any]], Outcome | None] = lambda c: _claim_and_bill(c, sight, now, many)  # noqa: E731
    try:
        outcome = transact(shell.database, work)
    except AWAY:
        raise
    except Exception as error:
        if many > 1:
            return _bill_portion(shell, counts, max(1, many // FEWER))
        log.exception("a client could not be billed")
        reason = told(error)
        outcome = transact(shell.database, lambda c: _leave_out(c, sight, now, reason))
        counts["skipped"] += 1
    if outcome is None:
        return False
    counts["portions"] += 1
    counts["rows"] += outcome.rows
    shell.observe(outcome)
    return True


def _claim_and_bill(connection: Connection[Any], sight: View, now: datetime, many: int) -> Outcome | None:
    item = _claim(connection, sight)
    if item is None:
        return None
    occurrence = read_occurrence(connection, item.business_id, item.id)
    portion = large_portion(connection, item.business_id, occurrence, many)
    if portion is None:
        item.many = min(many, PORTION)
        return run_batch(connection, now, [item])
    at = decision_instant(item.due, now, GRACE)
    return bill_large(connection, item.business_id, occurrence, portion, at)


def _claim(connection: Connection[Any], sight: View) -> DueBilling | None:
    """Return the occurrence that was looked at longest ago among those of businesses that are free; it is locked."""
    rows = connection.execute(
        "SELECT business_id, next_at, id FROM billing_occurrences WHERE next_at <= %s ORDER BY next_at, id LIMIT %s",
        (sight.stream.until, LOOKED_AT),
    ).fetchall()
    for business_id, _, id_ in rows:
        if not try_lock(connection, [business_id]):
            continue
        until = horizons(connection, [business_id], sight)[business_id].until
        again = connection.execute(
            "SELECT next_at FROM billing_occurrences WHERE business_id = %s AND id = %s AND next_at <= %s",
            (business_id, id_, until),
        ).fetchone()
        if again is not None:
            return DueBilling(business_id, again[0], id_)
    return None


def _leave_out(connection: Connection[Any], sight: View, now: datetime, reason: str) -> Outcome | None:
    """Go on after the next client, who can't be billed; the owner is told, and what is owed waits for the next time."""
    item = _claim(connection, sight)
    if item is None:
        return None
    (portion,) = next_clients(
        connection, [(item.business_id, read_occurrence(connection, item.business_id, item.id), 1)]
    ).values()
    work = Work(connection, now, [item.business_id])
    seeds = Seeds()
    seeds.add("billings", item.business_id, [item.id])
    shop = work.loader.load(seeds)[item.business_id]
    occurrence = shop.billings[item.id]
    occurrence.reached = portion.last
    shop.begin(f"{item.id} {portion.last}")
    tell_owner(
        shop,
        "billing_failed",
        f"{portion.last} could not be billed on {occurrence.day}, and is tried again the next time. {reason}",
        contact_id=portion.last,
        occurrence=item.id,
    )
    return Outcome(work.shops, 1, work.write())
