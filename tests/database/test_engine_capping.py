"""The daily cap in batches (R21): counted across automations and batches, forgotten when the day is over everywhere."""

from collections.abc import Iterator

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop in which zoe books eight times at once and ada once, and two automations write of each."""
    story = Story(databases)
    story.business["daily_cap"] = 10
    for name in ("a", "b"):
        story.automation(name, "session.booked", mail(name))
    for _ in range(4):
        story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-01-06 10:00")
    for _ in range(4):
        story.books("zoe", "cut", at="2027-01-02 11:00", when="2027-01-06 10:00")
    story.books("ada", "cut", at="2027-01-02 11:00", when="2027-01-06 10:00")
    with databases() as engine:
        yield AtWork(engine, story)


def test_the_cap_holds_within_a_batch_and_over_batches(work: AtWork) -> None:
    work.drains("2027-01-02 10:00")
    assert work.sql("SELECT contact_id, day, messages FROM daily_counts") == [("zoe", "2027-01-02", 8)]
    work.drains("2027-01-02 11:00")
    assert work.sql("SELECT contact_id, messages FROM daily_counts") == [("zoe", 10)]
    assert work.sql("SELECT count(*) FROM messages WHERE contact_id = 'zoe'") == [(10,)]
    assert work.sql("SELECT id, state, parked_reason FROM automations ORDER BY id") == [
        ("a", "parked", "cap"),
        ("b", "parked", "cap"),
    ]


def test_no_run_is_lost(work: AtWork) -> None:
    work.drains("2027-01-02 10:00")
    work.drains("2027-01-02 11:00")
    ((runs, held),) = work.sql("SELECT count(*), count(held_at) FROM runs")
    assert (runs, held) == (18, 18 - 10)


def test_days_that_are_over_are_forgotten(work: AtWork) -> None:
    work.drains("2027-01-02 10:00")
    for instant, left in (("2027-01-04 10:00", 1), ("2027-01-05 10:00", 0)):
        work.comes(instant)
        work.rings("housekeeping.prune")
        assert work.sql("SELECT count(*) FROM daily_counts") == [(left,)]
