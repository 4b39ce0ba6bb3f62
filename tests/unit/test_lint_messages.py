"""A030 to A041: values without a fallback, channels, loops, fees, terms."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.business import Business
from models.wording import unguarded
from tests.unit.linted import ASK, MAIL, codes, holds, odd, when

FEE = {"add_charge": {"description": "Absence", "price": {"amount": 1000, "currency": "EUR"}}}


def says(message: str, **keys: Any) -> dict[str, Any]:
    """Return a mail with this message."""
    return {"send_email": {"message": message} | keys}


@pytest.mark.parametrize(
    ("template", "bare"),
    [
        ("{{ contact.name }}", [("contact.name", 1)]),
        ("{{ contact.name | default: 'you' }}", []),
        ("{{ invoice.total | money | default: 'x' }}", []),
        ("a\n{{ contact.name | upcase }}\n{{ contact.phone }}", [("contact.name", 2), ("contact.phone", 3)]),
        ("{% if contact.name %}{{ contact.name }}{% endif %}", []),
        ("{% if contact.phone %}{{ contact.name }}{% endif %}", [("contact.name", 1)]),
        ("{% if contact.phone %}{{ contact.phone }}{% elsif contact.name %}{{ contact.name }}{% endif %}", []),
        ("{% unless contact.kind == 'business' %}{{ contact.name }}{% endunless %}", [("contact.name", 1)]),
        ("{% for tag in contact.tags %}{{ contact.custom.level }}{% endfor %}", [("contact.custom.level", 1)]),
        ("no value", []),
    ],
)
def test_what_a_template_writes_without_a_fallback(template: str, bare: list[tuple[str, int]]) -> None:
    assert list(unguarded(template)) == bare


@pytest.mark.parametrize(
    ("on", "name", "found"),
    [
        ("session.booked", "contact.name", True),
        ("session.booked", "contact.custom.level", True),
        ("session.booked", "service.name", True),
        ("session.booked", "session.place", True),
        ("booking.cancelled", "booking.cancellation_reason", True),
        ("recurring_payment.started", "recurring_payment.description", True),
        ("order.paid", "payment.amount", True),
        ("case.opened", "event.data.number", True),
        ("session.booked", "contact.id", False),
        ("session.booked", "session.starts_at", False),
        ("session.booked", "business.name", False),
        ("payment.succeeded", "payment.amount", False),
        ("invoice.overdue", "invoice.number", False),
        ("invoice.overdue", "invoice.pay_url", True),
    ],
)
def test_values_that_may_be_missing_need_a_fallback(on: str, name: str, *, found: bool) -> None:
    written = f"{{{{ {name} }}}}"
    at = "steps.0.send_email.message"
    assert odd(says(written), on=on) == ([("A030", at)] if found else [])
    assert odd(says(f"{{{{ {name} | default: '-' }}}}"), on=on) == []
    assert odd({"send_email": {"subject": written}}, on=on) == (
        [("A030", "steps.0.send_email.subject")] if found else []
    )


def test_a_document_that_only_one_way_makes_may_be_missing() -> None:
    number = says("{{ invoice.number }}")
    condition = holds("order.total", "greater_than", 50)
    parts: dict[str, Any] = {"on": "session.booked", "limit": {"per": "24h", "over": "defer"}}
    assert odd(when(condition, ASK), number, **parts) == [("A030", "steps.1.send_email.message")]
    assert codes(when(condition, ASK, number), **parts) == []
    assert codes(when(condition, ASK, otherwise=[ASK]), number, **parts) == []
    assert codes(ASK, number, **parts) == []


def test_a_channel_that_the_business_does_not_have() -> None:
    by_mail = Business("a", "A", "UTC", "fr", "EUR", "FR", datetime(2027, 1, 1, tzinfo=UTC))
    both = Business("a", "A", "UTC", "fr", "EUR", "FR", datetime(2027, 1, 1, tzinfo=UTC), channels=["email", "sms"])
    step = {"notify_staff": {"channels": ["email", "sms"]}}
    assert odd(step, business=by_mail) == [("A031", "steps.0.notify_staff.channels")]
    assert odd(step, business=both) == []
    assert odd(step) == []
    assert odd(MAIL, business=by_mail) == []


@pytest.mark.parametrize("on", ["message.sent", "message.failed"])
def test_a_message_that_starts_its_own_automation(on: str) -> None:
    assert odd(MAIL, {"add_tag": "x"}, on=on) == [("A032", "steps.0")]
    assert codes({"notify_staff": {}}, on=on, limit={"per": "day"}) == []
    assert codes({"add_tag": "x"}, on=on) == []
    assert codes(MAIL, on="invoice.sent") == []


@pytest.mark.parametrize("on", ["booking.no_show", "booking.cancelled"])
def test_a_fee_without_a_policy(on: str) -> None:
    assert odd(FEE, on=on) == [("A040", "steps.0")]
    assert codes({"add_charge": FEE["add_charge"] | {"fee": "indemnity"}}, on=on) == []
    assert codes(FEE, on="session.ended") == []


@pytest.mark.parametrize(("country", "days", "expected"), [("FR", 61, ["A041"]), ("FR", 31, ["A041"]), ("FR", 30, []),
                                                           ("DE", 90, [])])  # fmt: skip
def test_more_days_to_pay_than_the_law_allows(country: str, days: int, expected: list[str]) -> None:
    business = Business("a", "A", "UTC", "fr", "EUR", country, datetime(2027, 1, 1, tzinfo=UTC))
    found = codes({"request_payment": {"due_in": {"days": days}}}, on="session.booked", business=business)
    assert [code for code in found if code == "A041"] == expected
