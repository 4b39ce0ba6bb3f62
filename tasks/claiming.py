"""Claiming: which tenants have due rows, which of them are free, and what of theirs goes into the next batch (R23)."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from tasks.due import ASKABLE
from tasks.engine import Due, DueInvoice, DueMerge, DueRun, DueSession, try_lock

TENANTS_AT_ONCE = 500
_SOURCES = {
    "runs": ("due_at", "sequence"),
    "sessions": ("announce_at", "id"),
    "invoices": ("check_at", "id"),
    "messages": ("next_attempt_at", "sequence"),
}
"""By table: the column that tells when a row is due, and the one that orders rows due at one instant."""
_MAKERS: dict[str, Callable[[str, datetime, str], Due]] = {
    "runs": DueRun,
    "sessions": DueSession,
    "invoices": DueInvoice,
}


def tenants_due(connection: Connection[Any], table: str, column: str, until: datetime) -> list[str]:
    """Return tenants that have due rows, from a random one on, at most 500: one index probe each."""
    start = connection.execute(
        f"SELECT business_id FROM {table} WHERE {column} <= %s ORDER BY {column} LIMIT 1".encode(),  # noqa: S608
        (until,),
    ).fetchone()
    if start is None:
        return []
    probe = f"SELECT business_id FROM {table} WHERE {column} <= %(until)s AND business_id"  # noqa: S608  # names are ours
    rows = connection.execute(
        f"WITH RECURSIVE t AS (({probe} > %(after)s ORDER BY business_id LIMIT 1)"  # noqa: S608
        f" UNION ALL SELECT ({probe} > t.business_id ORDER BY business_id LIMIT 1) FROM t"
        " WHERE t.business_id IS NOT NULL) SELECT business_id FROM t WHERE business_id IS NOT NULL"
        " LIMIT %(many)s".encode(),
        {"until": until, "after": random.choice(("", start[0])), "many": TENANTS_AT_ONCE},  # noqa: S311  # no secret
    ).fetchall()
    return list(dict.fromkeys([start[0], *(row[0] for row in rows)]))


def tenants_waiting(connection: Connection[Any], share: int) -> list[tuple[str, int]]:
    """Return tenants that have waiting events, at most 500 in random order, and how many they have, up to a share."""
    names = connection.execute(
        "WITH RECURSIVE t AS ((SELECT business_id FROM waiting WHERE business_id > %(after)s"
        " ORDER BY business_id LIMIT 1) UNION ALL"
        " SELECT (SELECT business_id FROM waiting WHERE business_id > t.business_id ORDER BY business_id LIMIT 1)"
        " FROM t WHERE t.business_id IS NOT NULL)"
        " SELECT business_id FROM t WHERE business_id IS NOT NULL LIMIT %(many)s",
        {"after": _start_of_waiting(connection), "many": TENANTS_AT_ONCE},
    ).fetchall()
    tenants = [row[0] for row in names]
    random.shuffle(tenants)
    return connection.execute(
        "SELECT b, (SELECT count(*) FROM (SELECT FROM waiting w WHERE w.business_id = b LIMIT %s) c)"
        " FROM unnest(%s::text[]) AS b",
        (share, tenants),
    ).fetchall()


def _start_of_waiting(connection: Connection[Any]) -> str:
    """Return the name after which to look for tenants: the first, or any other, so that nobody is out of reach."""
    row = connection.execute(
        "SELECT w.business_id FROM (SELECT business_id FROM waiting LIMIT 1) o"
        " CROSS JOIN LATERAL (SELECT business_id FROM waiting WHERE business_id < o.business_id"
        " ORDER BY business_id DESC LIMIT 1) w"
    ).fetchone()
    return random.choice(("", row[0])) if row else ""  # noqa: S311  # no secret


def claim_rows(connection: Connection[Any], kind: str, until: datetime, many: int) -> list[tuple[str, datetime, str]]:
    """Return up to `many` due (tenant, instant, id) of tenants that are free, each its share; they are locked."""
    column, then = _SOURCES[kind]
    tenants = tenants_due(connection, kind, column, until)
    locked = _lock_some(connection, tenants)
    if not locked:
        return []
    share = max(1, many // min(len(tenants), 4))
    rows = connection.execute(
        f"SELECT r.* FROM unnest(%s::text[]) AS b CROSS JOIN LATERAL (SELECT business_id, {column}, id FROM {kind}"  # noqa: S608
        f" WHERE business_id = b AND {column} <= %s ORDER BY {column}, {then} LIMIT %s) r LIMIT %s".encode(),
        (locked, until, share, many),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _lock_some(connection: Connection[Any], tenants: list[str]) -> list[str]:
    """Lock about half of the tenants, random ones, so that another worker finds some too."""
    random.shuffle(tenants)
    return try_lock(connection, tenants[: max(4, len(tenants) // 2 + 1)]) if tenants else []


def claim(connection: Connection[Any], kind: str, until: datetime, many: int) -> list[Due]:
    """Return a batch of due items of one kind."""
    if kind == "merges":
        return list(_claim_merges(connection, until, many))
    make: Callable[[str, datetime, str], Due] = _MAKERS[kind]
    return [make(business_id, due, id_) for business_id, due, id_ in claim_rows(connection, kind, until, many)]


def _claim_merges(connection: Connection[Any], until: datetime, many: int) -> Iterable[DueMerge]:
    locked = _lock_some(connection, tenants_due(connection, "noted_charges", "due_at", until))
    if not locked:
        return []
    rows = connection.execute(
        f"SELECT n.business_id, min(n.due_at), n.automation_id, n.group_key, min(n.contact_id) FROM {ASKABLE}"  # noqa: S608  # ours
        " WHERE n.business_id = ANY(%s) AND n.due_at <= %s GROUP BY n.business_id, n.automation_id, n.group_key"
        " ORDER BY 2, 3, 4 LIMIT %s".encode(),
        (locked, until, many),
    ).fetchall()
    return [DueMerge(*row) for row in rows]
