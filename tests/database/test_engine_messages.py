"""Messages: one that can't be written or concluded stops no other; what was set aside for speed stays set aside."""

from collections.abc import Iterator
from typing import Any

import pytest

from models.db import raw
from tasks.gateways.recording import BUSY
from tests.database.at_work import AtWork
from tests.samples import encoded
from tests.scenarios.story import ASK, Databases, Story, mail, seat

PEOPLE = ("zoe", "ada", "leo", "mia", "tom")


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop whose five clients have each booked and are to get their invoices."""
    story = Story(databases)
    for name in PEOPLE:
        story.client(name)
    story.automation("ask", "session.booked", ASK)
    for name in PEOPLE:
        story.books(name, seat("cut", "2027-01-06 10:00"), at="2027-01-02 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        yield at_work


def test_a_message_that_cannot_be_written_stops_no_other(work: AtWork) -> None:
    work.sql("UPDATE messages SET template = 'no_such' WHERE contact_id = 'leo'")
    work.rings("messages.deliver")
    assert sorted(one.recipient for one in work.mail.arrived) == [
        f"{name}@example.org" for name in sorted(PEOPLE) if name != "leo"
    ]
    assert work.sql("SELECT state FROM messages WHERE contact_id = 'leo'") == [("failed",)]


def test_a_message_whose_follow_up_fails_is_sent_once_and_stops_no_other(work: AtWork) -> None:
    ((poison,),) = work.sql("SELECT id FROM messages WHERE contact_id = 'leo'")
    work.mail.after = lambda key: (
        work.sql("UPDATE orders SET placed_at = 'infinity' WHERE contact_id = 'leo'") if key == poison else None
    )
    for instant in ("2027-01-02 10:00", "2027-01-02 10:01", "2027-01-02 10:11", "2027-01-02 11:00"):
        work.comes(instant)
        work.rings("messages.deliver")
    assert len(work.mail.arrived) == len(PEOPLE)
    assert work.sql("SELECT contact_id FROM invoices WHERE sent_at IS NULL") == [("leo",)]
    assert work.sql("SELECT DISTINCT state FROM messages") == [("sent",)]
    assert work.sql("SELECT count(*) FROM messages WHERE next_attempt_at IS NOT NULL") == [(0,)]


def test_messages_due_at_one_instant_go_in_the_order_in_which_they_were_made(databases: Databases) -> None:
    story = Story(databases)
    story.automation("tell", "session.booked", *(mail(str(number)) for number in range(9)))
    story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-01-06 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        at_work.sql("UPDATE messages SET cc = '[]' WHERE subject IS NULL")
        at_work.rings("messages.deliver")
        assert [one.subject for one in at_work.mail.arrived] == [str(number) for number in range(9)]


def test_a_delivery_that_breaks_leaves_no_connection_that_does_not_wait_for_the_disk(work: AtWork) -> None:
    def breaks(_key: str) -> Any:
        raise RuntimeError

    work.mail.after = breaks
    with pytest.raises(RuntimeError):
        work.rings("messages.deliver")
    with work.engine.connect() as one, work.engine.connect() as other:
        for connection in (one, other):
            assert raw(connection).execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_message_waits_until_what_came_before_it_is_read_from_the_stream(work: AtWork) -> None:
    work.sql("UPDATE messages SET next_attempt_at = next_attempt_at + interval '1 minute' WHERE contact_id = 'zoe'")
    work.stream.put(b"{}", work.clock.at)
    work.comes("2027-01-02 12:00")
    work.rings("messages.deliver")
    assert "zoe@example.org" not in {one.recipient for one in work.mail.arrived}
    assert len(work.mail.arrived) == len(PEOPLE) - 1
    work.rings("events.drain")
    work.rings("messages.deliver")
    assert len(work.mail.arrived) == len(PEOPLE)


def test_a_mail_that_was_refused_for_now_is_tried_again_when_the_quiet_hours_end(databases: Databases) -> None:
    story = Story(databases)
    story.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    story.automation("hello", "session.booked", mail("Bonjour"))
    story.books("zoe", "cut", at="2027-01-02 20:59", when="2027-01-06 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.mail.plan("zoe@example.org", BUSY)
        at_work.drains("2027-01-02 20:59")
        for instant in ("2027-01-02 20:59", "2027-01-02 21:00", "2027-01-03 07:59", "2027-01-03 08:00"):
            at_work.comes(instant)
            counts = at_work.rings("messages.deliver")
            assert counts["sent"] == (instant == "2027-01-03 08:00"), instant
            assert counts["skipped"] == 0
        assert at_work.sql("SELECT attempts, state FROM messages") == [(1, "sent")]


def waits(work: AtWork, type_: str, data: dict[str, Any]) -> None:
    """Let upstream tell something in the minute in which the mail to zoe waits for the server."""
    work.mail.plan("zoe@example.org", BUSY)
    work.rings("messages.deliver")
    work.comes("2027-01-02 10:00:30")
    work.stream.put(encoded(type_, data, time=work.clock.at.isoformat()), work.clock.at)
    assert work.rings("events.drain")["stored"] == 1
    work.comes("2027-01-02 10:02")


def moves(work: AtWork, **told: Any) -> None:
    """Let zoe be reached elsewhere from that minute on."""
    waits(work, "contact.updated", {"contact": {"id": "zoe", **told}})


def of_zoe(work: AtWork) -> list[tuple[Any, ...]]:
    return work.sql("SELECT channel, recipient, state FROM messages WHERE contact_id = 'zoe'")


def test_what_waits_goes_to_the_address_that_its_client_has_by_then(work: AtWork) -> None:
    moves(work, email="zoe@new.example", cc=["her@office.example"])
    work.rings("messages.deliver")
    last = work.mail.arrived[-1]
    assert (last.recipient, last.cc) == ("zoe@new.example", ("her@office.example",))
    assert of_zoe(work) == [("email", "zoe@new.example", "sent")]


def test_what_was_sent_keeps_the_address_to_which_it_went(work: AtWork) -> None:
    work.rings("messages.deliver")
    moves(work, email="zoe@new.example")
    work.rings("messages.deliver")
    assert of_zoe(work) == [("email", "zoe@example.org", "sent")]


def test_what_waits_for_who_has_no_address_any_more_is_told_to_the_owner(work: AtWork) -> None:
    moves(work, email=None)
    work.rings("messages.deliver")
    assert of_zoe(work) == [("email", "zoe@example.org", "skipped")]
    assert work.sql("SELECT reason, contact_id FROM alerts") == [("no_channel", "zoe")]


def test_what_may_have_arrived_already_goes_again_to_the_same_address(work: AtWork) -> None:
    moves(work, email="zoe@new.example")
    work.sql("UPDATE messages SET state = 'sending', lease = 'of the dead' WHERE contact_id = 'zoe'")
    work.rings("messages.deliver")
    assert of_zoe(work) == [("email", "zoe@example.org", "sent")]


def test_what_waits_for_a_client_who_was_merged_goes_to_who_is_left(work: AtWork) -> None:
    waits(work, "contact.merged", {"contact": {"id": "zoe"}, "into": "ada"})
    work.rings("messages.deliver")
    assert of_zoe(work) == [("email", "ada@example.org", "sent")]
