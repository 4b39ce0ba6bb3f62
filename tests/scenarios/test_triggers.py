"""Every trigger that events can raise by now: when, how often, for whom; and what its filters let through."""

from typing import Any

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, Lines, Story, automation, euros, holds, mail, seat, wall

NOW = "2027-01-05 10:00"
CLASS = {"id": "monday", "kind": "class"}
ALL = (
    *("session.booked", "session.started", "session.ended", "booking.cancelled", "booking.rescheduled"),
    *("booking.checked_in", "booking.no_show", "order.paid", "charge.added", "invoice.sent", "invoice.due_soon"),
    *("invoice.overdue", "invoice.partially_paid", "invoice.paid", "invoice.voided", "payment.succeeded"),
    *("payment.refunded", "payment.reversed", "recurring_payment.started", "recurring_payment.cancelled"),
)


def watched(shop: Story, *triggers: str, **keys: Any) -> None:
    """Let an automation of the trigger's name tag along with each trigger."""
    shop.business["daily_cap"] = 1000
    for name in triggers or ALL:
        shop.automation(name, name, mail(name), **keys)


def raised(lines: Lines, contact: str | None = None) -> list[tuple[str, str]]:
    """Return when which trigger wrote to whom, without repeats of one automation's run."""
    own = [line for line in lines.of("message", contact) if line["template"] == "send_email"]
    mine = Lines(own)
    return [*zip(mine.times("message"), mine.each("subject"), strict=True)]


def test_a_booked_session_starts_and_ends_exactly_then(shop: Story) -> None:
    watched(shop)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    assert raised(shop.run()) == [
        (NOW, "session.booked"),
        ("2027-01-12 14:00", "session.started"),
        ("2027-01-12 15:00", "session.ended"),
    ]


def test_an_order_with_several_sessions_is_booked_once(shop: Story) -> None:
    watched(shop, "session.booked", "session.started")
    shop.books("zoe", *(seat("cut", f"2027-01-1{day} 14:00") for day in range(5)), at=NOW)
    lines = shop.run()
    assert lines.times("message", subject="session.booked") == [NOW]
    assert len(lines.of("message", subject="session.started")) == 5


def test_an_order_without_bookings_is_not_a_booked_session(shop: Story) -> None:
    watched(shop)
    item = {"id": "i1", "kind": "product", "description": "Shampoing", "price": euros(1200)}
    shop.books("zoe", at=NOW, items=[item])
    assert raised(shop.run()) == []


def test_the_same_event_again_is_processed_once(shop: Story) -> None:
    watched(shop)
    for at in (NOW, "2027-01-05 11:00"):
        shop.books("zoe", "cut", at=at, when="2027-02-12 14:00", order="o1", id="e1", time=NOW)
    assert raised(shop.run(until="2027-01-10 00:00")) == [(NOW, "session.booked")]


def test_the_same_order_told_again_books_no_second_time(shop: Story) -> None:
    watched(shop)
    for at in (NOW, "2027-01-05 11:00"):
        shop.books("zoe", "cut", at=at, when="2027-02-12 14:00", order="o1")
    assert raised(shop.run(until="2027-01-10 00:00")) == [(NOW, "session.booked")]


def test_a_class_starts_and_ends_for_each_participant_once(shop: Story) -> None:
    watched(shop, "session.started", "session.ended")
    shop.books("zoe", seat("yoga", "2027-01-12 18:00", session=CLASS, quantity=3), at=NOW)
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=CLASS), at="2027-01-05 11:00")
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=CLASS, contact={"id": "kid"}), at="2027-01-05 12:00")
    shop.client("kid")
    lines = shop.run()
    for contact in ("zoe", "ada", "kid"):
        assert raised(lines, contact) == [
            ("2027-01-12 18:00", "session.started"),
            ("2027-01-12 19:00", "session.ended"),
        ]


