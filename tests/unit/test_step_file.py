"""Steps in files: every form of delay, every action, and what no trigger offers."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from models.automation_file import load_automation
from models.message import MessagePurpose
from models.money import Money
from models.operators import Span
from models.steps import (
    ActStep,
    AddCharge,
    AddTag,
    CallWebhook,
    ChargeCard,
    Document,
    EndRun,
    Fee,
    For,
    IssuePaidInvoice,
    NotifyStaff,
    Refund,
    RequestPayment,
    SendEmail,
    SendReminder,
    SendSms,
    UntilMoment,
    UntilProperty,
    UntilTime,
    WaitStep,
)
from tests.unit.automations import automation, complaint, problems


def settings(step: Any, **parts: Any) -> Any:
    """Return the settings of the first step of an automation."""
    first = automation(step, **parts).steps[0]
    assert isinstance(first, ActStep)
    return first.settings


def wait(delay: Any, on: str = "session.booked") -> Any:
    """Return what a delay waits for."""
    first = automation({"delay": delay}, on=on).steps[0]
    assert isinstance(first, WaitStep)
    return first.wait


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        ({"days": 3}, For(Span(3))),
        ({"days": 1, "hours": 2, "minutes": 30}, For(Span(1, 2, 30))),
        ({"days": 0}, For(Span())),
        ({"until": "session.starts_at"}, UntilProperty("session.starts_at", Span())),
        ({"until": "session.starts_at", "minus": {"hours": 24}}, UntilProperty("session.starts_at", Span(0, -24))),
        ({"until": "session.ends_at", "plus": {"days": 1}}, UntilProperty("session.ends_at", Span(1))),
        ({"until": "event.data.renews_on", "minus": {"days": 7}}, UntilProperty("event.data.renews_on", Span(-7))),
        ({"until": "contact.custom.birthday"}, UntilProperty("contact.custom.birthday", Span())),
        ({"until": "09:00"}, UntilTime(time(9))),
        ({"until": "9:05", "on": ["mon", "fri"]}, UntilTime(time(9, 5), frozenset({0, 4}))),
        ({"until": "2027-02-01"}, UntilMoment(date(2027, 2, 1))),
        ({"until": "2027-02-01T09:00:00+01:00"}, UntilMoment(datetime(2027, 2, 1, 8, tzinfo=UTC))),
    ],
)
def test_a_delay_is_a_length_a_property_a_time_or_an_instant(delay: Any, expected: Any) -> None:
    assert wait(delay) == expected


def test_a_bare_time_and_bare_days_read_as_quoted_ones() -> None:
    text = "automation: a\ntrigger: {on: order.paid}\nsteps:\n  - delay: {until: 09:00, on: [mon, sun]}\n"
    assert load_automation(text, "a").steps == (WaitStep("0", None, UntilTime(time(9), frozenset({0, 6}))),)


@pytest.mark.parametrize(
    ("delay", "told"),
    [
        ({}, "delay says no length"),
        ({"days": None}, "delay says no length"),
        ({"days": -1}, "days takes a whole number from 0 to 3660"),
        ({"days": 99999}, "days takes a whole number from 0 to 3660"),
        ({"days": "3"}, "days takes a number, not '3' (Write it without quotes.)"),
        ({"weeks": 1, "days": 1}, "delay has no 'weeks'"),
        ("3d", "delay takes a mapping, not '3d'"),
        ({"until": "invoice.due_on"}, "session.booked can't supply invoice.due_on"),
        ({"until": "session.start_at"}, "Did you mean session.starts_at"),
        ({"until": "session.place"}, "session.place is of kind text"),
        ({"until": "25:00"}, "Write a property, an instant, a date or a time"),
        ({"until": "09:00", "minus": {"hours": 1}}, "delay has no 'minus'"),
        ({"until": "09:00", "on": ["monday"]}, "Did you mean mon?"),
        ({"until": "09:00", "on": []}, "on names no day of the week"),
        ({"until": "session.starts_at", "on": ["mon"]}, "delay has no 'on'"),
        ({"until": "session.starts_at", "minus": {"hours": 1}, "plus": {"hours": 1}}, "plus or minus, not both"),
        ({"until": None, "days": 1}, "until names nothing to wait for"),
    ],
)
def test_a_delay_that_ends_nowhere_is_refused(delay: Any, told: str) -> None:
    assert any(
        told in f"{problem.message} ({problem.hint})" for problem in problems({"delay": delay}, on="session.booked")
    )


# --- actions and choices


def test_every_action_of_the_contract_is_read() -> None:
    words = {"channels": ["email", "sms"], "subject": "s", "message": "m"}
    euro = {"amount": 1500, "currency": "EUR"}
    said: dict[str, Any] = {"channels": ("email", "sms"), "subject": "s", "message": "m"}
    order: dict[str, Any] = {"on": "order.paid"}
    request = {"document": "draft", "due_in": {"days": 0}}
    fee = {"description": "Late {{ booking.id }}", "price": euro, "fee": "indemnity"}
    assert settings({"request_payment": words | request}) == RequestPayment(**said, document=Document.DRAFT, due_in=0)
    assert settings({"issue_paid_invoice": words}, **order) == IssuePaidInvoice(**said)
    assert settings({"send_reminder": words}) == SendReminder(**said)
    assert settings({"send_email": words | {"channels": ["email"], "purpose": "marketing"}}) == SendEmail(
        channels=("email",), subject="s", message="m", purpose=MessagePurpose.MARKETING
    )
    assert settings({"send_sms": {"message": "m"}}) == SendSms(message="m", purpose=MessagePurpose.SERVICE)
    assert settings({"notify_staff": words}) == NotifyStaff(**said)
    assert settings({"charge_card": {}}) == ChargeCard()
    assert settings({"refund": {"amount": euro}}, **order) == Refund(amount=Money(1500, "EUR"))
    assert settings({"refund": {"amount": "full"}}, **order) == Refund(amount=None)
    assert settings({"add_charge": fee}, **order) == AddCharge(
        description="Late {{ booking.id }}", price=Money(1500, "EUR"), fee=Fee.INDEMNITY
    )
    assert settings({"add_tag": {"tag": "late"}}) == settings({"add_tag": "late"}) == AddTag(tag="late")
    assert settings({"call_webhook": {"url": "https://example.org/x"}}) == CallWebhook(url="https://example.org/x")
    assert settings({"end": {}}) == settings("end") == settings({"end": None}) == EndRun()


@pytest.mark.parametrize("action", ["request_payment", "send_reminder", "send_email", "notify_staff", "charge_card"])
def test_settings_may_be_left_out(action: str) -> None:
    assert settings(action) == settings({action: None}) == settings({action: {}})
    assert settings(action).channels is None


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"sned_email": {}}, "Did you mean send_email"),
        ("sned_email", "takes a mapping, not 'sned_email'"),
        ({"id": "a"}, "a step lacks what it does"),
        ({}, "a step lacks what it does"),
        ({"send_email": {}, "delay": {"days": 1}}, "a step does one thing, not send_email and delay"),
        ({"send_email": {}, "then": []}, "has no 'then'"),
        ({"send_email": {"subjct": "x"}}, "send_email has no 'subjct' (Did you mean subject?)"),
        ({"send_email": {"purpose": "legal"}}, "purpose takes one of service, marketing, not 'legal'"),
        ({"send_email": {"channels": ["sms"]}}, "takes one of email, not 'sms'"),
        ({"send_email": {"channels": []}}, "channels names no channel"),
        ({"send_email": {"channels": "email"}}, "channels takes a list, not 'email'"),
        ({"send_email": {"subject": "a\nb"}}, "a subject is one line"),
        ({"send_email": {"message": ["a"]}}, "message takes a text, not a list"),
        ({"send_reminder": {"purpose": "marketing"}}, "send_reminder has no 'purpose'"),
        ({"send_reminder": {"channels": ["fax"]}}, "takes one of email, sms, not 'fax'"),
        ({"request_payment": {"document": "quote"}}, "document takes one of invoice, payment_link, draft"),
        ({"request_payment": {"due_in": 14}}, "due_in takes a mapping, not '14'"),
        ({"request_payment": {"due_in": {"hours": 1}}}, "due_in has no 'hours'"),
        ({"refund": {"amount": 5}}, "amount takes a mapping, not '5'"),
        ({"refund": {"amount": {"amount": 5.5, "currency": "EUR"}}}, "amount takes a whole number"),
        ({"refund": {"amount": {"amount": 5, "currency": "EURO"}}}, "'EURO' is no currency in use"),
        ({"add_tag": {}}, "add_tag lacks 'tag'"),
        ({"add_tag": ""}, "add_tag takes a text, not ''"),
        ({"call_webhook": {"url": "ftp://x"}}, "'ftp://x' is no web address"),
        ({"end": {"now": True}}, "end has no 'now'"),
        ({"issue_paid_invoice": {}}, "does not offer issue_paid_invoice (These triggers offer it: order.paid.)"),
        ({"add_charge": {}}, "invoice.overdue does not offer add_charge"),
        ({"id": "3", "end": None}, "'3' can't be a step's id"),
        ({"id": "2.then.0", "end": None}, "'2.then.0' can't be a step's id"),
        ({"if": {"property": "contact.id", "operator": "is_empty"}}, "lacks 'then'"),
        ({"then": []}, "has no 'then'"),
        ({"send_email": {"message": ""}}, "message takes a text, not ''"),
        ({"id": "", "end": None}, "id takes a text, not ''"),
    ],
)  # fmt: skip
def test_a_step_that_can_not_be_done_is_refused(step: Any, told: str) -> None:
    found = [f"{problem.message} ({problem.hint})" for problem in problems(step)]
    assert any(told in one for one in found), found


def test_a_reminder_needs_a_document() -> None:
    assert "session.booked does not offer send_reminder (It needs a document" in complaint(
        "send_reminder", "request_payment", on="session.booked"
    )
    automation("request_payment", {"delay": {"days": 3}}, "send_reminder", on="session.booked")
    automation("issue_paid_invoice", "send_reminder", on="order.paid")


INVOICE = {"send_email": {"message": "{{ invoice.number }}"}}
IS_VIP = {"property": "contact.tags", "operator": "includes", "value": "vip"}


def test_an_invoice_is_there_from_the_step_that_makes_it_on() -> None:
    automation({"request_payment": {"message": "{{ invoice.number }}"}}, INVOICE, on="session.booked")
    automation("issue_paid_invoice", INVOICE, on="order.paid")
    automation("request_payment", {"delay": {"until": "invoice.due_on", "plus": {"days": 1}}}, on="session.booked")
    assert "session.booked can't supply invoice.number" in complaint(INVOICE, "request_payment", on="session.booked")
    assert "The invoice triggers have it, and the steps after request_payment." in complaint(INVOICE, on="order.paid")
    link = {"request_payment": {"document": "payment_link"}}
    assert "can't supply invoice.number" in complaint(link, INVOICE, on="session.booked")


def test_an_invoice_made_on_one_way_may_be_there_after_both() -> None:
    automation({"if": IS_VIP, "then": [], "else": ["request_payment"]}, INVOICE, "send_reminder", on="session.booked")
    choice = {"if": IS_VIP, "then": ["request_payment"], "else": [INVOICE]}
    assert "can't supply invoice.number" in complaint(choice, on="session.booked")


def nested(depth: int) -> Any:
    step: Any = "end"
    for _ in range(depth):
        step = {"if": IS_VIP, "then": [step]}
    return step


def test_steps_are_nested_to_depth_eight() -> None:
    automation(nested(8))
    assert "steps are nested to depth 8 at most" in complaint(nested(9))


def test_there_are_at_most_fifty_steps_wherever_they_stand() -> None:
    automation(*["end"] * 50)
    automation({"if": IS_VIP, "then": ["end"] * 24, "else": ["end"] * 25})
    assert "50 steps at most" in complaint(*["end"] * 51)
    assert "50 steps at most" in complaint({"if": IS_VIP, "then": ["end"] * 25, "else": ["end"] * 25})


def test_the_ids_of_steps_differ() -> None:
    automation({"id": "first", "end": None}, {"id": "second", "end": None})
    twice = {"if": IS_VIP, "then": [{"id": "first", "end": None}]}
    assert "another step is called 'first'" in complaint({"id": "first", "end": None}, twice)
