"""Claiming: which tenants have due rows, which of them are free, and what of theirs goes into the next batch (R23)."""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.identifiers import key
from tasks.catching_up import Horizon, View
from tasks.due import ASKABLE
from tasks.due_rows import DUE_ROWS
from tasks.engine import Due, DueMerge, try_lock

TENANTS_AT_ONCE = 500
GOES_ON = (
    "What time makes due goes on meanwhile, and may not know of them: a client may be reminded of what was paid. "
    "Events are decided too slowly; `relance doctor` tells more."
)
"""What an owner is told when ticks give way no more."""
SOURCES = {
    **{rows.table: (rows.column, rows.then) for rows in DUE_ROWS},
    "messages": ("next_attempt_at", "sequence"),
    "card_attempts": ("due_at", "id"),
    "card_answers": ("ask_at", "id"),
    "webhooks": ("due_at", "id"),
}
"""By kind, mostly a table: the column that tells when a row is due, and the one that orders rows due at one instant."""
TABLES = {"card_answers": "card_attempts"}
"""Tables of kinds that are not called so: their rows are due for two reasons."""
_MAKERS = {rows.table: rows for rows in DUE_ROWS}


def tenants_due(connection: Connection[Any], table: str, column: str, until: datetime) -> list[str]:
    """Return tenants that have due rows, from a random one on, at most 500: one index probe each."""
    first = connection.execute(
        f"SELECT business_id FROM {table} WHERE {column} <= %s ORDER BY {column} LIMIT 1".encode(),  # noqa: S608
        (until,),
    ).fetchone()
    if first is None:
        return []
    start = random.choice(("", first[0]))  # noqa: S311  # no secret
    found = _tenants_from(connection, table, column, until, start)
    if start and len(found) < TENANTS_AT_ONCE:
        found += _tenants_from(connection, table, column, until, "")
    return list(dict.fromkeys([first[0], *found]))[:TENANTS_AT_ONCE]


def _tenants_from(connection: Connection[Any], table: str, column: str, until: datetime, after: str) -> list[str]:
    """Return tenants that have due rows, in the order of their names."""
    probe = f"SELECT business_id FROM {table} WHERE {column} <= %(until)s AND business_id"  # noqa: S608  # names are ours
    rows = connection.execute(
        f"WITH RECURSIVE t AS (({probe} > %(after)s ORDER BY business_id LIMIT 1)"  # noqa: S608
        f" UNION ALL SELECT ({probe} > t.business_id ORDER BY business_id LIMIT 1) FROM t"
        " WHERE t.business_id IS NOT NULL) SELECT business_id FROM t WHERE business_id IS NOT NULL"
        " LIMIT %(many)s".encode(),
        {"until": until, "after": after, "many": TENANTS_AT_ONCE},
    )
    return [row[0] for row in rows]


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


def claim_rows(connection: Connection[Any], kind: str, view: View, many: int) -> list[tuple[str, datetime, str]]:
    """Return up to `many` due (tenant, instant, id) of tenants that are free, each its share; they are locked."""
    table, (column, then) = TABLES.get(kind, kind), SOURCES[kind]
    tenants = tenants_due(connection, table, column, view.stream.until)
    locked = _lock_some(connection, tenants)
    if not locked:
        return []
    far = horizons(connection, locked, view)
    share = max(1, many // min(len(tenants), 4))
    rows = connection.execute(
        "SELECT r.* FROM unnest(%s::text[], %s::timestamptz[]) AS t(b, until) CROSS JOIN LATERAL"  # noqa: S608  # ours
        f" (SELECT business_id, {column}, id FROM {table} WHERE business_id = t.b AND {column} <= t.until"
        f" ORDER BY {column}, {then} LIMIT %s) r LIMIT %s".encode(),
        (*_untils(far), share, many),
    ).fetchall()
    _tell_of_going_on(connection, rows, far, view.now)
    return [(row[0], row[1], row[2]) for row in rows]


def horizons(connection: Connection[Any], tenants: list[str], view: View) -> dict[str, Horizon]:
    """Return how far to look with each tenant: to the oldest of its events that wait, else as far as anybody (R3)."""
    rows = connection.execute(
        "SELECT b, (SELECT min(arrived_at) FROM waiting WHERE business_id = b) FROM unnest(%s::text[]) AS b", (tenants,)
    )
    return view.of(dict(rows.fetchall()))


def _untils(horizons: dict[str, Horizon]) -> tuple[list[str], list[datetime]]:
    return [*horizons], [horizon.until for horizon in horizons.values()]


def _tell_of_going_on(
    connection: Connection[Any], rows: Iterable[tuple[Any, ...]], horizons: dict[str, Horizon], now: datetime
) -> None:
    """Tell owners, once a day, that what is due is decided beside events that came before it (R3)."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    told = {row[0]: at for row in rows if (at := horizons[row[0]].beside) is not None and row[1] > at}
    for name, oldest in told.items():
        connection.execute(
            "INSERT INTO alerts (business_id, id, at, reason, text) VALUES (%s, %s, %s, 'behind', %s)"
            " ON CONFLICT DO NOTHING",
            (name, key("alr", day, name, "behind"), now, f"Events have waited since {oldest.isoformat()}. {GOES_ON}"),
        )


def _lock_some(connection: Connection[Any], tenants: list[str]) -> list[str]:
    """Lock about half of the tenants, random ones, so that another worker finds some too."""
    random.shuffle(tenants)
    return try_lock(connection, tenants[: max(4, len(tenants) // 2 + 1)]) if tenants else []


def claim(connection: Connection[Any], kind: str, view: View, many: int) -> list[Due]:
    """Return a batch of due items of one kind."""
    if kind == "merges":
        return list(_claim_merges(connection, view, many))
    make = _MAKERS[kind]
    return [make(business_id, due, id_) for business_id, due, id_ in claim_rows(connection, kind, view, many)]


def _claim_merges(connection: Connection[Any], view: View, many: int) -> Iterable[DueMerge]:
    locked = _lock_some(connection, tenants_due(connection, "noted_charges", "due_at", view.stream.until))
    if not locked:
        return []
    far = horizons(connection, locked, view)
    rows = connection.execute(
        f"SELECT n.business_id, min(n.due_at), n.automation_id, n.group_key, min(n.contact_id) FROM {ASKABLE}"  # noqa: S608  # ours
        " JOIN unnest(%s::text[], %s::timestamptz[]) AS t(b, until) ON n.business_id = t.b AND n.due_at <= t.until"
        " GROUP BY n.business_id, n.automation_id, n.group_key ORDER BY 2, 3, 4 LIMIT %s".encode(),
        (*_untils(far), many),
    ).fetchall()
    _tell_of_going_on(connection, rows, far, view.now)
    return [DueMerge(*row) for row in rows]
