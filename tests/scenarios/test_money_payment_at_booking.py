"""Seed 004: a service that must be paid when it is booked; what is not paid within its window is given back."""

import pytest

from tests.scenarios.story import ASK, Data, Story, euros, holds, mail, seat

NOW = "2027-01-05 10:00"
LATER = "2027-01-20 14:00"
UNPAID = "2027-01-05 10:30"


@pytest.fixture
def shop(shop: Story) -> Story:
    """A shop whose cut must be paid within half an hour."""
    shop.business["payment_window"] = {"minutes": 30}
    shop.service("cut", 4500, payment="at_booking")
    return shop


def test_paiement_obligatoire_a_la_prise_du_rdv(shop: Story) -> None:
    """What is not paid in time is cancelled exactly then, and says why."""
    shop.automation("gone", "booking.cancelled", mail("{{ booking.cancellation_reason }}"))
    shop.books("zoe", "cut", at=NOW, when=LATER)
    lines = shop.run()
    assert lines.times("event", "zoe", type="booking.cancelled") == [UNPAID]
    assert [line["subject"] for line in lines.of("message", "zoe")] == ["unpaid"]


def test_the_client_is_told_that_the_seat_was_given_back(shop: Story) -> None:
    shop.books("zoe", "cut", at=NOW, when=LATER)
    message = shop.run().one("message", "zoe")
    assert (message["at"][:16], message["template"], message["purpose"]) == (
        "2027-01-05T10:30", "booking_released", "service"
    )  # fmt: skip
    assert "n'a pas été réglée à temps : elle est annulée" in message["text"]
    assert "rendu" not in message["text"]


def test_who_pays_is_told_of_the_seat_of_somebody_else(shop: Story) -> None:
    shop.books("zoe", seat("cut", LATER, contact={"id": "kid", "name": "Kid"}), at=NOW)
    assert [line["contact"] for line in shop.run().of("message", template="booking_released")] == ["zoe"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"delay": {"days": 30}}, mail("Trop tard")],
        [{"if": holds("contact.locale", "equals", "en"), "then": [mail("Too late")]}],
        [{"send_email": {"subject": "Offre", "message": "Revenez", "purpose": "marketing"}}],
    ],
)
def test_an_automation_that_may_not_write_does_not_stand_for_the_news_of_the_seat(
    shop: Story, steps: list[Data]
) -> None:
    shop.automation("gone", "booking.cancelled", *steps)
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert shop.run().of("message", "zoe", template="booking_released")


@pytest.mark.parametrize(("locale", "said"), [("fr", "vous est rendu"), ("en", "goes back to you")])
def test_the_client_is_told_that_a_part_goes_back_along_with_the_seat(shop: Story, locale: str, said: str) -> None:
    shop.client("zoe", locale=locale)
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 1000, at="2027-01-05 10:10", order=order.id)
    assert said in shop.run().one("message", "zoe", template="booking_released")["text"]


def test_the_credit_note_goes_along_with_the_news_of_the_seat(shop: Story) -> None:
    shop.automation("request", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert "Avoir A2027-0001" in shop.run().one("message", "zoe", template="booking_released")["text"]


def test_the_news_of_the_seat_waits_for_quiet_hours_and_takes_the_client_s_channel(shop: Story) -> None:
    shop.business.update(quiet_hours={"from": "10:15", "to": "11:00"}, channels=["sms"])
    shop.client("zoe", phone="06 12 34 56 78")
    shop.books("zoe", "cut", at=NOW, when=LATER)
    message = shop.run().one("message", "zoe")
    assert (message["at"][:16], message["channel"], message["to"]) == ("2027-01-05T11:00", "sms", "+33612345678")
    assert "n'a pas été réglée à temps" in message["text"]


def test_where_an_automation_writes_of_the_cancellation_it_alone_does(shop: Story) -> None:
    words = holds("booking.cancellation_reason", "equals", "unpaid")
    shop.automation("gone", "booking.cancelled", mail("Trop tard"), services=["cut"], where=words)
    shop.service("nails", 3000, payment="at_booking")
    shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.books("ada", "nails", at=NOW, when=LATER)
    lines = shop.run()
    assert [line["subject"] for line in lines.of("message", "zoe")] == ["Trop tard"]
    assert [line["template"] for line in lines.of("message", "ada")] == ["booking_released"]


def test_an_automation_that_tells_only_the_staff_or_of_other_cancellations_leaves_it_to_us(shop: Story) -> None:
    other = holds("booking.cancellation_reason", "equals", "ill")
    shop.automation("ill", "booking.cancelled", mail("Bon rétablissement"), where=other)
    shop.automation("staff", "booking.cancelled", {"notify_staff": {"message": "Annulé"}})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert shop.run().one("message", "zoe")["template"] == "booking_released"


def test_what_is_paid_in_time_stays_booked(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 4500, at="2027-01-05 10:29", order=order.id)
    assert not shop.run().of("event", type="booking.cancelled")


def test_a_payment_at_the_last_instant_is_in_time(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 4500, at=UNPAID, order=order.id)
    assert not shop.run().of("event", type="booking.cancelled")


def test_what_was_paid_with_the_order_is_in_time(shop: Story) -> None:
    shop.books("zoe", "cut", at=NOW, when=LATER, paid=euros(4500))
    assert not shop.run().of("event", type="booking.cancelled")


def test_a_part_is_not_enough_and_goes_back(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 1000, at="2027-01-05 10:10", order=order.id)
    lines = shop.run()
    assert lines.times("event", "zoe", type="booking.cancelled") == [UNPAID]
    assert lines.one("refund", "zoe")["amount"] == 1000


def test_a_part_is_enough_where_parts_may_be_paid(shop: Story) -> None:
    shop.business["partial_payments"] = {"allowed": True, "minimum": 1000}
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 1000, at="2027-01-05 10:10", order=order.id)
    assert not shop.run().of("event", type="booking.cancelled")


