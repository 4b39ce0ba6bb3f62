"""A backtest forgets what is settled, and tells the same as one that does so only once, before the candidate's time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from models.automation_file import load_automation
from models.db import make_engine
from models.scenario_file import load_scenario
from models.shop_file import PublishedText
from tasks.backtest.comparing import Outcome, backtest
from tasks.backtest.effects import effects
from tasks.backtest.past import span_of
from tasks.backtest.worlds import Pace
from tasks.simulate import Simulation
from tests.scenarios.story import ASK, REMIND, Story, automation, mail, seat, wait

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
AT_ONCE = Pace(window=3, first_look=1)
SELDOM = Pace(first_look=1_000_000)
CLIENTS = ("zoe", "ada", "leo")
UNPAID = {"stop_when": ["invoice.paid", "invoice.voided"]}


def days_ago(days: float) -> str:
    """Return an instant."""
    return (NOW - timedelta(days=days)).isoformat()


def told() -> Story:
    """Tell sixty days in which three clients book every third day: they pay, pay late, pay and bounce, or never."""
    story = Story(lambda: pytest.fail("This story is played elsewhere."))
    story.client("leo")
    story.business["payment_terms"] = {"days": 7}
    story.automation("ask", "session.booked", ASK, **UNPAID)
    story.automation("thanks", "invoice.paid", mail("Merci"))
    story.span(days_ago(60), NOW.isoformat())
    for number, day in enumerate(range(57, 6, -3)):
        client = CLIENTS[number % 3]
        one = story.books(client, seat("cut", days_ago(day - 1)), at=days_ago(day))
        if number % 4 < 3:
            story.pays(client, 4500, at=days_ago(day - (0.5, 2, 0.5)[number % 4]), order=one.id, payment=f"p{number}")
        if number % 8 == 2:
            story.bounces(f"p{number}", at=days_ago(max(0.5, day - 25)))
        if number == 4:
            story.cancels(one.booking, at=days_ago(0.25))
    return story


@pytest.fixture
def past(url: str) -> Iterator[tuple[str, Engine]]:
    """Fill a database with that past."""
    engine = make_engine(url)
    scenario = load_scenario(told().text(), "story.yaml", lambda _node, name: (name, ""))
    assert list(Simulation(engine, scenario).run())
    yield url, engine
    engine.dispose()


def played(url: str, engine: Engine, pace: Pace) -> tuple[Outcome, list[dict[str, Any]]]:
    """Backtest a request with a reminder; return the outcome and all effects."""
    text = msgspec.json.encode(automation("ask", "session.booked", ASK, wait(days=2), REMIND, **UNPAID)).decode()
    candidate = PublishedText(load_automation(text, "ask.yaml"), text)
    span = span_of(engine, "atelier", NOW - timedelta(days=40), NOW)
    with effects(url) as found:
        outcome = backtest(url, engine, "atelier", candidate, span, found, lambda _way, _now: None, pace=pace)
        return outcome, list(found.compared(None, also_same=True))


def test_forgetting_changes_nothing_that_is_told(past: tuple[str, Engine]) -> None:
    outcome, lines = played(*past, AT_ONCE)
    everything, same = played(*past, SELDOM)
    assert outcome.forgotten > everything.forgotten + 5
    assert outcome.waiting == everything.waiting
    assert len(lines) > 20
    assert lines == same
