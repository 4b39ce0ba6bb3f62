"""Worlds: a tenant's past played once with the live automations, and once with the candidate among them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Engine

from models.automation import AutomationRow, AutomationState, AutomationVersion
from models.automation_file import load_automation
from models.db import transact
from models.pausing import EVERYBODY, Pause
from tasks.backtest.mentions import Mentions
from tasks.backtest.past import Past, Span
from tasks.backtest.sandbox import refresh, temporary_bytes
from tasks.backtest.settled import forget
from tasks.lines import Line
from tasks.scheduling import plan
from tasks.virtual.travel import WINDOW, Traveller
from tasks.writing import copy, renew_rulebook

APART = 1_000_000_000
"""So far apart are the rulebook versions of worlds: a process remembers rulebooks by them."""
FIRST_LOOK = 5_000
"""After so many events, and later after twice as many as there are orders, what is settled is forgotten."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is in hand at once, and after how many events what is settled is forgotten for the first time."""

    window: int = WINDOW
    first_look: int = FIRST_LOOK


USUAL = Pace()
Progress = Callable[[datetime], None]
"""Told of each instant that a world has reached."""
_AS_THEY_ARE = ("contacts", "service_versions", "consents", "mandates")
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


class World:
    """One world on a sandbox; `number` tells it from others.

    `bytes` is the most room that its tables took, `forgotten` how many orders left them, `waiting` how many of its runs
    still wait at the end.
    """

    def __init__(
        self,
        engine: Engine,
        past: Past,
        business_id: str,
        span: Span,
        mentions: Mentions,
        number: int,
        pace: Pace,
    ) -> None:
        self.past = past
        self.waiting = 0
        self.bytes = 0
        self.forgotten = 0
        self._engine = engine
        self._business_id = business_id
        self._span = span
        self._mentions = mentions
        self._number = number
        self._first_look = self._next = pace.first_look
        self._traveller = Traveller(engine, business_id, past, past.first, history=False, window=pace.window)

    def begin(self, progress: Progress) -> None:
        """Take over what no kept event tells, and go to the candidate's time; no automation is there."""
        transact(self._engine, self._settle)
        for _ in self._travel(self._span.since, progress):
            pass
        self._traveller.now = max(self._traveller.now, self._span.since)
        self._look_after()

    def play(self, automations: Iterable[Text], pauses: Iterable[Pause], progress: Progress) -> Iterator[Line]:
        """Go on with automations to the end, and yield what they do; each pause begins when it did."""
        transact(self._engine, lambda c: self._activate(c, automations))
        for one in pauses:
            yield from self._travel(one.since, progress)
            transact(self._engine, lambda c, one=one: copy(c, Pause, [one]))  # type: ignore[misc]
        yield from self._travel(self._span.until, progress)
        self.bytes = max(self.bytes, temporary_bytes(self._engine))
        self.waiting = transact(self._engine, _waiting)

    def _travel(self, until: datetime, progress: Progress) -> Iterator[Line]:
        def look(now: datetime) -> None:
            progress(now)
            if self.past.taken >= self._next:
                self._look_after()

        for line in self._traveller.travel((until, -1, until, ()), look):
            if (line.get("cause") or {}).get("automation"):
                yield line

    def _look_after(self) -> None:
        """Forget what is settled; again when the tables may have doubled."""
        self.bytes = max(self.bytes, temporary_bytes(self._engine))
        place, now = self.past.taken, self._traveller.now
        name, named = self._business_id, self._mentions
        self.forgotten += transact(self._engine, lambda c: forget(c, name, named, place, now))
        refresh(self._engine)
        self._next = place + max(self._first_look, 2 * transact(self._engine, _orders))

    def _settle(self, connection: Connection[Any]) -> None:
        """Take over what no kept event tells."""
        names = {"business": self._business_id, "kept": self._span.kept_from, "since": self._span.since}
        connection.execute("INSERT INTO businesses SELECT * FROM public.businesses WHERE id = %(business)s", names)
        connection.execute("UPDATE businesses SET rules_version = %s", ((self._number + 1) * APART,))
        for name in _AS_THEY_ARE:
            table = sql.Identifier(name)
            connection.execute(
                sql.SQL("INSERT INTO {0} SELECT * FROM public.{0} t WHERE t.business_id = %(business)s").format(table),
                names,
            )
        connection.execute("UPDATE contacts SET reminded_at = NULL WHERE reminded_at IS NOT NULL")
        for name, where in _OLDER.items():
            statement = (
                f"WITH older AS ({_OLDER_ORDERS}) INSERT INTO {name} SELECT * FROM public.{name} t"  # noqa: S608  # ours
                f" WHERE t.business_id = %(business)s AND {where}"
            )
            connection.execute(statement.encode(), names)

    def _activate(self, connection: Connection[Any], automations: Iterable[Text]) -> None:
        """Let the automations of this world be active from now on."""
        now = self._span.since
        connection.execute("UPDATE businesses SET rules_version = %s", ((self._number + 1) * APART,))
        rows = [
            AutomationRow(
                self._business_id,
                text.id,
                load_automation(text.text, text.id).name,
                AutomationState.ACTIVE,
                now,
                text.version,
            )
            for text in automations
        ]
        versions = [
            AutomationVersion(self._business_id, text.id, text.version, text.text, now, "backtest")
            for text in automations
        ]
        if rows:
            copy(connection, AutomationRow, rows)
            copy(connection, AutomationVersion, versions)
        renew_rulebook(connection, self._business_id, now)
        for text in automations:
            schedule = load_automation(text.text, text.id).trigger.schedule
            plan(connection, self._business_id, text.id, schedule, now)


def _orders(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert row is not None
    return int(row[0])


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


def pauses_within(engine: Engine, business_id: str, span: Span) -> list[Pause]:
    """Return the pauses that held the business in a span, each from its begin in it on, until it ended or is to end."""
    rows = transact(
        engine,
        lambda c: c.execute(
            "SELECT business_id, id, scope, greatest(since, %(since)s), target, coalesce(ended_at, until), reason"
            " FROM public.pauses WHERE business_id = ANY(%(whose)s) AND since < %(until)s"
            " AND coalesce(ended_at, until, 'infinity') > %(since)s ORDER BY 4, 2",
            {"whose": [business_id, EVERYBODY], "since": span.since, "until": span.until},
        ).fetchall(),
    )
    return [Pause(*row) for row in rows]
