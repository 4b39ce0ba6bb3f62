"""The help page on payment requests for bookings, sentence by sentence; what is done at a desk is in tests/database."""

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, Data, Story, mail, seat

NOW, LATER = "2027-01-05 10:00", "2027-02-12 14:00"
CLASS = {"id": "monday", "kind": "class"}


@pytest.mark.parametrize("on", ["session.booked", "booking.checked_in", "booking.no_show", "booking.rescheduled"])
def test_clients_are_sent_payment_requests_when_they_do_something(shop: Story, on: str) -> None:
    shop.automation("ask", on, ASK)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.moves(order.booking, to="2027-01-13 14:00", at="2027-01-06 10:00")
    shop.attends(order.booking, "checked_in", at="2027-01-13 14:00")
    shop.attends(order.booking, "no_show", at="2027-01-13 15:00")
    lines = shop.run()
    assert lines.one("message", "zoe")["template"] == "request_payment"
    assert lines.one("invoice", "zoe")["amount_due"] == 4500


@pytest.mark.parametrize(("on", "at"), [("session.started", "2027-01-12 14:00"), ("session.ended", "2027-01-12 15:00")])
def test_invoices_are_sent_automatically_when_a_session_starts_or_ends(shop: Story, on: str, at: str) -> None:
    shop.automation("ask", on, ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.times("invoice") == lines.times("message") == [at]


def test_clients_who_book_several_sessions_at_once_receive_one_invoice_for_the_whole_order(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", *(seat("cut", f"2027-02-1{day} 14:00") for day in range(3)), at=NOW)
    lines = shop.run()
    assert lines.one("invoice")["total"] == 13500
    assert lines.one("invoice")["charges"] == ["o1-b1", "o1-b2", "o1-b3"]
    assert len(lines.of("message")) == 1


def test_an_invoice_is_generated_automatically_for_each_fully_paid_order(shop: Story) -> None:
    shop.automation("paid", "order.paid", {"issue_paid_invoice": None})
    shop.books("zoe", "cut", at=NOW, when=LATER, paid=4500)
    shop.books("ada", "cut", at=NOW, when=LATER, paid=4400)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["contact"], invoice["status"], invoice["amount_due"]) == ("zoe", "paid", 0)


def test_session_booked_sends_the_invoice_immediately_after_the_booking(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=LATER)
    lines = shop.run()
    assert lines.times("event", type="session.booked") == lines.times("invoice") == lines.times("message") == [NOW]


def test_it_suits_services_that_clients_need_not_pay_in_full_beforehand(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=LATER, paid=1500)
    shop.books("ada", "cut", at=NOW, when=LATER, paid=4500)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["contact"], invoice["total"], invoice["amount_due"]) == ("zoe", 4500, 3000)
    assert "30,00\xa0€" in lines.one("message", template="request_payment")["text"]
    assert lines.reasons("ada") == ["nothing_due"]


@pytest.mark.parametrize(("on", "at"), [("session.started", "2027-01-12 18:00"), ("session.ended", "2027-01-12 19:00")])
def test_the_start_or_end_of_a_class_invoices_all_participants_separately(shop: Story, on: str, at: str) -> None:
    shop.automation("ask", on, ASK)
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-12 18:00", session=CLASS), at=NOW)
    lines = shop.run()
    assert lines.times("message", "zoe") == lines.times("message", "ada") == [at]
    assert lines.one("invoice", "zoe")["total"] == lines.one("invoice", "ada")["total"] == 1500


def test_all_services_or_specific_ones_trigger_the_automation(shop: Story) -> None:
    shop.automation("all", "session.booked", mail("all"), services="all")
    shop.automation("some", "session.booked", mail("some"), services=["cut"])
    for contact, service in (("zoe", "cut"), ("ada", "colour")):
        shop.books(contact, service, at=NOW, when=LATER)
    lines = shop.run()
    assert sorted(lines.of("message", "zoe").each("subject")) == ["all", "some"]
    assert lines.of("message", "ada").each("subject") == ["all"]


