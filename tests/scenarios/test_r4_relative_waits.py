"""R4: waits relative to a session or a due date follow it wherever it is moved, also while they are held."""

import pytest

from tests.scenarios.story import ASK, Data, Story, mail, remind, seat, wait

NOW, THERE = "2027-01-05 10:00", "2027-01-20 14:00"
TERMS: Data = {"request_payment": {"due_in": {"days": 14}}}


def due(**moved: Data) -> Data:
    """Return a wait relative to the invoice's due date."""
    return wait(until="invoice.due_on", **moved)


# Due dates


@pytest.mark.parametrize(
    ("moved", "sent"),
    [
        ({}, "2027-01-19 00:00"),
        ({"minus": {"days": 3}}, "2027-01-16 00:00"),
        ({"plus": {"days": 3}}, "2027-01-22 00:00"),
        ({"minus": {"hours": 15}}, "2027-01-18 09:00"),
        ({"plus": {"days": 1, "hours": 9}}, "2027-01-20 09:00"),
    ],
)
def test_a_due_date_is_waited_for_from_its_first_instant(shop: Story, moved: dict[str, Data], sent: str) -> None:
    shop.automation("ask", "session.booked", TERMS, due(**moved), remind("Rappel"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().times("message", subject="Rappel") == [sent]


@pytest.mark.parametrize(("to", "sent"), [("2027-01-29", "2027-02-01 00:00"), ("2027-01-12", "2027-01-15 00:00")])
def test_a_wait_for_a_due_date_follows_it(shop: Story, to: str, sent: str) -> None:
    shop.automation("ask", "session.booked", TERMS, due(plus={"days": 3}), remind("1"))
    shop.automation("sent", "invoice.sent", due(plus={"days": 3}), mail("2"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.does("set_due", at="2027-01-11 10:00", contact="zoe", due_on=to)
    lines = shop.run()
    assert lines.times("message", subject="1") == lines.times("message", subject="2") == [sent]


def test_each_wait_of_a_ladder_counts_from_the_due_date_as_it_is_then(shop: Story) -> None:
    ladder = [
        due(minus={"days": 3}),
        remind("-3"),
        due(plus={"days": 3}),
        remind("3"),
        due(plus={"days": 10}),
        remind("10"),
    ]
    shop.automation("ladder", "invoice.sent", *ladder)
    shop.automation("ask", "session.booked", TERMS)
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.does("set_due", at="2027-01-20 10:00", contact="zoe", due_on="2027-01-29")
    lines = shop.run()
    reminders = lines.of_automation("ladder")
    assert [*zip(reminders.times("message"), reminders.of("message").each("subject"), strict=True)] == [
        ("2027-01-16 00:00", "-3"),
        ("2027-02-01 00:00", "3"),
        ("2027-02-08 00:00", "10"),
    ]


def test_a_due_date_moved_far_back_makes_the_reminder_stale(shop: Story) -> None:
    shop.automation(
        "ask", "session.booked", {"request_payment": {"due_in": {"days": 60}}}, due(plus={"days": 1}), remind("1")
    )
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.does("set_due", at="2027-01-20 10:00", contact="zoe", due_on="2027-01-10")
    lines = shop.run()
    assert lines.of("message", subject="1") == []
    assert lines.times("skipped", reason="stale") == ["2027-01-20 10:00"]


def test_the_due_date_of_one_invoice_moves_no_wait_for_another(shop: Story) -> None:
    shop.automation("ask", "session.booked", TERMS, due(), remind("{{ invoice.number }}"))
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at=NOW, when=THERE)
    shop.does("set_due", at="2027-01-11 10:00", contact="ada", due_on="2027-01-29")
    lines = shop.run()
    assert lines.times("message", subject="2027-0001") == ["2027-01-19 00:00"]
    assert lines.times("message", subject="2027-0002") == ["2027-01-29 00:00"]


def test_a_held_wait_for_a_due_date_follows_it_too(shop: Story) -> None:
    shop.automation("ask", "session.booked", TERMS, due(), remind("Rappel"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.does("pause_automation", at="2027-01-18 10:00", automation="ask")
    shop.does("set_due", at="2027-01-20 10:00", contact="zoe", due_on="2027-01-29")
    shop.does("resume_automation", at="2027-01-21 10:00", automation="ask")
    assert shop.run().times("message", subject="Rappel") == ["2027-01-29 00:00"]


def test_a_fixed_wait_stays_where_the_due_date_moves(shop: Story) -> None:
    shop.automation("ask", "session.booked", TERMS, wait(days=10), remind("Rappel"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.does("set_due", at="2027-01-11 10:00", contact="zoe", due_on="2027-01-29")
    assert shop.run().times("message", subject="Rappel") == ["2027-01-15 10:00"]


# Sessions


@pytest.mark.parametrize(
    ("delay", "sent"),
    [
        ({"until": "session.starts_at", "minus": {"hours": 24}}, "2027-01-24 16:00"),
        ({"until": "session.starts_at", "plus": {"minutes": 15}}, "2027-01-25 16:15"),
        ({"until": "session.ends_at"}, "2027-01-25 17:30"),
        ({"until": "session.ends_at", "plus": {"days": 1}}, "2027-01-26 17:30"),
        ({"until": "session.ends_at", "minus": {"minutes": 30}}, "2027-01-25 17:00"),
    ],
)
def test_waits_around_a_session_follow_its_start_and_its_end(shop: Story, delay: Data, sent: str) -> None:
    shop.automation("around", "session.booked", wait(**delay), mail("Bonjour"))
    order = shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.moves(order.booking, to="2027-01-22 14:00", at="2027-01-10 10:00")
    shop.moves(order.booking, to="2027-01-25 16:00", minutes=90, at="2027-01-11 10:00")
    assert shop.run().times("message") == [sent]


def test_a_session_that_only_becomes_longer_moves_the_waits_for_its_end(shop: Story) -> None:
    shop.automation("start", "session.booked", wait(until="session.starts_at"), mail("1"))
    shop.automation("end", "session.booked", wait(until="session.ends_at"), mail("2"))
    order = shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.moves(order.booking, to=THERE, minutes=120, at="2027-01-20 14:30")
    lines = shop.run()
    assert lines.times("message", subject="1") == ["2027-01-20 14:00"]
    assert lines.times("message", subject="2") == ["2027-01-20 16:00"]


def test_a_class_that_moves_moves_the_waits_of_each_participant(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"days": 1}), mail("Demain"))
    monday: Data = {"id": "monday", "kind": "class"}
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", THERE, session=monday), at=NOW)
    shop.moves_session("monday", to="2027-01-27 18:00", at="2027-01-10 10:00")
    shop.moves("o1-b1", to="2027-02-03 18:00", session="other", at="2027-01-11 10:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-02-02 18:00"]
    assert lines.times("message", "ada") == ["2027-01-26 18:00"]


def test_a_move_after_the_wait_was_over_sends_nothing_again(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"days": 1}), mail("Demain"))
    order = shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.moves(order.booking, to="2027-01-28 14:00", at="2027-01-20 10:00")
    assert shop.run().times("message") == ["2027-01-19 14:00"]


def test_the_request_before_a_session_moves_with_it_over_the_clock_change(shop: Story) -> None:
    shop.automation("ask", "session.booked", wait(until="session.starts_at", minus={"days": 1}), ASK)
    order = shop.books("zoe", "cut", at=NOW, when="2027-03-20 10:00")
    shop.moves(order.booking, to="2027-03-28 10:00", at="2027-01-10 10:00")
    assert shop.run(until="2027-04-01 00:00").times("invoice") == ["2027-03-27 10:00"]
