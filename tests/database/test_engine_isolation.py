"""One row that can't be decided stops nobody else: it is put off, and given up with its reason (as poison, R22)."""

from collections.abc import Iterator

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story, mail, seat, wait

PEOPLE = ("zoe", "ada", "leo", "mia", "tom")


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop whose five clients have each booked, with a run that waits a day and an invoice that falls due."""
    story = Story(databases)
    for name in PEOPLE:
        story.client(name)
    story.automation("later", "session.booked", wait(days=1), mail("Bientôt"))
    story.automation("ask", "session.booked", ASK)
    story.automation("start", "session.started", mail("On commence"))
    story.automation("late", "invoice.overdue", mail("En retard"))
    for name in PEOPLE:
        story.books(name, seat("cut", "2027-01-06 10:00"), at="2027-01-02 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        yield at_work


def test_a_run_that_cannot_go_on_stops_no_other(work: AtWork) -> None:
    work.sql("UPDATE runs SET version = 99 WHERE automation_id = 'later' AND contact_id = 'leo'")
    work.comes("2027-01-03 10:00")
    work.rings("automations.advance")
    assert work.sql("SELECT contact_id FROM runs WHERE automation_id = 'later' AND state = 'done' ORDER BY 1") == [
        ("ada",), ("mia",), ("tom",), ("zoe",),
    ]  # fmt: skip
    assert work.sql("SELECT count(*) FROM runs WHERE due_at <= %s", work.clock.at) == [(0,)]


def test_a_run_that_fails_three_times_is_given_up_with_its_reason(work: AtWork) -> None:
    work.sql("UPDATE runs SET version = 99 WHERE automation_id = 'later' AND contact_id = 'leo'")
    for instant in ("2027-01-03 10:00", "2027-01-03 10:01", "2027-01-03 10:11"):
        work.comes(instant)
        work.rings("automations.advance")
    (failed,) = work.sql("SELECT contact_id, due_at, reason FROM runs WHERE state = 'failed'")
    assert failed == ("leo", None, "failed")
    assert work.sql("SELECT count(*) FROM run_subjects s JOIN runs r ON r.id = s.run_id WHERE r.state = 'failed'") == [
        (0,)
    ]
    ((reason, text),) = work.sql("SELECT reason, text FROM alerts")
    assert reason == "stuck"
    assert "version 99" in text
    assert work.sql("SELECT contact_id, outcome FROM decisions WHERE reason = 'failed'") == [("leo", "failed")]


def test_a_session_that_cannot_be_announced_stops_no_other(work: AtWork) -> None:
    ((poison,),) = work.sql("SELECT session_id FROM bookings WHERE contact_id = 'leo'")
    work.sql("UPDATE sessions SET ends_at = 'infinity' WHERE id = %s", poison)
    work.comes("2027-01-06 10:00")
    work.rings("sessions.announce")
    assert work.sql("SELECT count(*) FROM runs WHERE automation_id = 'start'") == [(4,)]
    assert work.sql("SELECT count(*) FROM sessions WHERE announce_at <= %s", work.clock.at) == [(0,)]


def test_a_document_whose_date_cannot_be_looked_at_stops_no_other(work: AtWork) -> None:
    work.sql("ALTER TABLE invoices DISABLE TRIGGER USER")  # the database would refuse to spoil a document
    work.sql("UPDATE invoices SET service_to = 'infinity' WHERE contact_id = 'leo'")
    work.comes("2027-01-03 00:00")
    work.rings("invoices.mark_overdue")
    assert work.sql("SELECT count(*) FROM runs WHERE automation_id = 'late'") == [(4,)]
    assert work.sql("SELECT count(*) FROM invoices WHERE check_at <= %s", work.clock.at) == [(0,)]
