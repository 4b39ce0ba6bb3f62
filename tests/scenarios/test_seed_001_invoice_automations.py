"""The help page on automations about invoices, sentence by sentence; what is done at a desk is in tests/database."""

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, Data, Story, holds, mail, remind, wait
from tests.scenarios.story import when as given

NOW, LATER = "2027-01-05 10:00", "2027-02-12 14:00"


def invoiced(shop: Story, *contacts: str) -> None:
    """Let these clients book and be invoiced, which is due at once."""
    shop.automation("ask", "session.booked", ASK)
    for contact in contacts or ("zoe",):
        shop.books(contact, "cut", at=NOW, when=LATER)


# When, and what to do


@pytest.mark.parametrize(
    ("on", "at"), [("invoice.sent", NOW), ("invoice.paid", "2027-01-08 10:00"), ("invoice.overdue", "2027-01-06 00:00")]
)
def test_automated_actions_run_whenever_an_invoice_is_sent_paid_or_late(shop: Story, on: str, at: str) -> None:
    shop.automation("hello", on, mail("Voilà"))
    invoiced(shop)
    shop.pays("zoe", 4500, at="2027-01-08 10:00", order="o1")
    assert shop.run().times("message", subject="Voilà") == [at]


def test_a_client_is_reminded_that_an_invoice_is_still_to_be_paid(shop: Story) -> None:
    shop.automation("dun", "invoice.overdue", remind("Rappel"), stop_when=["invoice.paid"])
    invoiced(shop, "zoe", "ada")
    shop.pays("ada", 4500, at="2027-01-05 12:00", order="o2")
    assert shop.run().of("message", subject="Rappel").each("contact") == ["zoe"]


def test_the_action_depends_on_the_clients_payment_status(shop: Story) -> None:
    status = given(holds("invoice.status", "equals", "paid"), mail("payée"), otherwise=[mail("ouverte")])
    shop.automation("status", "invoice.sent", wait(days=1), status)
    invoiced(shop, "zoe", "ada")
    shop.pays("ada", 4500, at="2027-01-05 12:00", order="o2")
    lines = shop.run().of_automation("status")
    assert lines.of("message", "zoe").each("subject") == ["ouverte"]
    assert lines.of("message", "ada").each("subject") == ["payée"]


