"""R4 where one batch holds what happens to several participants: each keeps to their own seat."""

from collections.abc import Iterator

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail, seat, wait

CLASS = {"id": "monday", "kind": "class"}


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a class of two that has started, of which one seat is given back in the batch that tells of the other."""
    story = Story(databases)
    story.automation("after", "session.started", wait(hours=5), mail("Merci"))
    for contact in ("zoe", "ada"):
        story.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    story.attends("o2-b1", "checked_in", at="2027-01-20 20:00")
    story.cancels("o1-b1", at="2027-01-20 20:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-05 09:00")
        at_work.comes("2027-01-20 18:00")
        at_work.rings("sessions.announce")
        yield at_work


def test_another_participants_seat_keeps_no_run_alive(work: AtWork) -> None:
    assert work.sql("SELECT contact_id, state FROM runs ORDER BY 1") == [("ada", "waiting"), ("zoe", "waiting")]
    assert work.drains("2027-01-20 20:00")["decided"] == 2
    assert work.sql("SELECT contact_id, state, reason FROM runs ORDER BY 1") == [
        ("ada", "waiting", None),
        ("zoe", "cancelled", "cancelled"),
    ]
