"""Pauses: begun and ended by a person or at their instant; then what they held is due as it was, tenant by tenant.

Whoever decides a batch reads the pauses after it has locked its tenants, and what was held is let go under that lock:
so nothing is held by a pause that has ended, and a process that dies in between leaves only work that is found again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from sqlalchemy import Engine

from models.changes import Change, change
from models.db import transact
from models.errors import BadInputError, NotFoundError
from models.identifiers import key
from models.pausing import EVERYBODY, Pause, Scope, in_words
from models.periods import start_of_day
from tasks.engine import lock
from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.writing import copy

BILLING = ("billing_schedules", "billing_occurrences")
"""What a pause holds of billing."""
_SAME = "business_id = %s AND scope = %s AND target IS NOT DISTINCT FROM %s AND ended_at IS NULL"


def instant_of(until: date | None, tz: ZoneInfo) -> datetime | None:
    """Return the instant at which a pause ends: a date's first."""
    return until if until is None or isinstance(until, datetime) else start_of_day(until, tz)


def pause(
    connection: Connection[Any],
    business_id: str,
    scope: Scope,
    target: str | None,
    now: datetime,
    *,
    until: datetime | None,
    actor: str,
) -> bool:
    """Stop something in a business, or for `EVERYBODY`; tell whether that is news. A new end replaces the old one."""
    if until is not None and until <= now:
        raise BadInputError("A pause can't end before it begins. Name a later date or instant.")
    same = (business_id, scope, target)
    known = connection.execute(f"SELECT until FROM pauses WHERE {_SAME}".encode(), same).fetchone()  # noqa: S608  # ours
    if known is not None and known[0] == until:
        return False
    if known is not None:
        connection.execute(f"UPDATE pauses SET until = %s WHERE {_SAME}".encode(), (until, *same))  # noqa: S608  # ours
    else:
        id_ = key("pau", now, business_id, scope, target or "")
        copy(connection, Pause, [Pause(business_id, id_, scope, now, target, until)])
    _note(connection, same, now, actor, "paused", until=until.isoformat() if until else None)
    return True


def resume(
    connection: Connection[Any], business_id: str, scope: Scope, target: str | None, now: datetime, *, actor: str
) -> None:
    """End a pause; `pauses.end` lets go on what it held. Where there is none the error says what is paused."""
    same = (business_id, scope, target)
    ended = connection.execute(f"UPDATE pauses SET ended_at = %s WHERE {_SAME}".encode(), (now, *same))  # noqa: S608  # ours
    if not ended.rowcount:
        raise NotFoundError(f"{in_words(*same).capitalize()} is not paused. {_paused(connection)}")
    _note(connection, same, now, actor, "resumed")


def _paused(connection: Connection[Any]) -> str:
    rows = connection.execute("SELECT business_id, scope, target FROM pauses WHERE ended_at IS NULL ORDER BY since")
    listed = ", ".join(in_words(*row) for row in rows)
    return f"Paused now: {listed}." if listed else "Nothing is."


def _note(
    connection: Connection[Any],
    same: tuple[str, Scope, str | None],
    now: datetime,
    actor: str,
    act: str,
    **detail: Any,
) -> None:
    business_id, scope, target = same
    copy(connection, Change, [change(business_id, now, actor, "pause", target or str(scope), act, **detail)])


@task("pauses.end", queue="automations")
def end(shell: Shell) -> Counts:
    """End the pauses whose instant has come, and let go on what ended ones held; what is stale by then is skipped."""
    ended, released = end_due(shell.database, shell.clock.now())
    if released:
        shell.bells.ring("automations.advance", "billing.open_cycles", "payments.collect", "messages.deliver")
    return {"ended": ended, "released": released, "more": 0}


def end_due(engine: Engine, now: datetime) -> tuple[int, int]:
    """End pauses and let go on what they held; return how many ended, and how many rows go on."""
    ended = transact(engine, lambda c: _end_due(c, now))
    released = 0
    for business_id, id_ in ended:
        for tenant in transact(engine, partial(_tenants, business_id=business_id)):
            released += transact(engine, partial(_release, tenant=tenant))
        transact(engine, partial(_conclude, row=(business_id, id_), now=now))
    return len(ended), released


def next_end(connection: Connection[Any], business_id: str) -> datetime | None:
    """Return when the next pause ends that holds a business, or has ended and not let go of all it held."""
    row = connection.execute(
        "SELECT min(coalesce(ended_at, until)) FROM pauses WHERE released_at IS NULL AND business_id = ANY(%s)",
        ([business_id, EVERYBODY],),
    ).fetchone()
    return row[0] if row else None


def _end_due(connection: Connection[Any], now: datetime) -> list[tuple[str, str]]:
    connection.execute("UPDATE pauses SET ended_at = until WHERE ended_at IS NULL AND until <= %s", (now,))
    return connection.execute(
        "SELECT business_id, id FROM pauses WHERE released_at IS NULL AND ended_at IS NOT NULL ORDER BY business_id, id"
    ).fetchall()


def _tenants(connection: Connection[Any], business_id: str) -> Iterable[str]:
    """Return whose work a pause may have held."""
    if business_id != EVERYBODY:
        return [business_id]
    rows = connection.execute(
        "SELECT DISTINCT business_id FROM runs WHERE held_at IS NOT NULL"
        " UNION SELECT DISTINCT business_id FROM messages WHERE held_at IS NOT NULL AND next_attempt_at IS NULL"
        " UNION SELECT DISTINCT business_id FROM card_attempts WHERE held_at IS NOT NULL"
        " UNION SELECT DISTINCT business_id FROM billing_schedules WHERE held_at IS NOT NULL"
        " UNION SELECT DISTINCT business_id FROM billing_occurrences WHERE held_at IS NOT NULL"
    )
    return [row[0] for row in rows]


def _release(connection: Connection[Any], tenant: str) -> int:
    """Let a tenant's work be due as it was, but for the runs of automations that stopped by themselves."""
    lock(connection, [tenant])
    runs = connection.execute(
        "UPDATE runs r SET due_at = r.held_at, held_at = NULL FROM automations a"
        " WHERE r.business_id = %s AND r.held_at IS NOT NULL AND a.business_id = r.business_id"
        " AND a.id = r.automation_id AND a.state NOT IN ('paused', 'parked')",
        (tenant,),
    )
    messages = connection.execute(
        "UPDATE messages SET next_attempt_at = held_at"
        " WHERE business_id = %s AND held_at IS NOT NULL AND next_attempt_at IS NULL AND state = 'prepared'",
        (tenant,),
    )
    cards = connection.execute(
        "UPDATE card_attempts SET due_at = held_at, held_at = NULL WHERE business_id = %s AND held_at IS NOT NULL",
        (tenant,),
    )
    held = "SET next_at = held_at, held_at = NULL WHERE business_id = %s AND held_at IS NOT NULL"
    billing = [connection.execute(f"UPDATE {table} {held}".encode(), (tenant,)) for table in BILLING]  # ours
    return sum(done.rowcount for done in (runs, messages, cards, *billing))


def _conclude(connection: Connection[Any], row: tuple[str, str], now: datetime) -> None:
    connection.execute("UPDATE pauses SET released_at = %s WHERE business_id = %s AND id = %s", (now, *row))
