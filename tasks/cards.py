"""Money by card: due attempts are carried out, and of what is in doubt the provider is asked (R12, R17, R28).

Two transactions with the calls between them: one takes attempts in hand under a lease and marks them `sending`; one
records what became of them. A worker that dies in between leaves rows whose lease ends; their provider is asked what
came of them, never charged again on a guess.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from psycopg import Connection

from models.card import CardAttempt, CardState
from models.card_reports import CardOutcome, CardReport
from models.collecting import SENDING_LEASE, take_up
from models.db import AWAY, transact
from models.errors import told
from models.matching import work_off
from models.shop import Shop
from tasks.attempting import attempt as noted
from tasks.attempting import in_company, look_after_the_dead
from tasks.card_calls import AT_ONCE, Call, ask, call_of, carry_out
from tasks.card_reports import DueAttempt, Reported
from tasks.claiming import claim_rows
from tasks.due import view
from tasks.engine import Outcome, lock, run_batch
from tasks.gateways.cards import CardProviders
from tasks.isolating import Kept, by_halves, put_off
from tasks.loading import Loader
from tasks.registry import Counts, task
from tasks.seeds import Seeds
from tasks.shell import Shell
from tasks.writing import write

ROUNDS = 40
COUNTED = {
    CardOutcome.SUCCEEDED: "succeeded",
    CardOutcome.OPEN: "open",
    CardOutcome.DECLINED: "failed",
    CardOutcome.REFUSED: "failed",
    CardOutcome.EXPIRED: "failed",
    CardOutcome.ABSENT: "later",
    CardOutcome.RETRY: "later",
    CardOutcome.UNKNOWN: "uncertain",
}

Take = Callable[[Shop, CardAttempt, str], bool]
"""Takes an attempt in hand under a lease, or tells that there is nothing to call for."""
Work = Callable[[CardProviders, Sequence[Call]], list[CardReport]]
"""Calls the provider."""


@task("payments.collect", queue="payments")
def collect(shell: Shell) -> Counts:
    """Charge saved cards and give money back, until nothing is due."""
    return _work_off(shell, "card_attempts", take_up, carry_out)


@task("payments.settle", queue="payments")
def settle(shell: Shell) -> Counts:
    """Ask what became of calls without an answer, and of pages on which nobody was seen to pay."""
    return _work_off(shell, "card_answers", _take_to_ask, ask)


def _work_off(shell: Shell, kind: str, take: Take, work: Work) -> Counts:
    counts = dict.fromkeys(("succeeded", "failed", "open", "later", "uncertain", "put_off", "more"), 0)
    for _ in range(ROUNDS):
        due, calls = _claim(shell, kind, take, counts)
        if not due:
            return counts
        if calls:
            _record(shell, calls, work(shell.cards, calls), counts)
            shell.bells.ring("messages.deliver")
    counts["more"] = 1
    return counts


def _take_to_ask(shop: Shop, attempt: CardAttempt, lease: str) -> bool:
    """Take an attempt in hand to ask about it: one whose worker was not heard of again is in doubt from now on."""
    if attempt.state == CardState.SENDING:
        attempt.state = CardState.UNCERTAIN
    attempt.lease, attempt.ask_at = lease, shop.now + SENDING_LEASE
    return True


def _claim(shell: Shell, kind: str, take: Take, counts: Counts) -> tuple[int, list[Call]]:
    """Take due attempts in hand; return how many were due, and the calls to be made."""
    now, lease = shell.clock.now(), secrets.token_hex(8)
    sight = view(shell, now)
    due: list[DueAttempt] = []
    calls: list[Call] = []

    def claim_and_take(connection: Connection[Any]) -> tuple[list[Call], Outcome]:
        look_after_the_dead(connection, now)
        rows = claim_rows(connection, kind, sight, AT_ONCE)
        due[:] = in_company(connection, [DueAttempt(name, id_) for name, _, id_ in rows], now)
        return take_all(connection, due)

    def lock_and_take(connection: Connection[Any], some: Sequence[DueAttempt]) -> tuple[list[Call], Outcome]:
        lock(connection, {one.business_id for one in some})
        return take_all(connection, some)

    def take_all(connection: Connection[Any], some: Sequence[DueAttempt]) -> tuple[list[Call], Outcome]:
        with noted(shell.database, connection, some, now, concludes=False):
            return _take_all(connection, some, kind, take, lease, now)

    def conclude(taken: tuple[list[Call], Outcome]) -> None:
        calls.extend(taken[0])
        shell.observe(taken[1])

    try:
        conclude(transact(shell.database, claim_and_take))
    except AWAY:
        raise
    except Exception:  # whatever it is: the poison is found among what was due
        if not due:
            raise
        by_halves(
            due,
            lambda some: conclude(transact(shell.database, lambda c: lock_and_take(c, some))),
            partial(_put_off, shell, counts),
        )
    return len(due), calls


def _put_off(shell: Shell, counts: Counts, item: Kept, error: Exception) -> None:
    transact(shell.database, lambda c: put_off(c, item, told(error), shell.clock.now()))
    counts["put_off"] += 1


def _take_all(
    connection: Connection[Any], due: Sequence[DueAttempt], kind: str, take: Take, lease: str, now: datetime
) -> tuple[list[Call], Outcome]:
    """Take those attempts that are still due; their tenants are locked."""
    if not due:
        return [], Outcome({}, 0, 0)
    seeds = Seeds()
    for one in due:
        seeds.add("attempts", one.business_id, [one.attempt_id])
    shops = Loader(connection, now, {one.business_id for one in due}).load(seeds)
    calls: list[Call] = []
    for one in due:
        shop = shops[one.business_id]
        attempt = shop.attempts[one.attempt_id]
        at = attempt.due_at if kind == "card_attempts" else attempt.ask_at
        if at is not None and at <= now:
            shop.now = now
            shop.begin(attempt.id)
            if take(shop, attempt, lease):
                calls.append(call_of(shop, attempt, lease))
            work_off(shop)
    return calls, Outcome(shops, len(calls), write(connection, shops.values()))


def _record(shell: Shell, calls: Sequence[Call], reports: Sequence[CardReport], counts: Counts) -> None:
    """Record what became of every call in its tenant's books, fenced by the lease."""
    now = shell.clock.now()
    items = [Reported(call.business_id, now, report) for call, report in zip(calls, reports, strict=True)]

    def record(connection: Connection[Any], some: Sequence[Reported]) -> Outcome:
        lock(connection, {item.business_id for item in some})
        with noted(shell.database, connection, some, now):
            return run_batch(connection, now, some, keep_refusals=shell.keep_refusals)

    def conclude(some: Sequence[Reported]) -> None:
        shell.observe(transact(shell.database, lambda c: record(c, some)))
        for item in some:
            counts[COUNTED[item.report.outcome]] += 1

    by_halves(items, conclude, partial(_put_off, shell, counts))
