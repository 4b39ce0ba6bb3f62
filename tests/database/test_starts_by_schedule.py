"""Automations that a schedule starts, at work: seen in lists, explained, started by hand, carried out by a tick."""

from collections.abc import Callable, Iterator

import pytest

from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import Databases, Story, holds, mail


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    story = Story(databases)
    vip = holds("contact.tags", "includes", "vip")
    story.client("zoe", tags=["vip"])
    for name in ("news", "other"):
        story.automation(name, "schedule.due", mail("Des nouvelles"), every="month", at="09:00", where=vip)
    with databases() as engine:
        yield AtWork(engine, story)


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def starts(work: AtWork, at: str) -> None:
    work.comes(at)
    assert work.rings("automations.start")["decided"] == 2


def test_the_list_tells_the_next_date(relance: Relance, work: AtWork) -> None:
    starts(work, "2027-01-01 09:00")
    (line,) = relance("automations", "list", "--search", "news", "--json").lines
    assert line["next_due"] == "2027-02-01T09:00:00+01:00"
    assert line["runs"] == {"done": 1}


def test_a_date_is_explained_as_that_of_its_own_automation(relance: Relance, work: AtWork) -> None:
    starts(work, "2027-01-01 09:00")
    ((fact,),) = work.sql("SELECT id FROM facts WHERE type = 'schedule.due' AND data->>'automation' = 'news'")
    (line,) = relance("explain", "--event", fact, "--json").lines
    assert [(one["automation"], one["verdict"]) for one in line["facts"][0]["automations"]] == [("news", "started")]


def test_a_person_starts_it_for_a_client_that_its_condition_chooses(relance: Relance, work: AtWork) -> None:
    lines = relance("automations", "start", "news", "--contact", "zoe", "--contact", "ada", "--yes", "--json").lines
    assert {(line["contact"], line.get("skipped", "run")) for line in lines} == {("zoe", "run"), ("ada", "filter")}
    assert work.sql("SELECT contact_id FROM messages") == [("zoe",)]


def test_there_is_nothing_to_fill_in_for_a_schedule(relance: Relance) -> None:
    refused = relance("automations", "backfill", "news", "--since", "30d", "--yes")
    assert "there is nothing to fill in" in refused.error


def test_archived_it_has_no_next_date(relance: Relance, work: AtWork) -> None:
    relance("automations", "archive", "news")
    assert work.sql("SELECT automation_id FROM occurrences") == [("other",)]
