"""Ways to play a scenario: in windows of any size, and by the tasks of live workers, called as their bells would.

All of them must tell the same; only lines of one instant may stand in another order.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine

from models.db import raw, transact
from models.scenario_file import Happening, Scenario
from tasks import automations, bookings, cards, cycles, events, invoices, messages, pauses, payments, sessions
from tasks.due import ASKABLE, due_bells
from tasks.engine import Outcome, run_batch
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail, RecordingSms
from tasks.gateways.recording_cards import RecordingCards
from tasks.lines import Line, Teller
from tasks.opening import open_shop
from tasks.registry import Counts
from tasks.saved_cards import with_cards
from tasks.settings import Settings
from tasks.shell import Shell
from tasks.simulate import ACTOR, Simulation
from tasks.virtual.arriving import Acting

Databases = Callable[[], AbstractContextManager[Engine]]
WINDOWS = (1, 2, 7, 50)
"""Sizes that cut stories at many places; one item is one instant at a time."""

_IN_ORDER: dict[str, Callable[[Shell], Counts]] = {
    "pauses.end": pauses.end,
    "events.drain": events.drain,
    "sessions.announce": sessions.announce,
    "bookings.release": bookings.release,
    "payments.recur": payments.recur,
    "automations.start": automations.start,
    "automations.advance": automations.advance,
    "invoices.mark_overdue": invoices.mark_overdue,
    "automations.merge": automations.merge,
    "payments.collect": cards.collect,
    "payments.settle": cards.settle,
    "messages.deliver": messages.deliver,
    "billing.open_cycles": cycles.open_cycles,
    "billing.bill": cycles.bill,
}
_NEXT_DUE = (
    "SELECT min(at) FROM (SELECT min(due_at) AS at FROM runs UNION ALL SELECT min(announce_at) FROM sessions"  # noqa: S608  # ours
    f" UNION ALL SELECT min(check_at) FROM invoices UNION ALL SELECT min(n.due_at) FROM {ASKABLE}"
    " UNION ALL SELECT min(until) FROM pauses WHERE released_at IS NULL"
    " UNION ALL SELECT min(next_run_at) FROM recurring_payments UNION ALL SELECT min(pay_by) FROM bookings"
    " UNION ALL SELECT min(next_at) FROM occurrences UNION ALL SELECT min(next_at) FROM billing_schedules"
    " UNION ALL SELECT min(next_at) FROM billing_occurrences"
    " UNION ALL SELECT min(due_at) FROM card_attempts UNION ALL SELECT min(ask_at) FROM card_attempts"
    " UNION ALL SELECT min(next_attempt_at) FROM messages) d"
)


def told(lines: list[Line]) -> dict[str, list[str]]:
    """Return the lines of each instant, as texts in one order, so that they can be compared."""
    instants: dict[str, list[str]] = {}
    for line in lines:
        instants.setdefault(line["at"], []).append(msgspec.json.encode(line, order="sorted").decode())
    return {at: sorted(texts) for at, texts in instants.items()}


class ByWorkers:
    """A scenario played by the tasks of workers, one item in each of their batches, by a clock that stands still."""

    def __init__(self, engine: Engine, scenario: Scenario, *, everything: bool = False) -> None:
        self.engine, self.scenario, self.everything = engine, scenario, everything
        self.lines: list[Line] = []
        self.clock, self.stream = VirtualClock(scenario.start), MemoryStream()
        settings = Settings(batch_size=1)
        self.shell = Shell(
            engine,
            self.clock,
            settings,
            SilentBells(),
            self.stream,
            RecordingMail(),
            self.observe,
            everything,
            RecordingCards(),
            sms=RecordingSms(),
        )
        self.other_acts = Simulation(engine, scenario, everything)
        self.away_until: datetime | None = None

    def run(self) -> list[Line]:
        """Play it to its end."""
        shop, start = with_cards(self.scenario.shop), self.scenario.start
        transact(self.engine, lambda c: open_shop(c, shop, start, actor=ACTOR, approved=True))
        ahead = list(self.scenario.happenings)
        while (now := self._next(ahead)) is not None and now < self.scenario.until:
            self.clock.at = now
            while ahead and ahead[0].at <= now:
                self._let_happen(ahead.pop(0), now)
            if self.away_until is not None and now >= self.away_until:
                self.away_until = None
            if self.away_until is None:
                self._work()
        return self.lines

    def observe(self, outcome: Outcome) -> None:
        for shop in outcome.shops.values():
            self.lines += Teller(shop, everything=self.everything).news()

    def _next(self, ahead: list[Happening]) -> datetime | None:
        with self.engine.connect() as connection:
            row = raw(connection).execute(_NEXT_DUE).fetchone()
        own = self.away_until or (max(row[0], self.scenario.start) if row and row[0] else None)
        return min((at for at in (own, ahead[0].at if ahead else None) if at is not None), default=None)

    def _let_happen(self, happening: Happening, now: datetime) -> None:
        if happening.raw is not None:
            self.stream.put(happening.raw, happening.at)
            return
        if self.away_until is None:
            self._drain()
        if happening.do == "outage":
            self.away_until = max(self.away_until or now, now + timedelta(hours=happening.hours))
        elif happening.act is not None:
            acting = Acting(self.scenario.shop.business.id, now, happening.act, happening.position)
            keep = self.everything
            self.observe(transact(self.engine, lambda c: run_batch(c, now, [acting], keep_refusals=keep)))
        else:
            self.lines += self.other_acts.lets(happening)

    def _drain(self) -> None:
        while self.stream.entries:
            events.drain(self.shell)

    def _work(self) -> None:
        """Do all that is due at this instant, in the order of R3, until nothing is."""
        self._drain()
        while due := due_bells(self.engine, self.clock.at):
            next(task for name, task in _IN_ORDER.items() if name in due)(self.shell)


def check_every_way(databases: Databases, scenario: Scenario, lines: list[Line], *, everything: bool) -> None:
    """Assert that a scenario tells the same in whatever way it is played."""
    expected = told(lines)
    for window in WINDOWS:
        with databases() as engine:
            others = told(list(Simulation(engine, scenario, everything, window).run()))
        assert others == expected, f"A window of {window} tells something else. {_first_difference(expected, others)}"
    with databases() as engine:
        others = told(ByWorkers(engine, scenario, everything=everything).run())
    assert others == expected, f"Workers tell something else. {_first_difference(expected, others)}"


def _first_difference(expected: dict[str, list[str]], others: dict[str, list[str]]) -> str:
    """Return the first lines that only one of two ways tells."""
    at = min(at for at in expected.keys() | others.keys() if expected.get(at) != others.get(at))
    known, found = set(expected.get(at, ())), set(others.get(at, ()))
    return f"At {at} only the story tells {sorted(known - found)}, only this way {sorted(found - known)}."
