"""A stored text that can't be read any more stops its own automation, with an alert, and nothing else (R21)."""

from collections.abc import Iterator

import pytest

from models.db import transact
from tasks.lifecycle import resume
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story, mail, wait

LEARN = "UPDATE businesses SET rules_version = rules_version + 1"
BREAK = ("UPDATE automation_versions SET text = 'x' || text WHERE automation_id = 'hello'", LEARN)
MEND = ("UPDATE automation_versions SET text = substr(text, 2) WHERE automation_id = 'hello'", LEARN)


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop of two automations whose client has booked once, and will again after one of the texts broke."""
    story = Story(databases)
    story.automation("hello", "session.booked", wait(hours=1), mail("Bonjour"))
    story.automation("ask", "session.booked", ASK)
    story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-01-06 10:00")
    story.books("zoe", "cut", at="2027-01-02 11:00", when="2027-01-07 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        for statement in BREAK:
            at_work.sql(statement)
        yield at_work


def test_events_are_decided_and_the_automation_is_parked_with_its_reason(work: AtWork) -> None:
    counts = work.drains("2027-01-02 11:00")
    assert (counts["decided"], counts["dead"]) == (1, 0)
    assert work.sql("SELECT count(*) FROM invoices") == [(2,)]
    assert work.sql("SELECT id, state, parked_reason FROM automations ORDER BY id") == [
        ("ask", "active", None),
        ("hello", "parked", "broken"),
    ]
    assert work.sql("SELECT actor, subject, detail FROM changes WHERE act = 'parked'") == [
        ("relance", "hello", {"reason": "broken"})
    ]
    ((reason, text),) = work.sql("SELECT reason, text FROM alerts")
    assert reason == "broken"
    assert "hello v1" in text
    assert "can't be read any more" in text


def test_its_waiting_runs_are_held_and_go_on_when_it_can_be_read_again(work: AtWork) -> None:
    work.comes("2027-01-02 11:00")
    assert work.rings("automations.advance")["put_off"] == 0
    assert work.sql("SELECT state, due_at FROM runs WHERE automation_id = 'hello'") == [("waiting", None)]
    for statement in MEND:
        work.sql(statement)
    transact(work.engine, lambda c: resume(c, "atelier", "hello", work.clock.at, actor="tests"))
    work.rings("automations.advance")
    assert work.sql("SELECT state FROM runs WHERE automation_id = 'hello'") == [("done",)]


def test_only_one_alert_is_left_however_many_batches_come(work: AtWork) -> None:
    work.drains("2027-01-02 11:00")
    work.comes("2027-01-02 12:00")
    work.rings("automations.advance")
    assert work.sql("SELECT count(*) FROM alerts") == [(1,)]
