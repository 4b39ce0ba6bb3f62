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
