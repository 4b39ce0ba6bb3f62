"""Automations started by hand, and for what happened before they were active: each once, bounded, shown first."""

from collections.abc import Callable, Iterator

import pytest

from models.automation_file import load_automation
from models.db import transact
from models.shop_file import PublishedText
from tasks.publishing import Waiting, publish
from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import Databases, Story

THANKS = """
automation: thanks
trigger: {on: session.booked, services: [cut], where: {property: contact.id, operator: not_equals, value: mia}}
limit: {times: 1, per: ever}
steps: [{send_email: {subject: Merci, message: Bonjour}}]
"""


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop in which four clients booked, one of them cancelled, before `thanks` was published."""
    story = Story(databases)
    story.automation("other", "invoice.paid", {"send_email": {"subject": "x", "message": "x"}})
    for name in ("leo", "mia"):
        story.client(name)
    story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-02-06 10:00")
    story.books("zoe", "cut", at="2027-01-02 11:00", when="2027-02-06 12:00")
    gone = story.books("ada", "cut", at="2027-01-02 10:00", when="2027-02-06 10:00")
    story.books("leo", "colour", at="2027-01-02 10:00", when="2027-02-06 10:00")
    story.books("mia", "cut", at="2027-01-02 10:00", when="2027-02-06 10:00")
    story.cancels(gone.booking, at="2027-01-03 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-03 10:00")
        text = PublishedText(load_automation(THANKS, "thanks"), THANKS)
        transact(
            engine,
            lambda c: publish(c, "atelier", text, at_work.clock.at, waiting=Waiting.FINISH, actor="eve"),
        )
        yield at_work


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def sent(work: AtWork) -> list[tuple[str]]:
    return work.sql("SELECT contact_id FROM messages ORDER BY sequence")


def test_what_happened_before_is_filled_in_once_through_the_same_gates(relance: Relance, work: AtWork) -> None:
    lines = relance("automations", "backfill", "thanks", "--since", "3650d", "--yes", "--json").lines
    assert {(line["contact"], line.get("skipped", "run")) for line in lines} == {
        ("ada", "cancelled"),
        ("leo", "filter"),
        ("mia", "filter"),
        ("zoe", "run"),
        ("zoe", "limit"),
    }
    assert sent(work) == [("zoe",)]
    again = relance("automations", "backfill", "thanks", "--since", "3650d", "--yes", "--json").lines
    assert [line for line in again if "run" in line] == []
    assert sent(work) == [("zoe",)]


def test_it_is_shown_first_and_nothing_is_written(relance: Relance, work: AtWork) -> None:
    shown = relance("automations", "backfill", "thanks", "--since", "3650d", "--dry-run")
    assert "zoe" in shown.out
    assert "1 messages." in shown.out
    assert "Say --yes" in relance("automations", "backfill", "thanks", "--since", "3650d").err
    assert sent(work) == []
    assert work.sql("SELECT count(*) FROM runs WHERE automation_id = 'thanks'") == [(0,)]


def test_too_many_are_refused(relance: Relance, work: AtWork) -> None:
    refused = relance("automations", "backfill", "thanks", "--since", "3650d", "--most", "4", "--yes")
    assert "More than 4 facts would start thanks" in refused.error
    assert sent(work) == []


def test_it_is_started_by_hand_for_the_newest_of_a_client(relance: Relance, work: AtWork) -> None:
    started = relance("automations", "start", "thanks", "--contact", "zoe", "--yes", "--json").line
    newest = work.sql("SELECT max(id) FROM facts WHERE type = 'session.booked' AND contact_id = 'zoe'")
    assert [(started["fact"],)] == newest
    assert sent(work) == [("zoe",)]
    assert work.sql("SELECT actor IS NOT NULL, act, detail FROM changes WHERE act = 'started'") == [
        (True, "started", {"runs": 1})
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["start", "thinks", "--contact", "zoe"], "Did you mean thanks?"),
        (["backfill", "thanks", "--since", "soon"], "'soon' is no length of time"),
    ],
)
def test_what_cannot_be_started_is_said(relance: Relance, arguments: list[str], said: str) -> None:
    assert said in relance("automations", *arguments).error