def test_sessions_end_for_no_shows_too_and_not_for_who_cancelled(shop: Story) -> None:
    watched(shop, "session.started", "session.ended", "booking.no_show")
    shop.books("zoe", seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    shop.cancels("o2-b1", at="2027-01-11 10:00")
    shop.attends("o1-b1", "no_show", at="2027-01-12 18:20")
    lines = shop.run()
    assert [name for _, name in raised(lines, "zoe")] == ["session.started", "booking.no_show", "session.ended"]
    assert raised(lines, "ada") == []


def test_a_session_that_moves_before_it_starts_starts_once_at_its_new_time(shop: Story) -> None:
    watched(shop, "session.started", "session.ended")
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.moves(order.booking, to="2027-01-13 16:00", minutes=30, at="2027-01-12 10:00")
    assert raised(shop.run()) == [("2027-01-13 16:00", "session.started"), ("2027-01-13 16:30", "session.ended")]


def test_an_end_that_moves_while_the_session_runs(shop: Story) -> None:
    watched(shop, "session.started", "session.ended")
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.moves(order.booking, to="2027-01-12 14:00", minutes=120, at="2027-01-12 14:30")
    assert raised(shop.run()) == [("2027-01-12 14:00", "session.started"), ("2027-01-12 16:00", "session.ended")]


def test_what_happens_to_a_booking(shop: Story) -> None:
    watched(shop)
    order = shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.moves(order.booking, to="2027-02-13 14:00", at="2027-01-06 10:00")
    shop.moves(order.booking, to="2027-02-13 14:00", at="2027-01-07 10:00")
    shop.attends(order.booking, "checked_in", at="2027-01-08 10:00")
    shop.attends(order.booking, "checked_in", at="2027-01-08 11:00")
    shop.attends(order.booking, "no_show", at="2027-01-09 10:00")
    shop.cancels(order.booking, at="2027-01-10 10:00", reason="malade")
    shop.cancels(order.booking, at="2027-01-10 11:00", reason="encore")
    assert raised(shop.run()) == [
        (NOW, "session.booked"),
        ("2027-01-06 10:00", "booking.rescheduled"),
        ("2027-01-08 10:00", "booking.checked_in"),
        ("2027-01-09 10:00", "booking.no_show"),
        ("2027-01-10 10:00", "booking.cancelled"),
    ]


def test_a_cancelled_class_cancels_each_live_booking_once(shop: Story) -> None:
    watched(shop, "booking.cancelled")
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    shop.cancels("o1-b1", at="2027-01-06 10:00")
    shop.cancels_session("monday", at="2027-01-07 10:00")
    lines = shop.run()
    assert raised(lines) == [("2027-01-06 10:00", "booking.cancelled"), ("2027-01-07 10:00", "booking.cancelled")]
    assert lines.of("message").each("contact") == ["zoe", "ada"]


def test_an_order_is_paid_once_when_its_balance_first_comes_to_nothing(shop: Story) -> None:
    watched(shop, "order.paid")
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.pays("zoe", 2000, at="2027-01-06 10:00", order="o1")
    payment = shop.pays("zoe", 2500, at="2027-01-07 10:00", order="o1")
    shop.books("ada", "cut", at=NOW, when="2027-02-12 14:00", paid=4500)
    assert raised(shop.run()) == [(NOW, "order.paid"), ("2027-01-07 10:00", "order.paid")]
    assert payment == "p2"


def test_free_and_cancelled_orders_are_not_paid(shop: Story) -> None:
    watched(shop, "order.paid", "session.booked")
    shop.books("zoe", seat("cut", "2027-02-12 14:00", payment="free"), at=NOW)
    shop.books("ada", "cut", at=NOW, when="2027-02-12 14:00")
    shop.cancels("o2-b1", at="2027-01-06 10:00")
    assert [name for _, name in raised(shop.run())] == ["session.booked", "session.booked"]


def test_upstream_may_say_that_the_rest_was_paid(shop: Story) -> None:
    watched(shop, "order.paid")
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00", paid=500)
    shop.was_paid_upstream("o1", at="2027-01-06 10:00")
    shop.was_paid_upstream("o1", at="2027-01-07 10:00")
    assert raised(shop.run()) == [("2027-01-06 10:00", "order.paid")]


def test_only_charges_from_that_input_are_added_charges(shop: Story) -> None:
    watched(shop, "charge.added")
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 14:00")
    shop.owes("zoe", 2000, at="2027-01-06 10:00")
    assert raised(shop.run()) == [("2027-01-06 10:00", "charge.added")]


def test_the_life_of_an_invoice(shop: Story) -> None:
    shop.business.update({"payment_terms": {"days": 14}, "partial_payments": {"allowed": True}})
    watched(shop)
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    shop.does("pay", at="2027-01-06 10:00", contact="zoe", amount=euros(1000))
    shop.does("pay", at="2027-01-25 10:00", contact="zoe")
    found = [(at, name) for at, name in raised(shop.run()) if name.startswith("invoice.")]
    assert found == [
        (NOW, "invoice.sent"),
        ("2027-01-06 10:00", "invoice.partially_paid"),
        ("2027-01-16 00:00", "invoice.due_soon"),
        ("2027-01-20 00:00", "invoice.overdue"),
        ("2027-01-25 10:00", "invoice.paid"),
    ]


@pytest.mark.parametrize(("days", "due_on", "soon"), [(14, "2027-01-19", "2027-01-16 00:00"), (3, "2027-01-08", None)])
def test_due_soon_is_told_at_midnight_so_many_days_before(
    shop: Story, days: int, due_on: str, soon: str | None
) -> None:
    shop.business["payment_terms"] = {"days": days}
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["due_on"] == due_on
    assert lines.times("event", type="invoice.due_soon") == ([soon] if soon else [])


def test_a_due_date_that_moves_and_passes_again_is_overdue_again(shop: Story) -> None:
    watched(shop, "invoice.overdue", "invoice.due_soon")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    shop.does("set_due", at="2027-01-10 10:00", contact="zoe", due_on="2027-01-20")
    assert raised(shop.run()) == [
        ("2027-01-06 00:00", "invoice.overdue"),
        ("2027-01-17 00:00", "invoice.due_soon"),
        ("2027-01-21 00:00", "invoice.overdue"),
    ]


def test_a_voided_invoice(shop: Story) -> None:
    watched(shop, "invoice.voided", "invoice.paid", "order.paid")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    shop.does("void", at="2027-01-10 10:00", contact="zoe")
    assert raised(shop.run()) == [("2027-01-10 10:00", "invoice.voided")]


def test_payments(shop: Story) -> None:
    watched(shop, "payment.succeeded", "payment.refunded", "payment.reversed")
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    shop.cancels("o1-b1", at="2027-01-07 10:00", refund="full")
    shop.pays("zoe", 1000, at="2027-01-08 10:00", method="cheque")
    shop.bounces("p2", at="2027-01-09 10:00")
    assert raised(shop.run()) == [
        ("2027-01-06 10:00", "payment.succeeded"),
        ("2027-01-07 10:00", "payment.refunded"),
        ("2027-01-08 10:00", "payment.succeeded"),
        ("2027-01-09 10:00", "payment.reversed"),
    ]


def test_a_recurring_payment_starts_when_its_event_arrives(shop: Story) -> None:
    watched(shop, "recurring_payment.started", "recurring_payment.cancelled")
    shop.subscribes("zoe", 3000, at=NOW, starts_on="2027-06-01")
    shop.unsubscribes(at="2027-01-08 10:00")
    shop.unsubscribes(at="2027-01-09 10:00")
    assert raised(shop.run()) == [
        (NOW, "recurring_payment.started"),
        ("2027-01-08 10:00", "recurring_payment.cancelled"),
    ]


def test_the_properties_of_a_recurring_payment(shop: Story) -> None:
    text = "{{ recurring_payment.id }} {{ recurring_payment.description }} {{ recurring_payment.amount | money }}"
    shop.automation("club", "recurring_payment.started", mail(text))
    shop.subscribes("zoe", 3000, at=NOW, starts_on="2027-06-01")
    assert shop.run().one("message")["text"] == "rp1 Abonnement 30,00\xa0€"


def test_a_message_that_was_sent(shop: Story) -> None:
    shop.automation(
        "told",
        "message.sent",
        {"notify_staff": {"subject": "parti", "message": "{{ contact.name }}"}},
        where=holds("contact.id", "equals", "zoe"),
    )
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.books("zoe", "cut", at=NOW, when="2027-03-12 14:00")
    lines = shop.run()
    assert lines.to_owner("message", subject="parti").each("text") == ["Zoé"]


def test_a_message_that_could_not_be_delivered(shop: Story) -> None:
    shop.automation("told", "message.failed", {"notify_staff": {"subject": "échec", "message": "{{ contact.name }}"}})
    shop.automation(
        "hello", "session.booked", mail("{{ contact.custom.nick }}"), where=holds("contact.id", "equals", "zoe")
    )
    shop.automation("other", "session.booked", mail("Bonjour"))
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at=NOW, when="2027-03-12 14:00")
    lines = shop.run()
    assert lines.to_owner("message", subject="échec").each("text") == ["Zoé"]
    assert len(lines.of("event", type="message.failed")) == 1


