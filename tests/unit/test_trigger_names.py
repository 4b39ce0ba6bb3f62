"""Triggers by the names that people call them."""

import pytest

from models.languages import Language, language_of
from models.trigger_names import TRIGGERS, offered, supplied, triggers_that_speak_of
from models.vocabulary import SUPPLIES


def test_every_trigger_has_a_name_of_its_own_in_both_languages() -> None:
    assert list(TRIGGERS) == list(SUPPLIES)
    for language in Language:
        assert len({names[language] for names in TRIGGERS.values()}) == len(TRIGGERS)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["FACTURE", "retard"], ["invoice.overdue"]),
        (["seance"], ["session.booked", "session.started", "session.ended"]),
        (["overdue"], ["invoice.overdue"]),
        (["invoice.paid"], ["invoice.paid"]),
        (["recurrent"], ["recurring_payment.started", "recurring_payment.cancelled"]),
        (["facture", "session"], []),
    ],
)
def test_words_are_found_in_names_and_types(words: list[str], found: list[str]) -> None:
    assert triggers_that_speak_of(words) == found


def test_what_a_trigger_supplies_and_offers_depends_on_it() -> None:
    assert supplied("invoice.overdue") == ["business", "contact", "event", "invoice"]
    assert "send_reminder" in offered("invoice.overdue")
    assert "send_reminder" not in offered("session.booked")
    assert "issue_paid_invoice" in offered("order.paid")
    assert {"send_email", "notify_staff", "end"} <= set(offered("message.sent"))


@pytest.mark.parametrize(("locale", "language"), [("fr", "fr"), ("fr-CA", "fr"), ("en", "en"), ("de", "en")])
def test_a_business_has_the_nearest_language(locale: str, language: str) -> None:
    assert language_of(locale) == language
