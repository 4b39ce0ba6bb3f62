"""A story's shop with a worker in the process of the test: its tasks are rung by hand, its rows may be spoilt."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models.db import raw, transact
from models.scenario_file import load_scenario
from tasks import (  # noqa: F401  # register their tasks
    automations,
    bookings,
    cards,
    checking,
    events,
    forgetting,
    housekeeping,
    invoices,
    listening,
    messages,
    pauses,
    payments,
    sessions,
    webhooks,
)
from tasks.gateways.mail import Mail
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail, RecordingSms
from tasks.gateways.recording_cards import RecordingCards
from tasks.gateways.reports import Report
from tasks.opening import open_shop
from tasks.registry import Counts, call
from tasks.settings import Settings
from tasks.shell import Shell
from tests.scenarios.story import Story


class WatchedMail(RecordingMail):
    """Records mails; `after` is told the key of each that was handed over."""

    after: Callable[[str], object] = staticmethod(lambda _key: None)

    def send(self, message: Mail, before: Callable[[], bool]) -> Report:
        report = super().send(message, before)
        self.after(message.key)
        return report


class AtWork:
    """The shop of a story, opened; the story's events wait until their instants are reached."""

    def __init__(self, engine: Engine, story: Story, *, batch: int = 100) -> None:
        scenario = load_scenario(story.text(), "story.yaml", lambda _node, name: (name, story.named_files[name]))
        self.engine, self.story = engine, story
        self.ahead = list(scenario.happenings)
        self.clock, self.stream, self.mail = VirtualClock(scenario.start), MemoryStream(), WatchedMail()
        settings = Settings(batch_size=batch)
        self.cards = RecordingCards()
        self.sms = RecordingSms()
        self.shell = Shell(
            engine, self.clock, settings, SilentBells(), self.stream, self.mail, cards=self.cards, sms=self.sms
        )
        transact(engine, lambda c: open_shop(c, scenario.shop, scenario.start, actor="tests"))

    def comes(self, instant: str) -> None:
        """Let an instant come, and with it the events of the story up to then; nothing works yet."""
        self.clock.at = datetime.fromisoformat(self.story.instant(instant))
        while self.ahead and self.ahead[0].at <= self.clock.at:
            happening = self.ahead.pop(0)
            assert happening.raw is not None
            self.stream.put(happening.raw, happening.at)

    def rings(self, bell: str) -> Counts:
        """Do what a worker does when a bell rings; return its counts."""
        return call(self.shell, bell)

    def drains(self, instant: str) -> Counts:
        """Let an instant come and decide the events up to then."""
        self.comes(instant)
        return self.rings("events.drain")

    def sql(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Run a statement and commit; return its rows."""
        with self.engine.connect() as connection:
            cursor = raw(connection).execute(statement.encode(), arguments)
            rows = cursor.fetchall() if cursor.description else []
            raw(connection).commit()
        return rows