@pytest.mark.parametrize(("service", "sent"), [("cut", 1), ("yoga", 1), ("colour", 0)])
def test_several_specific_services_can_be_chosen(shop: Story, service: str, sent: int) -> None:
    shop.automation("some", "session.booked", mail("some"), services=["cut", "yoga"])
    shop.books("zoe", service, at=NOW, when=LATER)
    assert len(shop.run().of("message")) == sent


@pytest.mark.parametrize(("limit", "sent"), [(None, 4), ({"per": "ever"}, 1), ({"per": "24h"}, 2)])
def test_the_frequency_is_limited_to_the_option_of_your_choice(shop: Story, limit: Data | None, sent: int) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"), **({"limit": limit} if limit else {}))
    for hour in ("05 09", "05 10", "05 11", "06 09"):
        shop.books("zoe", "cut", at=f"2027-01-{hour}:00", when=LATER)
    assert len(shop.run().of("message")) == sent


def test_clients_who_book_several_sessions_within_24_hours_are_not_overloaded_with_mails(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    for hour in range(9, 14):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when=LATER)
    lines = shop.run()
    assert lines.times("message") == ["2027-01-05 09:00", "2027-01-06 09:00"]
    assert sum(lines.of("invoice").each("total")) == 5 * 4500


def test_requesting_a_payment_is_the_first_of_several_actions(shop: Story) -> None:
    shop.automation("two", "session.booked", ASK, mail("Merci de votre réservation"))
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert shop.run().of("message").each("template") == ["request_payment", "send_email"]


def test_the_subject_and_message_of_the_invoices_mail_can_be_edited(shop: Story) -> None:
    words = {"subject": "À régler", "message": "Voici votre facture."}
    shop.automation("ask", "session.booked", {"request_payment": words})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    message = shop.run().one("message")
    assert (message["subject"], message["text"]) == ("À régler", "Voici votre facture.")


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        ("{{ contact.name }}", "Zoé"),
        ("{{ service.name }}", "Coupe"),
        ("{{ session.starts_at | date: '%d/%m à %H:%M' }}", "12/02 à 14:00"),
        ("{{ session.ends_at | date: 'long' }}", "12 février 2027, 15:00"),
    ],
)
def test_dynamic_values_personalise_the_message_with_details_of_client_and_service(
    shop: Story, value: str, reads: str
) -> None:
    shop.automation("ask", "session.booked", {"request_payment": {"message": value}})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    assert shop.run().one("message")["text"].replace("\u00a0", " ") == reads


def test_a_dynamic_value_takes_the_place_of_any_text(shop: Story) -> None:
    text = "Bonjour {{ contact.name }}, {{ service.name }} vous attend."
    shop.automation("ask", "session.booked", {"request_payment": {"subject": text, "message": text}})
    shop.books("zoe", "cut", at=NOW, when=LATER)
    message = shop.run().one("message")
    assert message["subject"] == message["text"] == "Bonjour Zoé, Coupe vous attend."


def test_only_values_that_exist_can_be_inserted(shop: Story) -> None:
    shop.automation("ask", "session.booked", {"request_payment": {"message": "{{ service.nom }}"}})
    with pytest.raises(BadFileError, match=r"'service.nom' is no property here \(Did you mean service.name"):
        shop.run()


def test_a_fallback_value_is_inserted_where_the_dynamic_value_is_unknown(shop: Story) -> None:
    text = "Bonjour {{ contact.name | default: 'cher client' }}"
    shop.automation("ask", "session.booked", {"request_payment": {"message": text}})
    shop.client("ada", name=None)
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at=NOW, when=LATER)
    lines = shop.run()
    assert lines.one("message", "zoe")["text"] == "Bonjour Zoé"
    assert lines.one("message", "ada")["text"] == "Bonjour cher client"
