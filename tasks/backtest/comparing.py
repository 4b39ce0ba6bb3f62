"""A backtest as a whole: the candidate, the two worlds, what differs."""

from collections.abc import Callable, Sequence
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
from tasks.backtest.mentions import mentions_in
from tasks.backtest.past import Past, Span, types_for
from tasks.backtest.sandbox import fork, refresh, sandbox
from tasks.backtest.settled import TABLES
from tasks.backtest.worlds import USUAL, Pace, Text, World, live_automations, pauses_within
from tasks.publishing import require_runnable

BEFORE = 2
"""The number of the world before the candidate's time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was played: the span, the candidate and whether one of its name is live, and what it took.

    `bytes` is the most room that a world's tables took, `forgotten` counts the orders that left them when settled.
    """

    span: Span
    candidate: Automation
    replaces: bool
    events: int
    waiting: int
    bytes: int
    forgotten: int


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
    span: Span,
    found: Effects,
    progress: Callable[[int, datetime], None],
    *,
    alone: bool = False,
    pace: Pace = USUAL,
) -> Outcome:
    """Play a tenant's past with the live automations and with the candidate; keep in `found` what both did.

    Until the candidate's time both worlds are one. Nothing of the tenant is written (`tasks.backtest.sandbox`), and
    nothing is sent. `alone` leaves out the automations of other names: what they issue, and what they count towards a
    client's daily cap, is then in neither world. `progress` is told the number of a part of the way, and which instant
    has come on it.
    """
    require_runnable(candidate.automation)
    name = candidate.automation.id
    live = [text for text in live_automations(reader, business_id) if text.id == name or not alone]
    texts = {LIVE: live, CANDIDATE: _with(live, candidate)}
    types = types_for([candidate.automation, *(load_automation(text.text, text.id) for text in live)])
    pauses = pauses_within(reader, business_id, span)
    named = mentions_in(Past(reader, business_id, span, types), span.events)
    with sandbox(url, *TABLES) as one, sandbox(url, *TABLES) as other:
        before = World(one, Past(reader, business_id, span, types), business_id, span, named, BEFORE, pace)
        before.begin(lambda now: progress(0, now))
        fork(one, other)
        refresh(other)
        waiting, most, forgotten = 0, before.bytes, before.forgotten
        for number, engine in ((LIVE, one), (CANDIDATE, other)):
            past = Past(reader, business_id, span, types, before=before.past)
            world = World(engine, past, business_id, span, named, number, pace)
            found.take(number, world.play(texts[number], pauses, lambda now, n=number: progress(n + 1, now)))  # type: ignore[misc]
            waiting, most, forgotten = world.waiting, max(most, world.bytes), forgotten + world.forgotten
    replaces = any(text.id == name for text in live)
    return Outcome(span, candidate.automation, replaces, span.events, waiting, most, forgotten)


def _with(live: Sequence[Text], candidate: PublishedText) -> list[Text]:
    """Return the live automations with the candidate in the place of the one of its name."""
    name = candidate.automation.id
    version = max((text.version for text in live if text.id == name), default=0) + 1
    return [*(text for text in live if text.id != name), Text(name, version, candidate.text)]