def test_an_invoice_that_was_sent_at_booking_is_credited_when_the_seat_is_given_back(shop: Story) -> None:
    shop.automation("request", "session.booked", {"request_payment": {}})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    lines = shop.run()
    assert lines.one("invoice", "zoe")["total"] == lines.one("credit_note", "zoe")["total"] == 4500
    assert not lines.of("event", type="invoice.overdue")


def test_exiger_le_paiement_a_la_reservation_au_cas_par_cas(shop: Story) -> None:
    """The booking's own choice goes before its service's, either way."""
    shop.service("colour", 8000, payment="later")
    shop.books("zoe", seat("cut", LATER, payment="later"), at=NOW)
    shop.books("ada", seat("colour", LATER, payment="at_booking"), at=NOW)
    lines = shop.run()
    assert lines.times("event", type="booking.cancelled") == [UNPAID]
    assert lines.one("event", type="booking.cancelled")["contact"] == "ada"


def test_without_a_window_nothing_is_given_back(shop: Story) -> None:
    del shop.business["payment_window"]
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert not shop.run().of("event", type="booking.cancelled")


def test_a_booking_learned_of_after_its_window_is_given_back_after_the_events_that_came_with_it(shop: Story) -> None:
    shop.does("outage", at="2027-01-05 09:00", hours=4)
    paid = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.books("ada", "cut", at=NOW, when="2027-01-21 14:00")
    shop.pays("zoe", 4500, at="2027-01-05 12:00", order=paid.id)
    lines = shop.run()
    assert lines.one("event", type="booking.cancelled")["contact"] == "ada"
    assert lines.times("event", type="booking.cancelled") == ["2027-01-05 13:00"]


def test_a_seat_moved_to_another_day_keeps_its_window(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.moves(order.booking, at="2027-01-05 10:10", to="2027-01-22 14:00")
    assert shop.run().times("event", type="booking.cancelled") == [UNPAID]


LATE = "2027-01-05 10:31"


def test_money_that_comes_after_its_seat_was_given_back_goes_back_by_itself(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 4500, at=LATE, order=order.id)
    lines = shop.run()
    assert lines.times("event", "zoe", type="booking.cancelled") == [UNPAID]
    assert (lines.times("refund", "zoe"), lines.one("refund")["amount"]) == ([LATE], 4500)
    assert lines.of("alert").each("reason") == ["refund_to_pay_out", "paid_too_late"]
    assert lines.of("receipt") == []


def test_money_for_the_invoice_of_a_seat_given_back_goes_back_and_is_no_credit(shop: Story) -> None:
    shop.automation("request", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=LATER)
    shop.pays("zoe", 4500, at=LATE, invoice="2027-0001")
    shop.books("zoe", "colour", at="2027-01-06 10:00", when="2027-01-21 14:00")
    lines = shop.run()
    assert (lines.times("refund", "zoe"), lines.one("refund")["amount"]) == ([LATE], 4500)
    assert not lines.of("event", type="invoice.paid")
    assert lines.times("event", "zoe", type="invoice.overdue") == ["2027-01-07 00:00"]


def test_late_money_for_a_whole_order_pays_what_is_still_booked_first(shop: Story) -> None:
    order = shop.books("zoe", "cut", "colour", at=NOW, when=LATER)
    shop.pays("zoe", 8000, at=LATE, order=order.id)
    shop.pays("zoe", 4500, at="2027-01-05 10:40", order=order.id)
    lines = shop.run()
    assert lines.times("event", type="order.paid") == [LATE]
    assert (lines.times("refund", "zoe"), lines.one("refund")["amount"]) == (["2027-01-05 10:40"], 4500)


def test_late_money_that_proves_not_to_exist_does_not_go_back(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when=LATER)
    payment = shop.pays("zoe", 4500, at=LATE, order=order.id)
    shop.bounces(payment, at="2027-01-06 10:00")
    lines = shop.run()
    assert lines.of("alert").each("reason") == ["refund_to_pay_out", "paid_too_late", "refund_withdrawn"]
