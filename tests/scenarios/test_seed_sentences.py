"""The sentences of the help pages on payment requests and invoice automations, each as a story."""

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, Story, holds, mail, remind, seat, wait
from tests.scenarios.story import when as given

NOW = "2027-01-05 10:00"
CLASS = {"id": "monday", "kind": "class"}

# Payment requests for bookings


def test_an_invoice_is_sent_as_soon_as_a_client_has_booked(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    lines = shop.run()
    assert lines.times("invoice") == lines.times("message") == [NOW]


@pytest.mark.parametrize(("on", "at"), [("session.started", "2027-01-12 14:00"), ("session.ended", "2027-01-12 15:00")])
def test_an_invoice_is_sent_automatically_when_a_session_starts_or_ends(shop: Story, on: str, at: str) -> None:
    shop.automation("ask", on, ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.times("invoice") == lines.times("message") == [at]


def test_clients_who_book_several_sessions_at_once_get_one_invoice_for_the_whole_order(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", *(seat("cut", f"2027-02-1{day} 14:00") for day in range(3)), at=NOW)
    lines = shop.run()
    assert lines.one("invoice")["total"] == 13500
    assert len(lines.of("message")) == 1


def test_an_invoice_is_generated_for_every_fully_paid_order(shop: Story) -> None:
    shop.automation("paid", "order.paid", {"issue_paid_invoice": None})
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00", paid=4500)
    shop.books("ada", "cut", at=NOW, when="2027-02-12 14:00", paid=4400)
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "zoe"
    assert lines.one("invoice")["status"] == "paid"


def test_after_a_class_all_participants_are_invoiced_separately(shop: Story) -> None:
    shop.automation("ask", "session.ended", ASK)
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    lines = shop.run()
    assert lines.of("invoice").each("contact") == ["zoe", "ada"]
    assert lines.of("invoice").each("total") == [1500, 1500]


def test_all_services_or_only_specific_ones_trigger_an_automation(shop: Story) -> None:
    shop.automation("all", "session.booked", mail("all"), services="all")
    shop.automation("some", "session.booked", mail("some"), services=["cut", "yoga"])
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.books("ada", "colour", at=NOW, when="2027-02-12 14:00")
    lines = shop.run()
    assert sorted(lines.of("message", "zoe").each("subject")) == ["all", "some"]
    assert lines.of("message", "ada").each("subject") == ["all"]


def test_the_frequency_is_limited_so_that_nobody_is_swamped_within_24_hours(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    for hour in range(9, 14):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when="2027-02-12 14:00")
    lines = shop.run()
    assert len(lines.of("message")) == 2
    assert sum(lines.of("invoice").each("total")) == 5 * 4500


def test_subject_and_message_of_the_invoice_mail_are_edited_with_dynamic_values_and_fallbacks(shop: Story) -> None:
    words = {
        "subject": "{{ service.name }}, {{ contact.name | default: 'cher client' }}",
        "message": "Le {{ session.starts_at | date: '%d/%m à %H:%M' }} – {{ session.ends_at | date: '%H:%M' }}",
    }
    shop.automation("ask", "session.booked", {"request_payment": words})
    shop.client("zoe", name=None)
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    message = shop.run().one("message")
    assert (message["subject"], message["text"]) == ("Coupe, cher client", "Le 12/02 à 14:00 – 15:00")


def test_several_actions_follow_each_other(shop: Story) -> None:
    shop.automation("two", "session.booked", ASK, mail("Merci de votre réservation"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    assert len(shop.run().of("message")) == 2


# Automations about invoices


@pytest.mark.parametrize(
    ("on", "at"),
    [
        ("invoice.sent", NOW),
        ("invoice.overdue", "2027-01-06 00:00"),
        ("invoice.paid", "2027-01-08 10:00"),
        ("recurring_payment.started", "2027-01-09 10:00"),
        ("recurring_payment.cancelled", "2027-01-10 10:00"),
    ],
)
def test_the_five_triggers_about_invoices(shop: Story, on: str, at: str) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("hello", on, mail("Voilà"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-08 10:00", order="o1")
    shop.subscribes("zoe", 3000, at="2027-01-09 10:00", starts_on="2027-06-01")
    shop.unsubscribes(at="2027-01-10 10:00")
    assert shop.run().times("message", subject="Voilà") == [at]


def test_a_client_is_reminded_that_an_invoice_is_still_to_be_paid(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("Rappel"), stop_when=["invoice.paid"])
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.books("ada", "cut", at=NOW, when="2027-02-12 14:00")
    shop.pays("ada", 4500, at="2027-01-05 12:00", order="o2")
    assert shop.run().of("message", subject="Rappel").each("contact") == ["zoe"]


def test_steps_stand_anywhere_in_the_sequence(shop: Story) -> None:
    steps = [
        mail("1"),
        wait(minutes=5),
        given(holds("invoice.total", "greater_than", 5), wait(hours=2), mail("2")),
        mail("3"),
        wait(days=1),
    ]
    shop.automation("ask", "session.booked", ASK)
    shop.automation("any", "invoice.sent", *steps)
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    lines = shop.run().of_automation("any")
    assert lines.times("message") == [NOW, "2027-01-05 12:05", "2027-01-05 12:05"]


@pytest.mark.parametrize(
    ("delay", "at"),
    [
        ({"days": 3}, "2027-01-09 00:00"),
        ({"hours": 3}, "2027-01-06 03:00"),
        ({"minutes": 3}, "2027-01-06 00:03"),
        (None, "2027-01-06 00:00"),
    ],
)
def test_a_mail_about_an_overdue_invoice_is_delayed_by_days_hours_or_minutes_or_not(
    shop: Story, delay: dict[str, int] | None, at: str
) -> None:
    steps = [{"delay": delay}] if delay else []
    shop.automation("ask", "session.booked", ASK)
    shop.automation("late", "invoice.overdue", *steps, mail("En retard"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    assert shop.run().times("message", subject="En retard") == [at]


def test_the_flow_goes_on_in_then_only_if_the_condition_holds_else_in_else(shop: Story) -> None:
    why = holds("booking.cancellation_reason", "contains", "malad")
    shop.automation("sorry", "booking.cancelled", given(why, mail("Bon rétablissement"), otherwise=[mail("Dommage")]))
    for contact, reason in (("zoe", "Malade depuis hier"), ("ada", None)):
        order = shop.books(contact, "cut", at=NOW, when="2027-02-12 14:00")
        shop.cancels(order.booking, at="2027-01-06 10:00", reason=reason)
    lines = shop.run()
    assert lines.one("message", "zoe")["subject"] == "Bon rétablissement"
    assert lines.one("message", "ada")["subject"] == "Dommage"


def test_criteria_are_joined_by_or_and_and(shop: Story) -> None:
    more = {
        "any": [
            holds("invoice.total", "greater_than", 60),
            {"all": [holds("contact.id", "equals", "zoe"), holds("invoice.total", "greater_than", 3)]},
        ]
    }
    shop.automation("ask", "session.booked", ASK)
    shop.automation("some", "invoice.sent", mail("oui"), where=more)
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.books("ada", "cut", at=NOW, when="2027-02-12 14:00")
    shop.books("ada", "colour", at=NOW, when="2027-02-12 14:00")
    assert shop.run().of("message", subject="oui").each("contact") == ["zoe", "ada"]


def test_a_thank_you_is_sent_when_an_invoice_is_paid(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("thanks", "invoice.paid", mail("Merci, {{ payment.amount | money }} reçus"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-08 10:00", order="o1")
    assert shop.run().of_automation("thanks").one("message")["text"] == "Merci, 45,00\xa0€ reçus"


@pytest.mark.parametrize(
    ("on", "step"),
    [
        ("recurring_payment.cancelled", ASK),
        ("message.sent", ASK),
        ("session.booked", {"issue_paid_invoice": None}),
        ("session.booked", {"send_reminder": {}}),
        ("invoice.paid", {"issue_paid_invoice": None}),
    ],
)
def test_the_actions_on_offer_depend_on_the_trigger(shop: Story, on: str, step: dict[str, object]) -> None:
    shop.automation("wrong", on, step)
    with pytest.raises(BadFileError):
        shop.run()


def test_an_automation_is_active_once_it_is_published_and_can_be_changed_and_switched_off(shop: Story) -> None:
    hello = {"automation": "hello", "trigger": {"on": "session.booked"}, "steps": [mail("1")]}
    for day in range(5, 9):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when="2027-02-12 14:00")
    shop.does("publish", at="2027-01-05 12:00", file=hello)
    shop.does("publish", at="2027-01-06 12:00", file=hello | {"steps": [mail("2")]})
    shop.does("pause_automation", at="2027-01-07 12:00", automation="hello")
    lines = shop.run()
    assert [*zip(lines.times("message"), lines.of("message").each("subject"), strict=True)] == [
        ("2027-01-06 10:00", "1"),
        ("2027-01-07 10:00", "2"),
    ]
