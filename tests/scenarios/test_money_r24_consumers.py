"""R24, R25: nothing that a consumer reads speaks of penalties, and the kind is frozen on each document."""

import re

import pytest

from tests.scenarios.story import Data, Lines, Story

FORBIDDEN = re.compile(
    r"40\s*(€|EUR)|€\s*40(?!\d)|40,00|40\.00|indemnit|recouvrement|frais de relance|pénalit|penalt|taux d'intérêt"
    r"|late fee|collection fee|huissier|tribunal|mise en demeure|court|lawyer|bailiff",
    re.IGNORECASE,
)
REQUEST: Data = {"request_payment": {}}
REMINDER: Data = {"send_reminder": {}}
LEGAL: Data = {
    "name": "Atelier Lumière SARL",
    "form": "SARL",
    "capital": "5 000 €",
    "registration": "732829320",
    "vat_number": "FR44732829320",
    "penalty_rate": "12.5",
    "discount_text": "Pas d'escompte",
}


def everything_that_is_said(shop: Story, kind: str | None, locale: str) -> Lines:
    """Let a client get every kind of message that this shop sends."""
    shop.business["locale"] = locale
    shop.business["legal"] = LEGAL
    shop.client("zoe", **({"kind": kind} if kind else {}))
    shop.automation("request", "session.booked", REQUEST)
    shop.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    shop.automation("soon", "invoice.due_soon", REMINDER)
    shop.automation("overdue", "invoice.overdue", REMINDER, {"delay": {"days": 10}}, REMINDER)
    shop.automation("hello", "session.ended", {"send_email": {}})
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=1000)
    shop.books("zoe", "colour", at="2027-01-06 10:00", when="2027-01-13 14:00", paid=8000)
    shop.business["payment_terms"] = {"days": 10}
    third = shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-14 14:00", paid=4500)
    shop.cancels(third.booking, at="2027-01-08 10:00", refund="full", notify={"cancellation": True, "refund": True})
    return shop.run()


@pytest.mark.parametrize("locale", ["fr", "en", "de"])
@pytest.mark.parametrize("kind", ["consumer", None])
def test_a_consumer_never_reads_of_penalties(shop: Story, kind: str | None, locale: str) -> None:
    lines = everything_that_is_said(shop, kind, locale)
    messages = lines.of("message", "zoe")
    templates = {message["template"] for message in messages}
    assert templates >= {
        "request_payment", "issue_paid_invoice", "send_reminder", "send_email", "receipt", "booking_cancelled", "refund"
    }  # fmt: skip
    for message in messages:
        said = f"{message['subject']}\n{message['text']}"
        assert not FORBIDDEN.search(said), said
        assert "12,5" not in said
        assert "12.5" not in said


def test_reminders_speak_in_the_creditors_name_and_say_how_to_object(shop: Story) -> None:
    lines = everything_that_is_said(shop, None, "fr")
    reminder = lines.of("message", "zoe", template="send_reminder")[0]
    for part in ("Atelier Lumière", "2027-000", "35,00", "contestez"):
        assert part in reminder["text"], reminder["text"]


@pytest.mark.parametrize(
    ("template", "purpose"),
    [("request_payment", "legal"), ("issue_paid_invoice", "legal"), ("receipt", "legal"), ("send_reminder", "service"),
     ("send_email", "service"), ("booking_cancelled", "service"), ("refund", "service")],
)  # fmt: skip
def test_every_message_has_its_purpose(shop: Story, template: str, purpose: str) -> None:
    found = everything_that_is_said(shop, None, "fr").of("message", "zoe", template=template)
    assert {message["purpose"] for message in found} == {purpose}


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", ("Atelier Lumière SARL, SARL au capital de 5 000 €", "SIREN 732829320 - N° TVA FR44732829320",
                "12/01/2027 Coupe, 1 × 45,00\xa0€ : 37,50\xa0€ HT, TVA 20 %, 45,00\xa0€", "Reste à payer : 45,00\xa0€",
                "pénalités au taux annuel de 12,5 %", "frais de recouvrement en cas de retard : 40,00\xa0€",
                "Pas d'escompte")),
        ("en", ("Atelier Lumière SARL, SARL with a capital of 5 000 €", "Left to pay: €45.00",
                "penalties at a yearly rate of 12.5 %", "Fixed compensation for recovery costs")),
    ],
)  # fmt: skip
def test_a_business_reads_its_document_and_the_terms_in_its_language(
    shop: Story, locale: str, said: tuple[str, ...]
) -> None:
    shop.business["legal"] = LEGAL
    shop.client("zoe", kind="business", locale=locale)
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    text = shop.run().one("message", "zoe")["text"]
    for part in said:
        assert part in text, text


def test_a_credit_note_goes_along_with_the_cancellation_in_words(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.cancels(order.booking, at="2027-01-06 10:00", notify={"cancellation": True})
    text = shop.run().one("message", "zoe", template="booking_cancelled")["text"]
    assert "Avoir A2027-0001 du 06/01/2027 sur la facture 2027-0001 du 05/01/2027" in text
    assert "Total TTC : 45,00" in text


def test_a_credit_note_is_to_whom_its_invoice_was_to_and_says_no_terms(shop: Story) -> None:
    """R13."""
    shop.client("zoe", kind="business", company={"name": "Zoé SA", "siren": "732829320"})
    shop.automation("request", "session.booked", REQUEST)
    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.event("contact.updated", "2027-01-06 09:00", {"contact": {"id": "zoe", "company": {"name": "Zora SA"}}})
    shop.cancels(order.booking, at="2027-01-06 10:00", notify={"cancellation": True})
    lines = shop.run()
    text = lines.one("message", "zoe", template="booking_cancelled")["text"]
    assert ("Zoé SA" in text, "Zora SA" in text) == (True, False), text
    assert "recouvrement" in lines.one("message", "zoe", template="request_payment")["text"]
    assert "recouvrement" not in text


def test_a_seller_under_the_franchise_says_why_there_is_no_vat(shop: Story) -> None:
    shop.business["legal"] = {"vat_regime": "franchise", "siren": "732829320"}
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["tax"] == 0
    assert "TVA non applicable, art. 293 B du CGI" in lines.one("message", "zoe")["text"]
