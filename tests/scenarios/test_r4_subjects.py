"""R4: a run belongs to its subjects; it ends with them, and moves with them."""

import pytest

from tests.scenarios.story import ASK, Story, mail, remind, seat, wait

CLASS = {"id": "monday", "kind": "class"}
BEFORE = wait(until="session.starts_at", minus={"hours": 24})


def test_a_cancelled_booking_ends_what_runs_about_it(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.cancels(order.booking, at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message") == []
    skipped = lines.one("skipped", "zoe")
    assert (skipped["reason"], skipped["at"]) == ("cancelled", "2027-01-10T12:00:00+01:00")
    assert skipped["cause"]["automation"] == "soon"
    assert lines.of("event", type="booking.cancelled").each("contact") == ["zoe"]


def test_a_cancelled_session_ends_the_runs_of_each_booking(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.cancels_session("monday", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.reasons("zoe") == lines.reasons("ada") == ["cancelled"]
    assert len(lines.of("event", type="booking.cancelled")) == 2


def test_keep_on_cancel_lets_the_run_go_on(shop: Story) -> None:
    shop.automation("feedback", "session.booked", wait(days=10), mail("Votre avis"), keep_on_cancel=True)
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.cancels(order.booking, at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-15 09:00"]
    assert lines.of("skipped") == []


def test_runs_begun_by_the_cancellation_go_on(shop: Story) -> None:
    shop.automation("sorry", "booking.cancelled", mail("Annulé"), wait(days=1), mail("Revenez"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.cancels(order.booking, at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["Annulé", "Revenez"]
    assert lines.of("skipped") == []


@pytest.mark.parametrize("on", ["booking.cancelled", "booking.rescheduled", "booking.checked_in", "session.ended"])
def test_the_cancellation_of_another_booking_of_the_order_ends_no_run_about_this_one(shop: Story, on: str) -> None:
    shop.automation(
        "follow",
        on,
        wait(days=30),
        mail("Suite"),
        where={"property": "booking.id", "operator": "equals", "value": "o1-b1"},
    )
    shop.books("zoe", seat("cut", "2027-01-12 10:00"), seat("colour", "2027-01-29 10:00"), at="2027-01-05 09:00")
    match on:
        case "booking.cancelled":
            shop.cancels("o1-b1", at="2027-01-10 12:00")
        case "booking.rescheduled":
            shop.moves("o1-b1", to="2027-01-13 10:00", at="2027-01-10 12:00")
        case "booking.checked_in":
            shop.attends("o1-b1", "checked_in", at="2027-01-12 10:00")
    shop.cancels("o1-b2", at="2027-01-20 12:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["Suite"]
    assert lines.reasons() == []


def test_an_orders_run_ends_when_all_its_bookings_are_cancelled(shop: Story) -> None:
    shop.automation("later", "session.booked", wait(days=10), mail("Bientôt"))
    shop.books("zoe", seat("cut", "2027-01-20 10:00"), seat("colour", "2027-01-21 10:00"), at="2027-01-05 09:00")
    shop.books("ada", seat("cut", "2027-01-20 10:00"), seat("colour", "2027-01-21 10:00"), at="2027-01-05 09:00")
    shop.cancels("o1-b1", at="2027-01-10 12:00")
    shop.cancels("o1-b2", at="2027-01-11 12:00")
    shop.cancels("o2-b1", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("skipped", "zoe", reason="cancelled") == ["2027-01-11 12:00"]
    assert lines.times("message", "zoe") == []
    assert lines.times("message", "ada") == ["2027-01-15 09:00"]
    assert lines.of("skipped", "ada") == []


def test_a_run_about_a_paid_order_ends_when_all_its_bookings_are_cancelled(shop: Story) -> None:
    shop.automation("thanks", "order.paid", wait(days=10), mail("Merci"))
    shop.books(
        "zoe", seat("cut", "2027-01-20 10:00"), seat("cut", "2027-01-21 10:00"), at="2027-01-05 09:00", paid=9000
    )
    shop.cancels("o1-b1", at="2027-01-10 12:00")
    shop.cancels("o1-b2", at="2027-01-11 12:00")
    lines = shop.run()
    assert lines.of("message", subject="Merci") == []
    assert lines.reasons() == ["cancelled"]


def test_one_seat_of_a_class_ends_only_that_participants_runs(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    shop.automation("after", "session.started", wait(hours=5), mail("Merci"))
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.client("eve")
    shop.books("eve", seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.cancels("o1-b1", at="2027-01-10 12:00")
    shop.cancels("o3-b1", at="2027-01-20 20:00")
    lines = shop.run()
    assert lines.of("message", "zoe") == []
    assert lines.of("message", "ada").each("subject") == ["Demain", "Merci"]
    assert lines.of("message", "eve").each("subject") == ["Demain"]
    assert lines.reasons("eve") == ["cancelled"]


def test_two_bookings_of_one_participant_in_a_class_both_have_to_be_cancelled(shop: Story) -> None:
    shop.automation("after", "session.started", wait(hours=5), mail("Merci"))
    shop.books("zoe", seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.books("zoe", seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-06 09:00")
    shop.cancels("o1-b1", at="2027-01-20 20:00")
    lines = shop.run()
    assert lines.times("event", type="session.started") == ["2027-01-20 18:00"]
    assert lines.of("message").each("subject") == ["Merci"]


def test_a_run_about_an_invoice_outlives_a_cancelled_booking_while_something_is_owed(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", wait(days=10), remind("{{ invoice.amount_due | money }}"))
    shop.books("zoe", seat("cut", "2027-01-20 10:00"), seat("colour", "2027-01-21 10:00"), at="2027-01-05 09:00")
    shop.cancels("o1-b1", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message").each("text")[1:] == ["80,00\xa0€"]
    assert lines.of("skipped") == []


def test_a_run_about_an_invoice_is_silent_when_nothing_is_owed_any_more(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", wait(days=10), remind("Rappel"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-01 10:00")
    shop.cancels("o1-b1", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message", subject="Rappel") == []
    assert len(lines.of("skipped")) == 1


# Moving


@pytest.mark.parametrize(
    ("to", "sent"),
    [
        ("2027-01-25 10:00", "2027-01-24 10:00"),
        ("2027-01-18 10:00", "2027-01-17 10:00"),
        ("2027-01-11 10:00", "2027-01-10 12:00"),
    ],
)
def test_waits_relative_to_the_session_move_with_it(shop: Story, to: str, sent: str) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("{{ session.starts_at | date: '%d %H:%M' }}"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.moves(order.booking, to=to, at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message") == [sent]
    assert lines.one("message")["subject"] == f"{to[8:10]} 10:00"
    assert lines.times("event", type="booking.rescheduled") == ["2027-01-10 12:00"]


def test_a_wait_that_moves_far_into_the_past_is_stale(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"days": 5}), mail("Bientôt"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.moves(order.booking, to="2027-01-12 10:00", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.reasons() == ["stale"]


def test_fixed_waits_stay(shop: Story) -> None:
    shop.automation("fixed", "session.booked", wait(days=10), mail("Dix jours"))
    shop.automation("nine", "session.booked", wait(days=6), wait(until="09:30"), mail("Matin"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.moves(order.booking, to="2027-01-25 10:00", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message", subject="Dix jours") == ["2027-01-15 09:00"]
    assert lines.times("message", subject="Matin") == ["2027-01-11 09:30"]


def test_a_wait_after_the_end_moves_too(shop: Story) -> None:
    shop.automation("after", "session.booked", wait(until="session.ends_at", plus={"days": 1}), mail("Merci"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.moves(order.booking, to="2027-01-25 10:00", minutes=90, at="2027-01-10 12:00")
    assert shop.run().times("message") == ["2027-01-26 11:30"]


def test_a_rescheduled_class_moves_the_waits_of_everyone(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.moves_session("monday", to="2027-01-27 18:00", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-26 18:00", "2027-01-26 18:00"]
    assert lines.of("event", type="booking.rescheduled").each("contact") == ["zoe", "ada"]


def test_a_booking_that_moves_within_its_class_moves_everyone_once(shop: Story) -> None:
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.moves("o1-b1", to="2027-01-27 18:00", session="monday", at="2027-01-10 12:00")
    assert shop.run().of("event", type="booking.rescheduled").each("contact") == ["zoe", "ada"]


def test_a_booking_that_moves_to_another_class_takes_only_its_own_waits_along(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("{{ session.id }}"))
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-20 18:00", session=CLASS), at="2027-01-05 09:00")
    shop.moves("o1-b1", to="2027-01-27 18:00", session="next", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message", "zoe", subject="next") == ["2027-01-26 18:00"]
    assert lines.times("message", "ada", subject="monday") == ["2027-01-19 18:00"]


def test_a_run_waits_for_the_earliest_session_that_its_filter_names(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("{{ service.name }}"), services=["colour", "yoga"])
    seats = (seat("cut", "2027-01-15 10:00"), seat("colour", "2027-01-20 10:00"), seat("yoga", "2027-01-25 10:00"))
    for contact in ("zoe", "ada"):
        shop.books(contact, *seats, at="2027-01-05 09:00")
    shop.cancels("o1-b2", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message", "ada", subject="Couleur") == ["2027-01-19 10:00"]
    assert lines.times("message", "zoe", subject="Yoga") == ["2027-01-24 10:00"]


def test_in_a_run_about_several_sessions_waits_follow_the_earliest_still_live(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("{{ service.name }} {{ session.starts_at | date: '%d' }}"))
    seats = (seat("colour", "2027-01-25 10:00"), seat("cut", "2027-01-20 10:00"))
    for contact in ("zoe", "ada"):
        shop.books(contact, *seats, at="2027-01-05 09:00")
    shop.cancels("o1-b2", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.times("message", "ada", subject="Coupe 20") == ["2027-01-19 10:00"]
    assert lines.times("message", "zoe") == ["2027-01-24 10:00"]
    assert lines.one("message", "zoe")["subject"] == "Couleur 25"


def test_a_session_that_becomes_the_earliest_is_followed(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    shop.books("zoe", seat("colour", "2027-01-25 10:00"), seat("cut", "2027-01-20 10:00"), at="2027-01-05 09:00")
    shop.moves("o1-b1", to="2027-01-15 10:00", at="2027-01-10 12:00")
    assert shop.run().times("message") == ["2027-01-14 10:00"]


def test_the_earliest_session_that_moves_behind_another_is_followed_no_more(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    shop.books("zoe", seat("colour", "2027-01-25 10:00"), seat("cut", "2027-01-20 10:00"), at="2027-01-05 09:00")
    shop.moves("o1-b2", to="2027-01-30 10:00", at="2027-01-10 12:00")
    assert shop.run().times("message") == ["2027-01-24 10:00"]


def test_a_wait_that_is_held_by_a_pause_moves_too(shop: Story) -> None:
    shop.automation("soon", "session.booked", BEFORE, mail("Demain"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.does("pause_automation", at="2027-01-18 10:00", automation="soon")
    shop.moves(order.booking, to="2027-01-27 10:00", at="2027-01-19 12:00")
    shop.does("resume_automation", at="2027-01-20 08:00", automation="soon")
    assert shop.run().times("message") == ["2027-01-26 10:00"]


def test_what_is_known_at_the_effect_counts_not_what_was_at_the_start(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(days=2), mail("{{ contact.name }}"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00")
    shop.event(
        "contact.updated", "2027-01-06 09:00", {"contact": {"id": "zoe", "name": "Zoë", "email": "z@example.org"}}
    )
    message = shop.run().one("message")
    assert (message["subject"], message["to"]) == ("Zoë", "z@example.org")


def test_an_order_cancelled_before_it_arrives_starts_nothing(shop: Story) -> None:
    shop.automation("now", "session.booked", mail("Bonjour"))
    shop.cancels("o1-b1", at="2027-01-04 09:00")
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-20 10:00", time="2027-01-03 09:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.of("event", type="session.booked") == []
