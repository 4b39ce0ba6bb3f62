"""Simulation: the real engine with a virtual clock, a stream in memory and gateways that only record.

Time jumps from one instant at which something happens to the next; at each, the tasks run as workers would run them, in
the order of R3.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from models.acts import perform
from models.db import raw, transact
from models.errors import BadInputError
from models.periods import zone
from models.scenario_file import Happening, Pausing, Scenario
from tasks import automations, events, invoices, messages, pauses, sessions
from tasks.acting import act_on_shop
from tasks.due import ASKABLE, due_bells
from tasks.engine import Outcome
from tasks.gateways.recording import RecordingMail
from tasks.lifecycle import LastRuns, archive, pause, resume
from tasks.lines import Line, lines_of, refusal_line
from tasks.opening import open_shop
from tasks.publishing import Waiting, publish
from tasks.registry import Counts
from tasks.settings import Settings
from tasks.shell import Shell, StreamEntry

ACTOR = "scenario"
"""Who is noted as having done what the acts of a scenario do."""
LONGEST_INSTANT = 1_000
"""Rounds of one instant; more would be a loop that nothing parks."""


class VirtualClock:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the instant that the simulation has reached."""
        return self.at


class MemoryStream:
    """The upstream stream, in memory."""

    def __init__(self) -> None:
        self.entries: list[StreamEntry] = []
        self.arrivals: dict[str, datetime] = {}
        self._count = 0

    def put(self, raw_event: bytes, at: datetime) -> None:
        """Let an event arrive."""
        self._count += 1
        name = f"{int(at.timestamp() * 1000)}-{self._count}"
        self.arrivals[name] = at
        self.entries.append(StreamEntry(name, raw_event))

    def append(self, raws: Sequence[bytes]) -> None:
        """Publish events now; a simulation's events come by `put`."""
        for raw_event in raws:
            self.put(raw_event, datetime.now(UTC))

    def read(self, count: int) -> Sequence[StreamEntry]:
        """Return the oldest entries."""
        return self.entries[:count]

    def give_back(self, entries: Sequence[StreamEntry]) -> None:
        """Do nothing: what is not acknowledged is read again."""

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Forget entries."""
        gone = set(ids)
        self.entries = [entry for entry in self.entries if entry.id not in gone]

    def oldest_unread(self) -> datetime | None:
        """Return the arrival of the oldest entry."""
        return self.arrivals[self.entries[0].id] if self.entries else None


class SilentBells:
    """Bells that nobody hears: the simulation looks for itself."""

    def ring(self, *bells: str) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Simulation:
    """One scenario on one empty, migrated database; `run` yields its lines in order of time."""

    engine: Engine
    scenario: Scenario
    everything: bool = False
    lines: list[Line] = field(default_factory=list)

    def run(self, progress: Callable[[datetime], None] | None = None) -> Iterator[Line]:
        """Run from start (included) to until (not included)."""
        clock, stream = VirtualClock(self.scenario.start), MemoryStream()
        settings = Settings(batch_size=1)
        shell = Shell(
            self.engine,
            clock,
            settings,
            SilentBells(),
            stream,
            RecordingMail(),
            self._observe,
            keep_refusals=self.everything,
        )
        transact(self.engine, lambda c: open_shop(c, self.scenario.shop, self.scenario.start, actor=ACTOR))
        ahead = list(self.scenario.happenings)
        away_until: datetime | None = None
        while (now := self._next(ahead, away_until)) is not None and now < self.scenario.until:
            clock.at = now
            away_until = self._arrive(shell, stream, ahead, now, away_until)
            if away_until is not None and now >= away_until:
                away_until = None
            if away_until is None:
                self._work(shell, now)
            if progress is not None:
                progress(now)
            yield from self.lines
            self.lines.clear()

    def _observe(self, outcome: Outcome) -> None:
        for shop in outcome.shops.values():
            self.lines.extend(lines_of(shop, everything=self.everything))

    def _next(self, ahead: Sequence[Happening], away_until: datetime | None) -> datetime | None:
        """Return the next instant at which something happens: upstream, or of ours."""
        instants = [ahead[0].at] if ahead else []
        own = self._next_due()
        if away_until is not None:
            instants.append(away_until)
        elif own is not None:
            instants.append(max(own, self.scenario.start))
        return min(instants, default=None)

    def _next_due(self) -> datetime | None:
        with self.engine.connect() as connection:
            row = raw(connection).execute(_NEXT_DUE).fetchone()
        return row[0] if row else None

    def _arrive(
        self,
        shell: Shell,
        stream: MemoryStream,
        ahead: list[Happening],
        now: datetime,
        away_until: datetime | None,
    ) -> datetime | None:
        """Let what upstream and people do at this instant happen; return until when nothing of ours runs."""
        while ahead and ahead[0].at <= now:
            happening = ahead.pop(0)
            if happening.raw is not None:
                stream.put(happening.raw, happening.at)
            elif happening.do == "outage":
                away_until = max(away_until or now, now + timedelta(hours=happening.hours))
            else:
                if away_until is None:
                    _drain(shell)
                self._try(happening, now)
        return away_until

    def _try(self, happening: Happening, now: datetime) -> None:
        """Let a person act; what is refused is one line that says why."""
        business = self.scenario.shop.business
        try:
            self._act(happening, now)
        except BadInputError as error:
            self.lines.append(refusal_line(zone(business.timezone), now, happening.do or "", error))

    def _act(self, happening: Happening, now: datetime) -> None:
        business_id = self.scenario.shop.business.id
        if happening.act is not None:
            act = happening.act
            outcome = transact(
                self.engine,
                lambda c: act_on_shop(
                    c, business_id, now, act, lambda shop: perform(shop, act), origin=str(happening.position)
                ),
            )
            self._observe(outcome)
        elif happening.publishing is not None:
            publishing = happening.publishing
            outcome = transact(
                self.engine,
                lambda c: publish(
                    c,
                    business_id,
                    publishing.published,
                    now,
                    waiting=Waiting(publishing.waiting),
                    actor=ACTOR,
                ),
            ).outcome
            self._observe(outcome)
        elif happening.pausing is not None:
            self._pause(happening.pausing, happening.do, now)
        elif happening.automation is not None and happening.do == "archive_automation":
            name, waiting = happening.automation, LastRuns(happening.waiting)
            ended = transact(self.engine, lambda c: archive(c, business_id, name, now, waiting=waiting, actor=ACTOR))
            self._observe(ended or Outcome({}, 0, 0))
        elif happening.automation is not None:
            change = pause if happening.do == "pause_automation" else resume
            name = happening.automation
            transact(self.engine, lambda c: change(c, business_id, name, now, actor=ACTOR))

    def _pause(self, pausing: Pausing, act: str | None, now: datetime) -> None:
        business = self.scenario.shop.business
        what = (business.id, pausing.scope, pausing.channel, now)
        until = pauses.instant_of(pausing.until, zone(business.timezone))
        if act == "pause":
            transact(self.engine, lambda c: pauses.pause(c, *what, until=until, actor=ACTOR))
        else:
            transact(self.engine, lambda c: pauses.resume(c, *what, actor=ACTOR))

    def _work(self, shell: Shell, now: datetime) -> None:
        """Do all that is due at this instant, in the order of R3, until nothing is."""
        _drain(shell)
        for _ in range(LONGEST_INSTANT):
            due = due_bells(self.engine, now)
            task = next((task for name, task in _IN_ORDER.items() if name in due), None)
            if task is None:
                return
            task(shell)
        raise RuntimeError(f"Something is due again and again at {now.isoformat()}.")


def _drain(shell: Shell) -> None:
    """Decide every event that has arrived, however many at one instant."""
    while events.drain(shell)["more"]:
        pass


_IN_ORDER: dict[str, Callable[[Shell], Counts]] = {
    "pauses.end": pauses.end,
    "events.drain": events.drain,
    "sessions.announce": sessions.announce,
    "automations.advance": automations.advance,
    "invoices.mark_overdue": invoices.mark_overdue,
    "automations.merge": automations.merge,
    "messages.deliver": messages.deliver,
}

_NEXT_DUE = (
    "SELECT min(at) FROM (SELECT min(due_at) AS at FROM runs WHERE due_at IS NOT NULL"  # noqa: S608  # ours
    " UNION ALL SELECT min(announce_at) FROM sessions WHERE announce_at IS NOT NULL"
    " UNION ALL SELECT min(check_at) FROM invoices WHERE check_at IS NOT NULL"
    f" UNION ALL SELECT min(n.due_at) FROM {ASKABLE}"
    " UNION ALL SELECT min(until) FROM pauses WHERE released_at IS NULL"
    " UNION ALL SELECT min(next_attempt_at) FROM messages WHERE next_attempt_at IS NOT NULL) d"
)