def test_types_of_upstreams_own(shop: Story) -> None:
    shop.automation(
        "quote",
        "estimate.accepted",
        mail("{{ event.data.estimate.number }} {{ event.data.estimate.total | money }} {{ contact.name }}"),
        where=holds("event.data.estimate.total", "greater_than", 100),
    )
    for number, (contact, amount) in enumerate([("zoe", 20000), ("ada", 5000), ("new", 30000)]):
        told = {"contact": {"id": contact, "name": contact, "email": f"{contact}@example.org"}}
        shop.event("estimate.accepted", NOW, told | {"estimate": {"number": f"D{number}", "total": euros(amount)}})
    shop.event("estimate.accepted", NOW, {"estimate": {"number": "D9", "total": euros(99900)}})
    lines = shop.run()
    assert sorted(lines.of("message").each("text")) == ["D0 200,00\xa0€ zoe", "D2 300,00\xa0€ new"]
    assert len(lines.of("event", type="estimate.accepted")) == 3


@pytest.mark.parametrize(
    "on", ["order.placed", "session.rescheduled", "booking.attendance", "payment.received", "contact.updated"]
)
def test_an_input_by_itself_never_triggers(shop: Story, on: str) -> None:
    shop.file["automations"] = [automation("a", on, mail("?"))]
    with pytest.raises(BadFileError):
        shop.run()


