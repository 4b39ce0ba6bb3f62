"""Worlds: a tenant's past played once with the live automations, and once with the candidate among them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Engine

from models.automation import AutomationRow, AutomationState, AutomationVersion
from models.automation_file import load_automation
from models.db import transact
from tasks.backtest.past import Past, Span
from tasks.backtest.sandbox import sandbox, temporary_bytes
from tasks.lines import Line
from tasks.scheduling import plan
from tasks.virtual.travel import Traveller
from tasks.writing import copy, renew_rulebook

APART = 1_000_000_000
"""So far apart are the rulebook versions of worlds: a process remembers rulebooks by them."""
LOOK_AFTER = 5
"""After so many windows, and after twice as many again, the planner learns how the tables have grown."""
_AS_THEY_ARE = ("contacts", "service_versions", "consents")
"""What is taken as it is now: the events that made it may be older than those that are kept, or files made it."""
_OLDER_ORDERS = (
    "SELECT o.id FROM public.orders o WHERE o.business_id = %(business)s AND o.placed_at < %(kept)s AND (EXISTS"
    " (SELECT FROM public.bookings b JOIN public.sessions s ON s.business_id = b.business_id AND s.id = b.session_id"
    " WHERE b.business_id = o.business_id AND b.order_id = o.id AND s.ends_at >= %(since)s)"
    " OR EXISTS (SELECT FROM public.invoices i WHERE i.business_id = o.business_id AND i.order_id = o.id"
    " AND i.status = 'issued'))"
)
_OLDER = {
    "orders": "t.id IN (SELECT id FROM older)",
    "bookings": "t.order_id IN (SELECT id FROM older)",
    "sessions": (
        "t.id IN (SELECT b.session_id FROM public.bookings b WHERE b.business_id = t.business_id"
        " AND b.order_id IN (SELECT id FROM older))"
    ),
    "charges": "t.order_id IN (SELECT id FROM older)",
    "invoices": (
        "t.id IN (SELECT c.invoice_id FROM public.charges c WHERE c.business_id = t.business_id"
        " AND c.order_id IN (SELECT id FROM older))"
    ),
    "invoice_taxes": (
        "t.invoice_id IN (SELECT c.invoice_id FROM public.charges c WHERE c.business_id = t.business_id"
        " AND c.order_id IN (SELECT id FROM older))"
    ),
    "allocations": (
        "t.charge_id IN (SELECT c.id FROM public.charges c WHERE c.business_id = t.business_id"
        " AND c.order_id IN (SELECT id FROM older))"
    ),
    "payments": (
        "t.id IN (SELECT a.payment_id FROM public.allocations a JOIN public.charges c"
        " ON c.business_id = a.business_id AND c.id = a.charge_id WHERE a.business_id = t.business_id"
        " AND c.order_id IN (SELECT id FROM older))"
    ),
}
"""Of orders that are older than the events and still matter: what belongs to them, as it is now."""


@dataclass(frozen=True, slots=True)
class Text:
    """An automation that takes part, as its text says."""

    id: str
    version: int
    text: str


@dataclass(slots=True)
class World:
    """One world; `number` tells it from others, `play` yields its lines from `since` on."""

    url: str
    reader: Engine
    business_id: str
    span: Span
    automations: tuple[Text, ...]
    number: int
    events: int = 0
    waiting: int = 0
    bytes: int = 0

    def play(self, progress: Callable[[datetime], None]) -> Iterator[Line]:
        """Play the past: first with no automation, then with those of this world."""
        past = Past(self.reader, self.business_id, self.span)
        with sandbox(self.url) as engine:
            transact(engine, self._settle)
            traveller = Traveller(engine, self.business_id, past, self.span.kept_from, history=False)
            look = _Look(engine, progress)
            for _ in traveller.travel((self.span.since, -1, self.span.since, ()), look):
                pass
            traveller.now = max(traveller.now, self.span.since)
            transact(engine, self._begin)
            for line in traveller.travel((self.span.until, -1, self.span.until, ()), look):
                if (line.get("cause") or {}).get("automation"):
                    yield line
            self.events, self.bytes = past.taken, temporary_bytes(engine)
            self.waiting = transact(engine, _waiting)

    def _settle(self, connection: Connection[Any]) -> None:
        """Take over what no kept event tells."""
        names = {"business": self.business_id, "kept": self.span.kept_from, "since": self.span.since}
        connection.execute("INSERT INTO businesses SELECT * FROM public.businesses WHERE id = %(business)s", names)
        connection.execute("UPDATE businesses SET rules_version = %s", ((self.number + 1) * APART,))
        for name in _AS_THEY_ARE:
            table = sql.Identifier(name)
            connection.execute(
                sql.SQL("INSERT INTO {0} SELECT * FROM public.{0} t WHERE t.business_id = %(business)s").format(table),
                names,
            )
        for name, where in _OLDER.items():
            statement = (
                f"WITH older AS ({_OLDER_ORDERS}) INSERT INTO {name} SELECT * FROM public.{name} t"  # noqa: S608  # ours
                f" WHERE t.business_id = %(business)s AND {where}"
            )
            connection.execute(statement.encode(), names)

    def _begin(self, connection: Connection[Any]) -> None:
        """Let the automations of this world be active from now on."""
        now = self.span.since
        rows = [
            AutomationRow(
                self.business_id,
                text.id,
                load_automation(text.text, text.id).name,
                AutomationState.ACTIVE,
                now,
                text.version,
            )
            for text in self.automations
        ]
        versions = [
            AutomationVersion(self.business_id, text.id, text.version, text.text, now, "backtest")
            for text in self.automations
        ]
        if rows:
            copy(connection, AutomationRow, rows)
            copy(connection, AutomationVersion, versions)
        renew_rulebook(connection, self.business_id, now)
        for text in self.automations:
            schedule = load_automation(text.text, text.id).trigger.schedule
            plan(connection, self.business_id, text.id, schedule, now)


class _Look:
    """Called after each window: tells how far it is, and now and then lets the planner look at the tables."""

    def __init__(self, engine: Engine, progress: Callable[[datetime], None]) -> None:
        self._engine = engine
        self._progress = progress
        self._windows = 0
        self._next = LOOK_AFTER

    def __call__(self, now: datetime) -> None:
        """Take note that virtual time has reached an instant."""
        self._progress(now)
        self._windows += 1
        if self._windows == self._next:
            self._next *= 2
            transact(self._engine, _analyse)


def _analyse(connection: Connection[Any]) -> None:
    for name in (*_OLDER, "runs", "run_subjects", "limit_slots", "messages"):
        connection.execute(sql.SQL("ANALYZE pg_temp.{}").format(sql.Identifier(name)))


def _waiting(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM runs WHERE state IN ('waiting', 'deferred')").fetchone()
    assert row is not None
    return int(row[0])


def live_automations(engine: Engine, business_id: str) -> list[Text]:
    """Return the automations of a business that are at work, as they were published."""
    rows = transact(
        engine,
        lambda c: c.execute(
            "SELECT a.id, a.version, v.text FROM public.automations a JOIN public.automation_versions v"
            " ON v.business_id = a.business_id AND v.automation_id = a.id AND v.version = a.version"
            " WHERE a.business_id = %s AND a.state = 'active' ORDER BY a.id",
            (business_id,),
        ).fetchall(),
    )
    return [Text(*row) for row in rows]
