"""R5: a run ends when its goal is reached; nothing asks for money that is settled, voided or held."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, Lines, Story, euros, holds, mail, remind, seat, wait
from tests.scenarios.story import when as given

PAID = ["invoice.paid", "invoice.voided"]


def dunned(shop: Story, *steps: Any, **keys: Any) -> None:
    """Let zoe get an invoice of 45 € on 5 January, overdue on the 6th at midnight, and an automation about that."""
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", *steps, **keys)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")


def reminded(lines: Lines) -> list[str]:
    """Return what the automation about overdue invoices wrote."""
    return lines.of_automation("dun").of("message").each("subject")


def test_a_payment_ends_the_run_when_it_arrives(shop: Story) -> None:
    dunned(shop, wait(days=3), remind("1"), stop_when=PAID)
    shop.pays("zoe", 4500, at="2027-01-07 12:00", order="o1")
    lines = shop.run()
    assert reminded(lines) == []
    skipped = lines.one("skipped")
    assert (skipped["reason"], skipped["at"]) == ("goal", "2027-01-07T12:00:00+01:00")
    assert skipped["contact"] == "zoe"


@pytest.mark.parametrize(
    ("goal", "act"),
    [
        ("invoice.voided", {"do": "void"}),
        ("invoice.paid", {"do": "mark_paid", "method": "cash"}),
        ("payment.succeeded", {"do": "pay", "amount": euros(2000)}),
        ("invoice.partially_paid", {"do": "pay", "amount": euros(2000)}),
    ],
)
def test_what_a_person_does_to_the_document_can_be_the_goal(shop: Story, goal: str, act: dict[str, Any]) -> None:
    shop.business["partial_payments"] = {"allowed": True}
    dunned(shop, wait(days=3), remind("1"), stop_when=[goal])
    shop.does(act.pop("do"), at="2027-01-07 12:00", contact="zoe", **act)
    lines = shop.run()
    assert lines.times("skipped", reason="goal") == ["2027-01-07 12:00"]
    assert reminded(lines) == []


def test_a_payment_for_the_invoice_is_a_payment_event_about_it(shop: Story) -> None:
    dunned(shop, wait(days=3), remind("1"), stop_when=["payment.succeeded"])
    shop.pays("zoe", 2000, at="2027-01-07 12:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.times("skipped", reason="goal") == ["2027-01-07 12:00"]


def test_a_partial_payment_is_not_the_goal_and_the_message_shows_what_remains(shop: Story) -> None:
    text = "Il reste {{ invoice.amount_due | money }}"
    dunned(shop, wait(days=3), remind(text), wait(days=3), remind(text), stop_when=PAID)
    shop.pays("zoe", 2000, at="2027-01-07 12:00", order="o1")
    shop.pays("zoe", 1000, at="2027-01-10 12:00", invoice="2027-0001")
    lines = shop.run().of_automation("dun")
    assert lines.of("message").each("text") == ["Il reste 25,00\xa0€", "Il reste 15,00\xa0€"]


def test_the_goal_holds_for_a_document_that_the_run_made(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, wait(days=7), remind("1"), wait(days=7), remind("2"), stop_when=PAID)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.pays("zoe", 4500, at="2027-01-15 12:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.of("message").each("subject")[1:] == ["1"]
    assert lines.times("skipped", reason="goal") == ["2027-01-15 12:00"]


def test_the_goal_of_one_run_is_not_that_of_another(shop: Story) -> None:
    dunned(shop, wait(days=3), remind("1"), stop_when=PAID)
    shop.books("zoe", "colour", at="2027-01-05 09:30", when="2027-02-21 10:00")
    shop.pays("zoe", 4500, at="2027-01-07 12:00", order="o1")
    lines = shop.run()
    assert reminded(lines) == ["1"]
    assert lines.reasons() == ["goal"]


def test_a_goal_that_is_true_already_is_looked_up_at_the_effect(shop: Story) -> None:
    shop.automation("nudge", "session.booked", mail("Payez"), stop_when=["order.paid"])
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00", paid=4500)
    lines = shop.run()
    assert lines.of("message", subject="Payez") == []
    assert lines.reasons() == ["goal"]


@pytest.mark.parametrize("goal", ["booking.rescheduled", "booking.checked_in", "session.started", "booking.cancelled"])
def test_what_happens_to_the_booking_can_be_the_goal(shop: Story, goal: str) -> None:
    shop.automation("nudge", "session.booked", wait(days=20), mail("Encore"), stop_when=[goal], keep_on_cancel=True)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-12 10:00")
    match goal:
        case "booking.rescheduled":
            shop.moves("o1-b1", to="2027-01-14 10:00", at="2027-01-10 12:00")
        case "booking.checked_in":
            shop.attends("o1-b1", "checked_in", at="2027-01-12 10:00")
        case "booking.cancelled":
            shop.cancels("o1-b1", at="2027-01-10 12:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.reasons() == ["goal"]


def test_a_cancelled_subscription_can_be_the_goal(shop: Story) -> None:
    shop.automation(
        "club", "recurring_payment.started", wait(days=10), mail("Club"), stop_when=["recurring_payment.cancelled"]
    )
    shop.subscribes("zoe", 3000, at="2027-01-05 09:00", name="rp1", starts_on="2027-06-01")
    shop.subscribes("ada", 3000, at="2027-01-05 09:00", name="rp2", starts_on="2027-06-01")
    shop.unsubscribes("rp1", at="2027-01-08 09:00")
    lines = shop.run()
    assert lines.of("message", subject="Club").each("contact") == ["ada"]
    assert lines.reasons("zoe") == ["goal"]


def test_a_reversed_payment_can_be_the_goal(shop: Story) -> None:
    shop.automation("thanks", "payment.succeeded", wait(days=10), mail("Merci"), stop_when=["payment.reversed"])
    for contact in ("zoe", "ada"):
        shop.pays(contact, 4500, at="2027-01-05 12:00")
    shop.bounces("p1", at="2027-01-08 12:00")
    lines = shop.run()
    assert lines.of("message", subject="Merci").each("contact") == ["ada"]
    assert lines.reasons("zoe") == ["goal"]


def test_the_run_that_the_goal_starts_is_not_ended_by_it(shop: Story) -> None:
    shop.automation("thanks", "order.paid", wait(hours=1), mail("Merci"), stop_when=["order.paid"])
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.pays("zoe", 4500, at="2027-01-06 12:00", order="o1")
    lines = shop.run()
    assert lines.reasons() in ([], ["goal"])  # the goal is true when the effect comes: either way nothing breaks


# Silence, whatever the automation says


@pytest.mark.parametrize("step", [remind("1"), ASK])
def test_settled_voided_and_held_documents_stay_silent(shop: Story, step: dict[str, Any]) -> None:
    acts: dict[str, tuple[str, dict[str, Any], str]] = {
        "paid": ("mark_paid", {}, "nothing_due"),
        "void": ("void", {}, "nothing_due"),
        "dispute": ("hold", {"kind": "dispute"}, "held"),
        "pause": ("hold", {"kind": "pause"}, "held"),
        "promise": ("hold", {"kind": "promise"}, "held"),
        "insolvency": ("hold", {"kind": "insolvency"}, "held"),
    }
    dunned(shop, wait(days=3), step)
    for contact, (act, keys, _) in acts.items():
        shop.client(contact)
        shop.books(contact, "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
        shop.does(act, at="2027-01-07 12:00", contact=contact, **keys)
    lines = shop.run()
    assert set(lines.of_automation("dun").of("message").each("contact")) == {"zoe"}
    assert {line["contact"]: line["reason"] for line in lines.of("skipped")} == {
        contact: reason for contact, (_, _, reason) in acts.items()
    }
    assert set(lines.of("skipped").each("at")) == {"2027-01-09T00:00:00+01:00"}
    assert len(lines.of("skipped")) == len(acts)


def test_a_hold_that_has_ended_holds_no_more(shop: Story) -> None:
    dunned(shop, wait(days=3), remind("1"), wait(days=10), remind("2"))
    shop.does("hold", at="2027-01-07 12:00", contact="zoe", kind="promise", until="2027-01-15")
    lines = shop.run()
    assert reminded(lines) == ["2"]
    assert lines.reasons() == ["held"]


def test_a_held_document_is_not_overdue(shop: Story) -> None:
    dunned(shop, remind("1"))
    shop.does("hold", at="2027-01-05 12:00", contact="zoe", kind="dispute")
    lines = shop.run()
    assert lines.of("event", type="invoice.overdue") == []
    assert reminded(lines) == []


def test_a_request_that_waits_for_the_end_of_quiet_hours_is_looked_at_again(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    dunned(shop, remind("{{ invoice.amount_due | money }}"))
    shop.books("ada", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.pays("zoe", 4500, at="2027-01-06 07:00", order="o1")
    shop.pays("ada", 500, at="2027-01-06 07:00", order="o2")
    lines = shop.run()
    assert lines.of("message", "zoe").of_automation("dun") == []
    assert lines.reasons("zoe") == ["nothing_due"]
    assert lines.of_automation("dun").times("message", "ada") == ["2027-01-06 08:00"]
    assert "40,00\xa0€" in lines.of_automation("dun").of("message", "ada").each("text")


def test_a_goal_reached_in_quiet_hours_stops_the_message(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    dunned(shop, mail("Bonjour"), stop_when=PAID)
    shop.pays("zoe", 4500, at="2027-01-06 07:00", order="o1")
    lines = shop.run()
    assert reminded(lines) == []
    assert lines.reasons() == ["goal"]


def test_conditions_read_the_state_of_the_moment(shop: Story) -> None:
    big = holds("invoice.amount_due", "greater_than", 30)
    dunned(shop, wait(days=3), given(big, remind("beaucoup"), otherwise=[remind("peu")]))
    shop.books("ada", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.pays("ada", 1500, at="2027-01-07 12:00", order="o2")
    lines = shop.run().of_automation("dun")
    assert lines.of("message", "zoe").each("subject") == ["beaucoup"]
    assert lines.of("message", "ada").each("subject") == ["peu"]


def test_a_reversed_payment_lets_the_reminders_begin_again(shop: Story) -> None:
    dunned(shop, wait(days=3), remind("1"), stop_when=PAID)
    shop.pays("zoe", 4500, at="2027-01-05 12:00", order="o1", method="cheque")
    shop.bounces("p1", at="2027-01-20 12:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 12:00"]
    assert lines.of_automation("dun").times("message") == ["2027-01-23 12:00"]


def test_one_participants_payment_does_not_stop_anothers_reminder(shop: Story) -> None:
    shop.automation("ask", "session.ended", ASK)
    shop.automation("dun", "invoice.overdue", wait(days=1), remind("1"), stop_when=PAID)
    for contact in ("zoe", "ada"):
        shop.books(
            contact, seat("yoga", "2027-01-12 18:00", session={"id": "y", "kind": "class"}), at="2027-01-05 09:00"
        )
    shop.pays("zoe", 1500, at="2027-01-13 12:00", order="o1")
    lines = shop.run()
    assert lines.of_automation("dun").of("message").each("contact") == ["ada"]


def test_a_goal_that_is_true_already_keeps_also_from_what_is_no_message(shop: Story) -> None:
    shop.automation("mark", "session.booked", {"add_tag": {"tag": "unpaid"}}, stop_when=["order.paid"])
    shop.automation("tags", "client.said_hello", mail("{{ contact.id }}{{ contact.tags | join }}"))
    for contact, paid in (("zoe", 4500), ("ada", 4400)):
        shop.books(contact, "cut", at="2027-01-05 09:00", when="2027-02-20 10:00", paid=paid)
        shop.event("client.said_hello", "2027-01-06 09:00", {"contact": {"id": contact}})
    lines = shop.run()
    assert lines.of_automation("tags").of("message").each("subject") == ["zoe", "adaunpaid"]
    assert lines.reasons("zoe") == ["goal"]


def test_a_document_that_the_run_made_is_its_own_also_where_nothing_else_is(shop: Story) -> None:
    shop.automation("ask", "charge.added", ASK, wait(days=7), mail("Encore"), stop_when=PAID)
    shop.owes("zoe", 900, at="2027-01-05 09:00")
    shop.does("void", at="2027-01-07 12:00", contact="zoe")
    lines = shop.run()
    assert lines.times("skipped", reason="goal") == ["2027-01-07 12:00"]
    assert lines.of("message", subject="Encore") == []
