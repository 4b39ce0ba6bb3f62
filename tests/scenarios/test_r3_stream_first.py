"""R3 as workers live it: ticks give way to what has stood on the stream for more than five seconds."""

from collections.abc import Iterator

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story, remind, wait

REMINDERS = "SELECT count(*) FROM messages WHERE template = 'send_reminder'"


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give an invoice of which a reminder is due on 8 January at 9, and a payment that arrives just before or after."""
    story = Story(databases)
    story.automation("ask", "session.booked", ASK, wait(days=3), remind("Rappel"))
    story.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    story.pays("zoe", 4500, at="2027-01-08 08:59:50", order="o1")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-05 09:00")
        yield at_work


def test_what_time_has_made_due_since_an_unread_entry_waits_for_it(work: AtWork) -> None:
    work.comes("2027-01-08 09:00")
    work.rings("automations.advance")
    assert work.sql("SELECT state FROM runs") == [("waiting",)]
    work.rings("events.drain")
    work.rings("automations.advance")
    assert work.sql("SELECT state FROM runs") == [("done",)]
    assert work.sql(REMINDERS) == [(0,)]


def test_an_entry_of_a_few_seconds_is_not_waited_for(work: AtWork) -> None:
    work.ahead.clear()
    work.comes("2027-01-08 09:00")
    work.stream.put(b"{}", work.clock.at)
    work.rings("automations.advance")
    assert work.sql(REMINDERS) == [(1,)]


def test_after_ten_minutes_of_giving_way_ticks_go_on(work: AtWork) -> None:
    sent = []
    for minute in range(12):
        work.comes(f"2027-01-08 09:{minute:02}")
        work.rings("automations.advance")
        sent += work.sql(REMINDERS)
    assert [count for (count,) in sent] == [0] * 11 + [1]