# Filters


def test_services_let_a_session_of_such_a_service_through(shop: Story) -> None:
    shop.automation("some", "session.booked", mail("{{ service.name }}"), services=["colour", "yoga"])
    shop.automation("all", "session.booked", mail("tout"), services="all")
    shop.books("zoe", seat("cut", "2027-02-10 10:00"), seat("colour", "2027-02-12 10:00"), at=NOW)
    shop.books("ada", seat("cut", "2027-02-10 10:00"), at=NOW)
    lines = shop.run()
    assert sorted(lines.of("message", "zoe").each("subject")) == ["Couleur", "tout"]
    assert lines.of("message", "ada").each("subject") == ["tout"]


def test_in_a_run_about_several_sessions_the_earliest_matching_is_shown(shop: Story) -> None:
    text = "{{ service.name }} {{ session.starts_at | date: '%d.%m.' }} {{ booking.id }}"
    shop.automation("first", "session.booked", mail(text))
    shop.automation("colour", "session.booked", mail(text), services=["colour"])
    seats = [seat("colour", "2027-02-14 10:00"), seat("cut", "2027-02-10 10:00"), seat("colour", "2027-02-12 10:00")]
    shop.books("zoe", *seats, at=NOW)
    assert sorted(shop.run().of("message").each("text")) == ["Couleur 12.02. o1-b3", "Coupe 10.02. o1-b2"]


def test_the_filter_decides_whether_a_run_begins_not_what_it_bills(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, services=["colour"])
    shop.books("zoe", seat("cut", "2027-02-10 10:00"), seat("colour", "2027-02-12 10:00"), at=NOW)
    assert shop.run().one("invoice")["total"] == 12500


@pytest.mark.parametrize("on", ["session.started", "booking.rescheduled", "booking.cancelled", "order.paid"])
def test_services_filter_every_trigger_about_sessions(shop: Story, on: str) -> None:
    shop.automation("a", on, mail("ja"), services=["colour"])
    for contact, service in (("zoe", "cut"), ("ada", "colour")):
        order = shop.books(contact, service, at=NOW, when="2027-01-12 10:00")
        shop.moves(order.booking, to="2027-01-13 10:00", at="2027-01-06 10:00")
        shop.pays(contact, 8000, at="2027-01-07 10:00", order=order.id)
        shop.cancels(order.booking, at="2027-01-13 10:30")
    lines = shop.run()
    assert lines.of("message", subject="ja").each("contact") == ["ada"]


def test_services_filter_invoices_by_what_they_bill(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", mail("ja"), services=["colour"])
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 10:00")
    shop.books("ada", "colour", at=NOW, when="2027-02-12 10:00")
    assert shop.run().of("message", subject="ja").each("contact") == ["ada"]


def test_where_takes_a_condition(shop: Story) -> None:
    shop.automation(
        "vip",
        "session.booked",
        mail("vip"),
        where={"any": [holds("contact.tags", "includes", "vip"), holds("order.total", "greater_than", 100)]},
    )
    shop.client("zoe", tags=["VIP"])
    shop.books("zoe", "cut", at=NOW, when="2027-02-12 10:00")
    shop.books("ada", "cut", at=NOW, when="2027-02-12 10:00")
    shop.books("ada", "cut", "colour", at=NOW, when="2027-02-12 10:00")
    assert shop.run().of("message").each("contact") == ["zoe", "ada"]


def test_the_end_of_a_billing_starts_an_automation_that_waits_and_tells_the_staff(shop: Story) -> None:
    shop.business["email"] = "owner@example.org"
    shop.business["billing"] = {"enabled": True}
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.automation("told", "billing.completed", {"delay": {"hours": 1}}, {"notify_staff": {}})
    lines = shop.run()
    assert lines.one("message", template="notify_staff")["to"] == "owner@example.org"
    assert wall(lines.one("message", template="notify_staff")) == "2027-02-01 09:00"
