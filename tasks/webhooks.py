"""Webhooks: what a card provider tells by itself is kept first, then read, and recorded like any answer of its (R12).

A message is a row before the provider is thanked for it. It is read without a lock, for the provider may have to be
asked what it means; what it tells and that it was read are one transaction. So a worker that dies in between leaves it
due, two that read it at once record it once, and one that can't be read stays with its error.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from models.card_money import backoff
from models.card_reports import CardOutcome, CardReport
from models.db import transact
from models.errors import ConfigurationError, told
from models.identifiers import key
from models.rows import columns_of
from models.shop import Shop
from models.webhook import Webhook
from tasks.attempting import attempt as noted
from tasks.attempting import in_company, look_after_the_dead
from tasks.card_calls import AT_ONCE
from tasks.card_reports import Reported
from tasks.claiming import claim_rows
from tasks.due import view
from tasks.engine import Outcome, lock, run_batch
from tasks.gateways.cards import CardProviders
from tasks.isolating import by_halves, put_off
from tasks.registry import Counts, task
from tasks.seeds import Seeds
from tasks.shell import Shell

ROUNDS = 40
MANY = 32
SILENT = frozenset({CardOutcome.RETRY, CardOutcome.UNKNOWN})


def keep_webhook(
    connection: Connection[Any],
    business_id: str,
    provider: str,
    event_id: str,
    raw: bytes,
    headers: dict[str, str],
    now: datetime,
) -> None:
    """Keep a message whose signature was verified, to be read at once; told again it is kept once."""
    connection.execute(
        "INSERT INTO webhooks (business_id, id, provider, event_id, received_at, raw, headers, due_at, calls)"
        " VALUES (%(tenant)s, %(id)s, %(provider)s, %(event)s, %(now)s, %(raw)s, %(headers)s, %(now)s, 0)"
        " ON CONFLICT (business_id, provider, event_id) DO NOTHING",
        {
            "tenant": business_id,
            "id": key("whk", now, business_id, provider, event_id),
            "provider": provider,
            "event": event_id,
            "raw": raw,
            "headers": Jsonb(headers),
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message tells, or why that is not known; `passes` where asking again may help."""

    hook: Webhook
    reports: Sequence[CardReport] = ()
    error: str | None = None
    passes: bool = False


@dataclass(slots=True)
class Heard:
    """A message that was read, as an item: what it tells is decided with it."""

    business_id: str
    due: datetime
    id: str
    parts: Sequence[Reported]
    rank: int = 5

    @property
    def row(self) -> tuple[str, str]:
        """The message."""
        return "webhooks", self.id

    def seed(self, seeds: Seeds) -> None:
        """Name what it tells of."""
        for part in self.parts:
            part.seed(seeds)

    def decide(self, shop: Shop) -> None:
        """Record it all."""
        for part in self.parts:
            part.decide(shop)


@task("payments.read_webhooks", queue="payments")
def read_webhooks(shell: Shell) -> Counts:
    """Read what card providers have told, and record it."""
    counts = dict.fromkeys(("read", "unreadable", "later", "put_off", "more"), 0)
    for _ in range(ROUNDS):
        due = transact(shell.database, lambda c: _claim(shell, c))
        if not due:
            return counts
        readings = _read_all(shell.cards, due)
        _record(shell, [one for one in readings if one.error is None], counts)
        for reading in readings:
            if reading.error is not None:
                counts["later" if reading.passes else "unreadable"] += 1
                transact(shell.database, partial(_keep_error, reading=reading, now=shell.clock.now()))
        shell.bells.ring("messages.deliver", "automations.advance")
    counts["more"] = 1
    return counts


def _claim(shell: Shell, connection: Connection[Any]) -> list[Webhook]:
    """Return due messages of tenants that nobody works on; they stay due until they are read."""
    now = shell.clock.now()
    look_after_the_dead(connection, now)
    claimed = claim_rows(connection, "webhooks", view(shell, now), MANY)
    rows = connection.execute(
        f"SELECT {', '.join(f'w.{name}' for name in columns_of(Webhook))} FROM webhooks w"  # noqa: S608  # ours
        " JOIN unnest(%s::text[], %s::text[]) AS u(b, i) ON (w.business_id, w.id) = (u.b, u.i)"
        " ORDER BY w.due_at, w.id".encode(),
        ([row[0] for row in claimed], [row[2] for row in claimed]),
    )
    return in_company(connection, [Webhook(*row) for row in rows], now)


def _read_all(providers: CardProviders, hooks: Sequence[Webhook]) -> list[Reading]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(partial(_read, providers), hooks))


