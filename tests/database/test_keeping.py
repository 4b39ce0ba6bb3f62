"""How long what is kept for explaining is kept, and what is said when it is gone."""

from collections.abc import Callable, Iterator

import pytest

from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import Databases, Story, holds, mail, wait

LONG_AFTER = "2026-01-06 12:00"
"""Two years later, as far as the clock of the commands has come too."""


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop that wrote to zoe, and not to leo, in January 2024."""
    story = Story(databases)
    story.span("2024-01-01 00:00", "2026-02-01 00:00")
    story.client("leo", email=None)
    story.automation("thanks", "session.booked", mail("Merci"))
    story.automation("dear", "session.booked", mail("Cher"), where=holds("order.total", "greater_than", 500))
    story.automation("colours", "session.booked", mail("Couleurs"), services=["colour"])
    story.automation(
        "later", "session.booked", wait(days=900), mail("Plus"), where=holds("contact.id", "equals", "zoe")
    )
    for name in ("zoe", "leo"):
        story.books(name, "cut", at="2024-01-05 10:00", when="2024-01-09 14:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2024-01-05 10:00")
        yield at_work


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def kept(work: AtWork) -> tuple[int, int]:
    """Return of how many runs the way is known, and how many reasons are kept."""
    ((ways, decisions),) = work.sql(
        "SELECT (SELECT count(trace) FROM runs WHERE automation_id = 'thanks'),"
        " (SELECT count(*) FROM decisions WHERE outcome = 'skipped')"
    )
    return ways, decisions


def swept(work: AtWork, instant: str) -> None:
    work.comes(instant)
    work.rings("housekeeping.prune")


def test_ways_and_reasons_go_after_two_years(work: AtWork) -> None:
    assert kept(work) == (2, 1)
    swept(work, "2026-01-04 09:00")
    assert kept(work) == (2, 1)
    swept(work, "2026-01-04 12:00")
    assert kept(work) == (0, 0)


def test_what_failed_keeps_its_way_for_a_replay(work: AtWork) -> None:
    work.sql("UPDATE runs SET state = 'failed', due_at = NULL WHERE automation_id = 'later'")
    swept(work, LONG_AFTER)
    assert work.sql("SELECT automation_id FROM runs WHERE trace IS NOT NULL") == [("later",)]


def test_a_run_that_is_too_old_says_so(relance: Relance, work: AtWork) -> None:
    swept(work, LONG_AFTER)
    ((run,),) = work.sql("SELECT id FROM runs WHERE automation_id = 'thanks' AND contact_id = 'zoe'")
    assert "older than 730 days: its steps are no longer kept" in relance("explain", "--run", run, "--lang", "en").out


def test_what_gates_saw_is_too_old_to_be_told(relance: Relance, work: AtWork) -> None:
    work.sql("UPDATE facts SET seen = NULL")
    ((fact,),) = work.sql("SELECT id FROM facts WHERE type = 'session.booked' AND contact_id = 'zoe'")
    told = relance("explain", "--event", fact, "--lang", "en").out
    for name in ("dear", "colours"):
        assert f"{name} did not start; what it saw is older than 90 days and no longer kept" in told
    assert "thanks started" in told


def test_a_client_is_told_of_what_is_no_longer_kept(relance: Relance, work: AtWork) -> None:
    swept(work, LONG_AFTER)
    told = relance("explain", "--contact", "leo", "--lang", "en").out
    assert "What was not done more than 730 days ago is no longer kept." in told
