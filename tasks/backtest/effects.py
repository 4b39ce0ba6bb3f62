"""Effects: what automations did in the two worlds, kept in a temporary table, counted and compared there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from models.db import lone_engine, transact
from tasks.copying import copy_text
from tasks.lines import Line

MANY = 5_000
LIVE, CANDIDATE = 0, 1
COLUMNS = ("world", "at", "automation", "contact", "kind", "what", "about", "amount", "currency", "told")
_TABLE = (
    "CREATE TEMP TABLE effects (place bigint GENERATED ALWAYS AS IDENTITY, world int NOT NULL, at timestamptz NOT NULL,"
    " automation text NOT NULL, contact text, kind text NOT NULL, what text NOT NULL, about text NOT NULL,"
    " amount bigint, currency text, told text)"
)
_PAIRS = (
    "WITH numbered AS (SELECT *, row_number() OVER (PARTITION BY world, automation, contact, kind, what, about"
    " ORDER BY at, place) AS n FROM effects),"
    " l AS (SELECT * FROM numbered WHERE world = 0), c AS (SELECT * FROM numbered WHERE world = 1)"
    " SELECT coalesce(l.automation, c.automation), coalesce(l.contact, c.contact), coalesce(l.kind, c.kind),"
    " coalesce(l.what, c.what), coalesce(l.about, c.about), l.at, l.amount, c.at, c.amount,"
    " coalesce(c.currency, l.currency), coalesce(c.told, l.told) FROM l FULL JOIN c"
    " ON (l.automation, l.kind, l.what, l.about, l.n) = (c.automation, c.kind, c.what, c.about, c.n)"
    " AND l.contact IS NOT DISTINCT FROM c.contact"
)
_DIFFERENT = " WHERE l.world IS NULL OR c.world IS NULL OR l.at <> c.at OR l.amount IS DISTINCT FROM c.amount"
_ABOUT = ("order", "booking", "charge", "session", "payment", "recurring")


class Difference(StrEnum):
    """How an effect of the candidate's world stands to the live one's."""

    ONLY_CANDIDATE = "only_candidate"
    ONLY_LIVE = "only_live"
    CHANGED = "changed"
    SAME = "same"


class Effects:
    """The effects of both worlds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, world: int, lines: Iterable[Line]) -> int:
        """Keep what the lines of a world tell, many at a time; return how many they were."""
        count = 0
        rows: list[tuple[Any, ...]] = []
        for line in lines:
            count += 1
            rows.append((world, *_effect(line)))
            if len(rows) == MANY:
                self._copy(rows)
                rows = []
        if rows:
            self._copy(rows)
        return count

    def _copy(self, rows: list[tuple[Any, ...]]) -> None:
        used, text = copy_text(COLUMNS, (), rows)

        def work(connection: Any) -> None:
            with connection.cursor() as cursor, cursor.copy(f"COPY effects ({', '.join(used)}) FROM STDIN") as stream:
                stream.write(text)

        transact(self._engine, work)

    def compared(self, limit: int | None, *, also_same: bool) -> Iterator[Line]:
        """Yield what differs, or everything, in order of time."""
        statement = _PAIRS + ("" if also_same else _DIFFERENT) + " ORDER BY least(l.at, c.at), 1, 2, 3, 4, 5"
        statement += f" LIMIT {limit}" if limit is not None else ""
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor(name="compared") as cursor:
                cursor.execute(statement)
                for row in cursor:
                    yield _pair(row)
            driver.rollback()

    def totals(self) -> list[Line]:
        """Return by automation, kind and what: how many, and how much in each currency, in both worlds."""
        rows = transact(
            self._engine,
            lambda c: c.execute(
                "SELECT automation, kind, what, currency, count(*) FILTER (WHERE world = 0),"
                " count(*) FILTER (WHERE world = 1), sum(amount) FILTER (WHERE world = 0)::bigint,"
                " sum(amount) FILTER (WHERE world = 1)::bigint FROM effects GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
            ).fetchall(),
        )
        keys = ("automation", "kind", "what", "currency", "live", "candidate", "live_amount", "candidate_amount")
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def clients(self, automation: str, limit: int) -> list[Line]:
        """Return whom an automation reached in the candidate's world, most first, and how it is live."""
        rows = transact(
            self._engine,
            lambda c: c.execute(
                "SELECT contact, count(*) FILTER (WHERE world = 1 AND kind = 'message'),"
                " count(*) FILTER (WHERE world = 0 AND kind = 'message'),"
                " count(*) FILTER (WHERE world = 1 AND kind = 'invoice'),"
                " count(*) FILTER (WHERE world = 1 AND kind = 'skipped') FROM effects WHERE automation = %s"
                " GROUP BY 1 ORDER BY 2 DESC, 4 DESC, 1 LIMIT %s",
                (automation, limit),
            ).fetchall(),
        )
        keys = ("contact", "messages", "messages_live", "documents", "skipped")
        return [dict(zip(keys, row, strict=True)) for row in rows]


def _effect(line: Line) -> tuple[Any, ...]:
    """Return an effect's columns after the world; what it is about is named by what both worlds know it by."""
    kind = line["kind"]
    what = {"message": line.get("template"), "skipped": line.get("reason")}.get(kind) or ""
    if "charges" in line:
        about = " ".join(line["charges"])
    else:
        subjects = line.get("subjects") or {}
        about = next((f"{name}:{subjects[name]}" for name in _ABOUT if subjects.get(name)), "")
    amount = line.get("total", line.get("amount"))
    told = line.get("subject") or line.get("number")
    return (
        line["at"], line["cause"]["automation"], line["contact"], kind, what, about, amount, line.get("currency"), told,
    )  # fmt: skip


def _pair(row: tuple[Any, ...]) -> Line:
    automation, contact, kind, what, about, live_at, live_amount, at, amount, currency, told = row
    live = {"at": live_at, "amount": live_amount} if live_at else None
    candidate = {"at": at, "amount": amount} if at else None
    if live is None or candidate is None:
        difference = Difference.ONLY_LIVE if live else Difference.ONLY_CANDIDATE
    else:
        difference = Difference.SAME if live == candidate else Difference.CHANGED
    return {
        "difference": str(difference), "automation": automation, "contact": contact, "kind": kind, "what": what,
        "about": about, "live": live, "candidate": candidate, "currency": currency, "told": told,
    }  # fmt: skip


@contextmanager
def effects(url: str) -> Iterator[Effects]:
    """Lend a table for effects that ends with its connection."""
    engine = lone_engine(url)
    try:
        transact(engine, lambda c: c.execute(_TABLE))
        transact(engine, lambda c: c.execute("SET default_transaction_read_only = on"))
        transact(engine, lambda c: c.execute("SET statement_timeout = 0"))
        yield Effects(engine)
    finally:
        engine.dispose()