def _read(providers: CardProviders, hook: Webhook) -> Reading:
    try:
        reports = providers.of(hook.provider).read_webhook(hook.raw)
    except ConfigurationError as error:
        return Reading(hook, error=str(error), passes=True)
    except Exception as error:  # noqa: BLE001  # whatever a provider's library raises
        return Reading(hook, error=told(error))
    silent = next((report for report in reports if report.outcome in SILENT), None)
    if silent is not None:
        return Reading(hook, error=silent.reason or "The card provider does not answer.", passes=True)
    return Reading(hook, reports)


def _record(shell: Shell, readings: Sequence[Reading], counts: Counts) -> None:
    """Record what messages tell, and that they were read; one that fails is found among the others."""
    now = shell.clock.now()

    def record(connection: Connection[Any], some: Sequence[Reading]) -> tuple[int, Outcome]:
        lock(connection, {one.hook.business_id for one in some})
        items = _still_due(connection, some, now)
        with noted(shell.database, connection, items, now):
            outcome = run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
            _mark_read(connection, items, now)
        return len(items), outcome

    def conclude(some: Sequence[Reading]) -> None:
        count, outcome = transact(shell.database, lambda c: record(c, some))
        shell.observe(outcome)
        counts["read"] += count

    def give_up(reading: Reading, error: Exception) -> None:
        transact(shell.database, lambda c: put_off(c, reading.hook, told(error), shell.clock.now()))
        counts["put_off"] += 1

    if readings:
        by_halves(readings, conclude, give_up)


def _still_due(connection: Connection[Any], readings: Sequence[Reading], now: datetime) -> list[Heard]:
    """Return the messages that nobody has read meanwhile; what they tell of another's account is not ours."""
    rows = connection.execute(
        "SELECT w.business_id, w.id, b.cards ->> 'account' FROM webhooks w JOIN businesses b ON b.id = w.business_id"
        " JOIN unnest(%s::text[], %s::text[]) AS u(b, i) ON (w.business_id, w.id) = (u.b, u.i)"
        " WHERE w.due_at IS NOT NULL",
        ([one.hook.business_id for one in readings], [one.hook.id for one in readings]),
    )
    accounts = {(tenant, id_): account for tenant, id_, account in rows}
    return [
        _heard(one, accounts[one.hook.business_id, one.hook.id], now)
        for one in readings
        if (one.hook.business_id, one.hook.id) in accounts
    ]


def _heard(reading: Reading, account: str | None, now: datetime) -> Heard:
    hook = reading.hook
    own = {None, hook.business_id, account}
    parts = [Reported(hook.business_id, now, report) for report in reading.reports if report.account in own]
    return Heard(hook.business_id, hook.received_at, hook.id, parts)


def _mark_read(connection: Connection[Any], items: Sequence[Heard], now: datetime) -> None:
    connection.execute(
        "UPDATE webhooks w SET read_at = %s, due_at = NULL, error = NULL"
        " FROM unnest(%s::text[], %s::text[]) AS u(b, i) WHERE (w.business_id, w.id) = (u.b, u.i)",
        (now, [item.business_id for item in items], [item.id for item in items]),
    )


def _keep_error(connection: Connection[Any], reading: Reading, now: datetime) -> None:
    """Let a message be due again where that may help; else it waits for a person, and the owner is told."""
    hook, again = reading.hook, now + backoff(reading.hook.calls) if reading.passes else None
    lock(connection, [hook.business_id])
    changed = connection.execute(
        "UPDATE webhooks SET error = %s, calls = calls + 1, due_at = %s"
        " WHERE business_id = %s AND id = %s AND due_at IS NOT NULL",
        (reading.error, again, hook.business_id, hook.id),
    ).rowcount
    if changed and not reading.passes:
        _tell(connection, hook, reading.error or "", now)


def _tell(connection: Connection[Any], hook: Webhook, error: str, now: datetime) -> None:
    """Tell the owner, once for each message however often it is read in vain."""
    text = (
        f"A message of the card provider {hook.provider} ({hook.event_id}) can't be read: {error.rstrip('.')}. What "
        "became of payments is asked for all the same. `relance payments webhooks list --failed` shows it."
    )
    connection.execute(
        "INSERT INTO alerts (business_id, id, at, reason, text, data) VALUES (%s, %s, %s, 'webhook', %s, %s)"
        " ON CONFLICT DO NOTHING",
        (
            hook.business_id,
            key("alr", hook.received_at, hook.business_id, "webhook", hook.id),
            now,
            text,
            Jsonb({"webhook": hook.id}),
        ),
    )
