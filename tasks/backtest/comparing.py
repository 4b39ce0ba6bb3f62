"""A backtest as a whole: the candidate, the two worlds, what differs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from models.automation import AutomationRow
from models.automation_file import Automation, load_automation
from models.db import transact
from models.errors import BadInputError
from models.shop_file import PublishedText
from tasks.automation_rows import require
from tasks.backtest.effects import CANDIDATE, LIVE, Effects
from tasks.backtest.past import Span, span_of
from tasks.backtest.worlds import Text, World, live_automations
from tasks.publishing import require_runnable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was played: the span, the candidate and whether one of its name is live, and what it took."""

    span: Span
    candidate: Automation
    replaces: bool
    events: int
    waiting: int
    bytes: int


def draft_of(engine: Engine, business_id: str, automation_id: str) -> PublishedText:
    """Return the draft that is saved for an automation."""
    row: AutomationRow = transact(engine, lambda c: require(c, business_id, automation_id))
    if row.draft is None:
        raise BadInputError(
            f"Automation {automation_id} has no draft. Save one with `relance automations apply FILE`, or name a file."
        )
    return PublishedText(load_automation(row.draft, automation_id), row.draft)


def backtest(
    url: str,
    reader: Engine,
    business_id: str,
    candidate: PublishedText,
    since: datetime,
    until: datetime,
    found: Effects,
    progress: Callable[[int, datetime], None],
) -> Outcome:
    """Play a tenant's past with the live automations and with the candidate; keep in `found` what both did.

    Nothing of the tenant is written (`tasks.backtest.sandbox`), and nothing is sent.
    """
    require_runnable(candidate.automation)
    span = span_of(reader, business_id, since, until)
    live = live_automations(reader, business_id)
    name = candidate.automation.id
    version = max((text.version for text in live if text.id == name), default=0) + 1
    others = [text for text in live if text.id != name]
    texts = {LIVE: tuple(live), CANDIDATE: (*others, Text(name, version, candidate.text))}
    events = waiting = most = 0
    for number, automations in texts.items():
        world = World(url, reader, business_id, span, automations, number)
        found.take(number, world.play(lambda now, number=number: progress(number, now)))  # type: ignore[misc]
        events, waiting, most = world.events, world.waiting, max(most, world.bytes)
    return Outcome(span, candidate.automation, len(others) < len(live), events, waiting, most)