def test_the_trigger_invoice_overdue(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("hello", "invoice.overdue", mail("En retard"))
    invoiced(shop)
    assert shop.run().times("message", subject="En retard") == ["2027-01-20 00:00"]


def test_the_trigger_invoice_paid(shop: Story) -> None:
    shop.automation("hello", "invoice.paid", mail("Payée"))
    invoiced(shop)
    shop.pays("zoe", 4000, at="2027-01-08 10:00", order="o1")
    shop.pays("zoe", 500, at="2027-01-09 10:00", order="o1")
    assert shop.run().times("message", subject="Payée") == ["2027-01-09 10:00"]


def test_the_trigger_invoice_sent(shop: Story) -> None:
    shop.automation("hello", "invoice.sent", mail("Envoyée"))
    shop.automation("again", "invoice.sent", wait(days=1), ASK)
    invoiced(shop)
    assert shop.run().times("message", subject="Envoyée") == [NOW]


def test_the_trigger_recurring_payment_starts(shop: Story) -> None:
    shop.automation("hello", "recurring_payment.started", mail("Bienvenue"))
    shop.subscribes("zoe", 3000, at="2027-01-09 10:00", starts_on="2027-06-01")
    assert shop.run().times("message", "zoe", subject="Bienvenue") == ["2027-01-09 10:00"]


def test_the_trigger_recurring_payment_cancelled(shop: Story) -> None:
    shop.automation("hello", "recurring_payment.cancelled", mail("Au revoir"))
    shop.subscribes("zoe", 3000, at="2027-01-09 10:00", starts_on="2027-06-01")
    shop.unsubscribes(at="2027-01-10 10:00")
    assert shop.run().times("message", "zoe", subject="Au revoir") == ["2027-01-10 10:00"]


# Steps


def test_delays_conditions_and_actions_stand_anywhere_in_the_sequence(shop: Story) -> None:
    steps = [
        mail("1"),
        wait(minutes=5),
        given(holds("invoice.total", "greater_than", 5), wait(hours=2), mail("2"), wait(hours=1)),
        given(holds("invoice.total", "greater_than", 500), mail("never"), otherwise=[wait(days=1), mail("3")]),
        mail("4"),
    ]
    shop.automation("any", "invoice.sent", *steps)
    invoiced(shop)
    lines = shop.run().of_automation("any")
    assert lines.times("message") == [NOW, "2027-01-05 12:05", "2027-01-06 13:05", "2027-01-06 13:05"]
    assert lines.of("message").each("subject") == ["1", "2", "3", "4"]


def test_a_delay_puts_time_between_steps(shop: Story) -> None:
    shop.automation("two", "invoice.sent", mail("1"), wait(days=2), mail("2"))
    invoiced(shop)
    assert shop.run().of_automation("two").times("message") == [NOW, "2027-01-07 10:00"]


def test_the_mail_about_an_overdue_invoice_is_sent_after_a_certain_time(shop: Story) -> None:
    shop.automation("late", "invoice.overdue", wait(days=3), mail("En retard"))
    invoiced(shop)
    assert shop.run().times("message", subject="En retard") == ["2027-01-09 00:00"]


@pytest.mark.parametrize(
    ("delay", "at"),
    [
        ({"days": 3}, "2027-01-08 10:00"),
        ({"hours": 3}, "2027-01-05 13:00"),
        ({"minutes": 3}, "2027-01-05 10:03"),
        ({"days": 1, "hours": 2, "minutes": 30}, "2027-01-06 12:30"),
    ],
)
def test_a_delay_is_a_number_of_days_hours_or_minutes(shop: Story, delay: Data, at: str) -> None:
    shop.automation("later", "invoice.sent", wait(**delay), mail("Plus tard"))
    invoiced(shop)
    assert shop.run().times("message", subject="Plus tard") == [at]


def test_without_a_delay_the_action_is_done_immediately(shop: Story) -> None:
    shop.automation("late", "invoice.overdue", mail("En retard"))
    invoiced(shop)
    lines = shop.run()
    assert lines.times("message", subject="En retard") == lines.times("event", type="invoice.overdue")


# Conditions


def test_conditions_make_complex_flows_by_criteria_for_going_on(shop: Story) -> None:
    inner = given(holds("contact.id", "equals", "ada"), mail("grande, Ada"), otherwise=[mail("grande")])
    shop.automation("flow", "invoice.sent", given(holds("invoice.total", "greater_than", 50), inner))
    invoiced(shop, "zoe", "ada")
    shop.books("zoe", "colour", at=NOW, when=LATER)
    shop.books("ada", "colour", at=NOW, when=LATER)
    lines = shop.run().of_automation("flow")
    assert lines.of("message", "zoe").each("subject") == ["grande"]
    assert lines.of("message", "ada").each("subject") == ["grande, Ada"]


def test_on_the_then_path_the_flow_goes_on_only_if_the_condition_is_met(shop: Story) -> None:
    shop.automation("big", "invoice.sent", given(holds("invoice.total", "greater_than", 50), mail("oui")))
    invoiced(shop)
    lines = shop.run()
    assert lines.of("message", subject="oui") == []
    assert lines.reasons("zoe") == ["condition"]


def test_an_else_path_says_what_happens_otherwise(shop: Story) -> None:
    either = given(holds("invoice.total", "greater_than", 50), mail("oui"), otherwise=[mail("non")])
    shop.automation("big", "invoice.sent", either)
    invoiced(shop)
    assert shop.run().of_automation("big").of("message").each("subject") == ["non"]


def test_a_property_is_a_field_that_the_automation_collects_such_as_the_cancellation_reason(shop: Story) -> None:
    why = given(holds("booking.cancellation_reason", "contains", "malad"), mail("Bon rétablissement"))
    shop.automation("sorry", "booking.cancelled", why)
    for contact, reason in (("zoe", "Malade depuis hier"), ("ada", None)):
        order = shop.books(contact, "cut", at=NOW, when=LATER)
        shop.cancels(order.booking, at="2027-01-06 10:00", reason=reason)
    assert shop.run().of("message").each("contact") == ["zoe"]


def test_only_properties_that_the_trigger_collects_can_be_chosen(shop: Story) -> None:
    why = given(holds("booking.cancellation_reason", "contains", "malad"), mail("Bon rétablissement"))
    shop.automation("sorry", "invoice.overdue", why)
    with pytest.raises(BadFileError, match=r"invoice.overdue can't supply booking.cancellation_reason"):
        shop.run()


@pytest.mark.parametrize(("days", "sent"), [(3, 0), (4, 1)])
def test_an_operator_compares_what_was_received_with_a_value_such_as_greater_than_3(
    shop: Story, days: int, sent: int
) -> None:
    late = given(holds("invoice.days_overdue", "greater_than", 3), mail("Plus de trois jours"))
    shop.automation("late", "invoice.overdue", wait(days=days - 1), late)
    invoiced(shop)
    assert len(shop.run().of("message", subject="Plus de trois jours")) == sent


def test_the_flow_is_customised_with_fields_of_a_form(shop: Story) -> None:
    wanted = given(holds("event.data.form.size", "equals", "large"), mail("Grande"), otherwise=[mail("Autre")])
    shop.automation("form", "form.submitted", wanted)
    known = given(holds("contact.custom.vip", "is_true"), mail("VIP"))
    shop.automation("vip", "form.submitted", known)
    shop.client("ada", custom={"vip": True})
    for contact, size in (("zoe", "Large"), ("ada", "small")):
        shop.event("form.submitted", NOW, {"contact": {"id": contact}, "form": {"size": size}})
    lines = shop.run()
    assert lines.of("message", "zoe").each("subject") == ["Grande"]
    assert sorted(lines.of("message", "ada").each("subject")) == ["Autre", "VIP"]


def test_criteria_are_added_with_or_and_and(shop: Story) -> None:
    zoe = {"all": [holds("contact.id", "equals", "zoe"), holds("invoice.total", "greater_than", 3)]}
    big = holds("invoice.total", "greater_than", 60)
    shop.automation("some", "invoice.sent", given({"any": [big, zoe]}, mail("oui")))
    invoiced(shop, "zoe", "ada")
    shop.books("ada", "colour", at=NOW, when=LATER)
    assert shop.run().of("message", subject="oui").each("contact") == ["zoe", "ada"]


# Actions


def test_a_thank_you_is_sent_automatically_when_an_invoice_is_paid(shop: Story) -> None:
    shop.automation("thanks", "invoice.paid", mail("Merci, {{ payment.amount | money }} reçus"))
    invoiced(shop)
    shop.pays("zoe", 4500, at="2027-01-08 10:00", order="o1")
    lines = shop.run().of_automation("thanks")
    assert lines.one("message")["text"] == "Merci, 45,00\xa0€ reçus"
    assert lines.times("message") == ["2027-01-08 10:00"]


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
def test_the_actions_on_offer_depend_on_the_chosen_trigger(shop: Story, on: str, step: Data) -> None:
    shop.automation("wrong", on, step)
    with pytest.raises(BadFileError, match="does not offer"):
        shop.run()


def test_an_action_is_configured_by_its_settings(shop: Story) -> None:
    settings = {"document": "invoice", "due_in": {"days": 21}, "subject": "Objet", "message": "Texte"}
    shop.automation("ask", "session.booked", {"request_payment": settings})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    lines = shop.run()
    assert lines.one("invoice")["due_on"] == "2027-01-26"
    assert (lines.one("message")["subject"], lines.one("message")["text"]) == ("Objet", "Texte")


# Its life


def test_once_activated_the_automation_works(shop: Story) -> None:
    hello = {"automation": "hello", "trigger": {"on": "session.booked"}, "steps": [mail("1")]}
    for day in (5, 6):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when=LATER)
    shop.does("publish", at="2027-01-05 12:00", file=hello)
    assert shop.run().times("message") == ["2027-01-06 10:00"]


def test_an_automation_can_be_edited(shop: Story) -> None:
    hello = {"automation": "hello", "trigger": {"on": "session.booked"}, "steps": [mail("1")]}
    shop.file["automations"].append(hello)
    for day in (5, 6):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when=LATER)
    shop.does("publish", at="2027-01-05 12:00", file=hello | {"steps": [mail("2")]})
    assert shop.run().of("message").each("subject") == ["1", "2"]


def test_an_automation_can_be_deactivated(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("1"))
    for day in (5, 6):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when=LATER)
    shop.does("pause_automation", at="2027-01-05 12:00", automation="hello")
    assert shop.run().times("message") == ["2027-01-05 10:00"]
