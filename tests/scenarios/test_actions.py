"""Every action: what it makes, whom it writes to, in which words."""

import pytest

from tests.scenarios.story import ASK, REMIND, Data, Story, euros, holds, mail, remind, seat, wait
from tests.scenarios.story import when as given

NOW = "2027-01-05 10:00"
THERE = "2027-02-12 14:00"


def test_request_payment_makes_the_invoice_and_sends_it(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert {
        key: invoice[key] for key in ("number", "type", "status", "total", "net", "tax", "amount_due", "currency")
    } == {
        "number": "2027-0001",
        "type": "380",
        "status": "issued",
        "total": 4500,
        "net": 3750,
        "tax": 750,
        "amount_due": 4500,
        "currency": "EUR",
    }
    assert (invoice["issued_on"], invoice["due_on"]) == ("2027-01-05", "2027-01-19")
    assert invoice["charges"] == ["o1-b1"]
    message = lines.one("message")
    assert message["template"] == "request_payment"
    assert "2027-0001" in message["subject"]
    for words in ("45,00\xa0€", "19 janvier 2027", "2027-0001", "Atelier Lumière", "Zoé"):
        assert words in message["text"]
    assert lines.one("event", type="invoice.sent")["contact"] == "zoe"


def test_due_in_goes_before_the_terms_of_the_business(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("ask", "session.booked", {"request_payment": {"due_in": {"days": 3}}})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().one("invoice")["due_on"] == "2027-01-08"


def test_without_terms_a_document_is_due_on_its_day(shop: Story) -> None:
    shop.automation("ask", "session.booked", {"request_payment": None})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().one("invoice")["due_on"] == "2027-01-05"


def test_a_request_speaks_in_its_own_words(shop: Story) -> None:
    words = {
        "subject": "Facture {{ invoice.number }}",
        "message": "{{ service.name }} : {{ invoice.amount_due | money }}",
    }
    shop.automation("ask", "session.booked", {"request_payment": words})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    message = shop.run().one("message")
    assert (message["subject"], message["text"]) == ("Facture 2027-0001", "Coupe : 45,00\xa0€")


def test_a_second_request_about_the_same_order_finds_nothing_due(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("again", "session.started", ASK)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    skipped = lines.one("skipped")
    assert (skipped["reason"], skipped["at"]) == ("nothing_due", "2027-01-12T14:00:00+01:00")
    assert (skipped["cause"]["automation"], skipped["cause"]["step"]) == ("again", "0")


def test_whoever_comes_first_bills_what_two_automations_ask_for(shop: Story) -> None:
    shop.automation("one", "session.booked", ASK)
    shop.automation("two", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.reasons() == ["nothing_due"]


def test_a_request_for_a_paid_order_asks_for_nothing(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=THERE, paid=4500)
    lines = shop.run()
    assert lines.reasons() == ["nothing_due"]
    assert lines.of("message", template="request_payment") == []


def test_a_request_about_a_charge_bills_that_charge(shop: Story) -> None:
    shop.automation("ask", "charge.added", ASK)
    shop.owes("zoe", 2000, at=NOW, description="Retard")
    shop.owes("zoe", 3000, at="2027-01-06 10:00")
    lines = shop.run()
    assert lines.of("invoice").each("total") == [2000, 3000]
    assert lines.of("invoice")[0]["lines"][0]["description"] == "Retard"


def test_a_request_about_an_invoice_sends_that_one_again(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("again", "invoice.overdue", {"request_payment": {"subject": "Encore {{ invoice.number }}"}})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.of("message").each("subject")[1] == "Encore 2027-0001"
    assert len(lines.of("event", type="invoice.sent")) == 1


def test_each_participant_of_a_class_gets_an_invoice(shop: Story) -> None:
    shop.automation("ask", "session.ended", ASK, services=["yoga"])
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", "2027-01-12 18:00", session={"id": "y", "kind": "class"}), at=NOW)
    lines = shop.run()
    assert lines.times("invoice", "zoe") == lines.times("invoice", "ada") == ["2027-01-12 19:00"]
    assert sorted(lines.of("message").each("to")) == ["ada@example.org", "zoe@example.org"]


def test_several_sessions_are_one_invoice_for_the_whole_order(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    seats = [seat("cut", "2027-02-10 10:00"), seat("colour", "2027-02-11 10:00"), seat("yoga", "2027-02-12 10:00")]
    shop.books("zoe", *seats, at=NOW)
    invoice = shop.run().one("invoice")
    assert [(line["description"], line["quantity"], line["amount"]) for line in invoice["lines"]] == [
        ("Coupe", 1, 4500),
        ("Couleur", 1, 8000),
        ("Yoga", 1, 1500),
    ]


def test_a_paid_invoice_for_each_fully_paid_order(shop: Story) -> None:
    shop.automation("paid", "order.paid", {"issue_paid_invoice": None})
    shop.books("zoe", "cut", "colour", at=NOW, when=THERE)
    shop.pays("zoe", 5000, at="2027-01-06 10:00", order="o1")
    shop.pays("zoe", 7500, at="2027-01-07 10:00", order="o1")
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["at"][:16], invoice["status"], invoice["total"], invoice["amount_due"]) == (
        "2027-01-07T10:00",
        "paid",
        12500,
        0,
    )
    assert len(lines.of("event", type="invoice.paid")) == 1
    message = lines.one("message", template="issue_paid_invoice")
    assert message["purpose"] == "legal"
    assert "Reste à payer" not in message["text"]
    assert lines.of("event", type="invoice.overdue") == []


def test_an_order_that_is_invoiced_already_gets_no_second_invoice(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.one("skipped")["reason"] == "nothing_due"
    assert len(lines.of("event", type="invoice.paid")) == 1


def test_a_reminder_in_the_default_words(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", REMIND)
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.pays("zoe", 500, at="2027-01-05 12:00", invoice="2027-0001")
    message = shop.run().of_automation("dun").one("message")
    assert (message["template"], message["to"]) == ("send_reminder", "zoe@example.org")
    for words in ("40,00\xa0€", "45,00\xa0€", "2027-0001", "5 janvier 2027"):
        assert words in message["text"]


def test_a_reminder_about_several_documents_is_one_message_for_each_payer(shop: Story) -> None:
    shop.service("spa", None, name="Spa")
    shop.file["services"][-1]["price"] = euros(9000, "CHF")
    shop.automation("ask", "session.booked", ASK, wait(days=1), remind("Rappel"))
    shop.books("zoe", "cut", "spa", at=NOW, when=THERE)
    lines = shop.run()
    assert len(lines.of("invoice")) == 2
    assert len(lines.of("message", template="request_payment")) == 2
    assert len(lines.of("message", subject="Rappel")) == 1


def test_staff_is_told_at_the_address_of_the_business(shop: Story) -> None:
    shop.automation("tell", "booking.no_show", {"notify_staff": {"subject": "Absent", "message": "{{ contact.name }}"}})
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.attends("o1-b1", "no_show", at="2027-01-12 15:00")
    message = shop.run().one("message")
    assert (message["to"], message["contact"], message["text"]) == ("owner@example.org", None, "Zoé")
    assert message["template"] == "notify_staff"


def test_without_an_address_of_the_business_an_alert_tells_the_staff(shop: Story) -> None:
    del shop.business["email"]
    shop.automation("tell", "session.booked", {"notify_staff": {}})
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    assert lines.of("message") == []
    assert len(lines.of("alert")) == 1


def test_a_tag_is_added_once_and_can_be_asked_for(shop: Story) -> None:
    tagged = given(holds("contact.tags", "includes", "fidèle"), mail("encore"), otherwise=[mail("bienvenue")])
    shop.automation("tag", "session.booked", tagged, {"add_tag": {"tag": "fidèle"}})
    shop.client("zoe", tags=["vip"])
    for day in (5, 6, 7):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when=THERE)
    assert shop.run().of("message").each("subject") == ["bienvenue", "encore", "encore"]


def test_a_tag_alone_is_an_effect(shop: Story) -> None:
    shop.automation("tag", "session.booked", {"add_tag": {"tag": "new"}}, limit={"per": "ever"})
    for _ in range(2):
        shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().reasons() == ["limit"]


def test_steps_of_one_run_act_in_their_order(shop: Story) -> None:
    shop.automation(
        "all", "session.booked", ASK, mail("{{ invoice.number }}"), REMIND, {"add_tag": {"tag": "x"}}, mail("fin")
    )
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    assert sorted(lines.of("message").each("template")) == [
        "request_payment",
        "send_email",
        "send_email",
        "send_reminder",
    ]
    assert "2027-0001" in lines.of("message", template="send_email").each("subject")


# Words


def test_words_are_liquid_with_the_formats_of_the_contacts_language(shop: Story) -> None:
    cases = [
        ("fr", "{{ order.total | money }}", "1\u202f234,50\xa0€"),
        ("en", "{{ order.total | money }}", "€1,234.50"),
        ("de", "{{ order.total | money }}", "1.234,50\xa0€"),
        ("fr", "{{ session.starts_at | date: 'short' }}", "12/02/2027 14:00"),
        ("fr", "{{ session.starts_at | date: 'long' }}", "12 février 2027, 14:00"),
        ("en", "{{ session.starts_at | date: 'long' }}", "February 12, 2027, 2:00\u202fPM"),
        ("fr", "{{ session.starts_at | date: '%H:%M' }}", "14:00"),
        ("fr", "{{ session.starts_at | date: '%A %d %B %Y' }}", "vendredi 12 février 2027"),
        ("en", "{{ session.starts_at | date: '%A %d %B %Y' }}", "Friday 12 February 2027"),
        ("fr", "{{ contact.custom.nick | default: 'cher client' }}", "cher client"),
        ("fr", "{{ contact.name | default: 'cher client' }}", "Zoé"),
        ("fr", "{% if contact.custom.vip %}A{% else %}B{% endif %}", "B"),
        ("fr", "{% if order.total > 50 %}A{% else %}B{% endif %}", "A"),
        ("fr", "{{ contact.name | upcase }} {{ service.name | downcase }}", "ZOÉ coupe"),
        ("fr", "{{ business.name }} {{ business.timezone }}", "Atelier Lumière Europe/Paris"),
        ("fr", "{{ booking.quantity }} {{ booking.status }}", "1 booked"),
    ]
    shop.service("cut", 123450)
    shop.business["daily_cap"] = 1000
    for locale in ("fr", "en", "de"):
        shop.client(locale, name="Zoé", locale=locale)
        shop.books(locale, "cut", at=NOW, when=THERE)
    for number, (_, text, _) in enumerate(cases):
        shop.automation(f"a{number}", "session.booked", {"send_email": {"subject": str(number), "message": text}})
    lines = shop.run()
    found = [
        (case[0], case[1], *lines.of("message", case[0], subject=str(n)).each("text")) for n, case in enumerate(cases)
    ]
    assert found == cases


def test_a_missing_value_without_a_fallback_is_told_to_the_owner_not_to_the_client(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Annulé : {{ booking.cancellation_reason }}"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    lines = shop.run()
    assert lines.of("message") == []
    assert len(lines.of("event", type="message.failed")) == 1
    assert "booking.cancellation_reason is missing" in lines.one("alert")["text"]
    assert ".." not in lines.one("alert")["text"]
    step = lines.one("skipped", "zoe", reason="failed")["cause"]
    assert (step["automation"], step["step"]) == ("hello", "0")


def test_money_has_the_digits_of_its_currency(shop: Story) -> None:
    text = "{{ event.data.a | money }} / {{ event.data.b | money }} / {{ event.data.c | money }}"
    shop.automation("hello", "price.told", mail(text))
    told: Data = {"a": euros(1500, "JPY"), "b": euros(1500, "KWD"), "c": euros(1500, "CHF")}
    shop.client("zoe", locale="en")
    shop.event("price.told", NOW, {"contact": {"id": "zoe"}} | told)
    assert shop.run().one("message")["text"].replace("\xa0", " ") == "¥1,500 / KWD 1.500 / CHF 15.00"


def test_times_are_shown_in_the_zone_of_the_shop(shop: Story) -> None:
    shop.business["timezone"] = "America/Montreal"
    shop.automation("hello", "session.booked", mail("{{ session.starts_at | date: '%d.%m. %H:%M' }}"))
    shop.books("zoe", seat("cut", "2027-02-12T01:00:00+00:00"), at="2027-01-05T10:00:00+00:00")
    assert shop.run().one("message")["text"] == "11.02. 20:00"


@pytest.mark.parametrize(
    ("locale", "greeting"), [("fr", "Bonjour Zoé"), ("en", "Hello Zoé"), ("pt", "Hello Zoé"), (None, "Bonjour Zoé")]
)
def test_default_words_speak_the_contacts_language_else_the_shops(
    shop: Story, locale: str | None, greeting: str
) -> None:
    shop.client("zoe", locale=locale)
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().one("message")["text"].startswith(greeting)


def test_a_subject_is_one_line_whatever_is_put_into_it(shop: Story) -> None:
    shop.client("zoe", name="Zoé\r\nBcc: all@example.org")
    shop.automation("hello", "session.booked", mail("Bonjour {{ contact.name }}"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    subject = shop.run().one("message")["subject"]
    assert "\n" not in subject
    assert "\r" not in subject


def test_what_a_contact_is_called_is_text_not_a_template(shop: Story) -> None:
    shop.client("zoe", name="{{ business.name }} <b>")
    shop.automation("hello", "session.booked", mail("Bonjour {{ contact.name }}"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    assert shop.run().one("message")["text"] == "Bonjour {{ business.name }} <b>"
