"""Automation files: what they can say, and what is refused with its place and the nearest right word."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.automation_file import By, Late, Limit, Over, Then, Trigger, load_automation
from models.conditions import AllOf, AnyOf, Comparison
from models.message import MessagePurpose
from models.money import Money
from models.operators import Operator, Span
from models.periods import Per
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
    IfStep,
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
    walk,
)
from models.yamlfile import read
from tests.unit.automations import EXAMPLE, automation, complaint, problems, problems_of, written


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


def test_the_example_of_the_contract_says_what_it_says() -> None:
    example = load_automation(EXAMPLE, "example.yaml")
    assert (example.id, example.name, example.keep_on_cancel) == ("unpaid-invoice", "Unpaid invoice", False)
    assert example.trigger == Trigger("invoice.overdue")
    assert example.limit == Limit(1, Per.HOURS_24, (By.CONTACT,), Over.MERGE)
    assert example.stop_when == {"invoice.paid", "invoice.voided"}
    assert example.late == Late(timedelta(hours=24), Then.SKIP)
    delay, choice, request = example.steps
    assert delay == WaitStep("0", None, For(Span(days=3)))
    assert isinstance(choice, IfStep)
    assert choice.condition == AllOf(
        (
            Comparison("invoice.amount_due", Operator.GREATER_THAN, Decimal(50)),
            AnyOf(
                (
                    Comparison("contact.custom.vip", Operator.IS_NOT_TRUE),
                    Comparison("invoice.days_overdue", Operator.GREATER_OR_EQUAL, Decimal(10)),
                )
            ),
        )
    )
    assert [step.path for step in walk(example.steps)] == ["0", "1", "1.then.0", "1.else.0", "2"]
    assert isinstance(request, ActStep)
    assert request.settings == RequestPayment(
        document=Document.INVOICE, due_in=14, channels=("email",), subject="…", message="…"
    )


def test_json_and_quotes_say_the_same() -> None:
    example = load_automation(EXAMPLE, "example.yaml")
    assert load_automation(json.dumps(read(EXAMPLE, "x").plain()), "example.json") == example
    assert load_automation(EXAMPLE.replace("{on: ", '{"on": "').replace("overdue, s", 'overdue", s'), "x") == example


def test_what_is_left_out_has_its_default() -> None:
    small = automation()
    assert (small.name, small.limit, small.stop_when, small.keep_on_cancel) == ("a", None, frozenset(), False)
    assert small.late == Late(timedelta(hours=24), None)
    assert small.trigger == Trigger("invoice.overdue", None, None)


def test_one_error_does_not_hide_the_others() -> None:
    text = EXAMPLE.replace("name:", "nmae:").replace("days: 3", "day: 3").replace("greater_than", "greater")
    assert [(problem.line, problem.hint) for problem in problems_of(text)] == [
        (2, "Did you mean name?"),
        (9, "Did you mean days?"),
        (12, "Did you mean greater_than, after or greater_or_equal?"),
    ]


# --- trigger


@pytest.mark.parametrize(
    ("services", "expected"),
    [("all", None), ("none", None), (None, None), (["cut", "cut"], frozenset({"cut"})), ([7], frozenset({"7"}))],
)
def test_services_are_all_or_some(services: Any, expected: Any) -> None:
    assert automation(trigger={"services": services}).trigger.services == expected


def test_a_trigger_may_have_a_condition() -> None:
    where = {"property": "invoice.total", "operator": "less_than", "value": 10}
    assert automation(trigger={"where": where}).trigger.where == Comparison(
        "invoice.total", Operator.LESS_THAN, Decimal(10)
    )


@pytest.mark.parametrize(
    ("on", "message", "hint"),
    [
        ("order.placed", "order.placed only brings data in and triggers nothing", "session.booked"),
        ("payment.received", "payment.received only brings data in", "payment.succeeded"),
        ("booking.attendance", "booking.attendance only brings data in", "booking.checked_in or booking.no_show"),
        ("session.cancelled", "session.cancelled only brings data in", "booking.cancelled"),
        ("session.rescheduled", "session.rescheduled only brings data in", "booking.rescheduled"),
        ("contact.updated", "contact.updated only brings data in", "domain events"),
        ("charge.cancelled", "charge.cancelled only brings data in", "domain events"),
        ("invoice.overdu", "'invoice.overdu' is not a domain event", "Did you mean invoice.overdue?"),
        ("Invoice.Overdue", "'Invoice.Overdue' is not a domain event", "Did you mean invoice.overdue?"),
        ("booking.canceled", "'booking.canceled' is not a domain event", "Did you mean booking.cancelled?"),
        ("order.payed", "'order.payed' is not a domain event", "Did you mean order.paid?"),
        ("session.end", "'session.end' is not a domain event", "Did you mean session.ended?"),
        ("order.place", "'order.place' is not a domain event", "Did you mean order.placed?"),
        ("overdue", "'overdue' is no event type", "invoice.overdue"),
        ("a b.c", "'a b.c' is no event type", "A type looks like invoice.overdue."),
        ("a..b", "'a..b' is no event type", ""),
        ("", "takes a text, not ''", ""),
    ],
)
def test_what_triggers_nothing_is_refused_with_what_does(on: str, message: str, hint: str) -> None:
    told = complaint(on=on)
    assert message in told
    assert hint in told
    (goal,) = problems(stop_when=[on])
    assert message in goal.message


@pytest.mark.parametrize("on", ["loyalty.point_earned", "com.example/thing.v1", "session.extended", "order.packed"])
def test_a_type_of_upstreams_own_triggers_with_contact_business_and_event_alone(on: str) -> None:
    assert automation({"send_email": {"message": "{{ contact.name }} {{ event.data.points }}"}}, on=on).trigger.on == on
    assert f"{on} can't supply invoice.number" in complaint({"send_email": {"message": "{{ invoice.number }}"}}, on=on)
    assert f"{on} does not offer request_payment" in complaint("request_payment", on=on)


def test_a_wrong_trigger_is_the_only_error_it_makes() -> None:
    steps = ("issue_paid_invoice", {"send_email": {"message": "{{ invoice.number }} {{ session.starts_at }}"}})
    assert len(problems(*steps, on="invoice.payed")) == 1


# --- limit, goals, lateness


@pytest.mark.parametrize(
    ("steps", "limit", "expected"),
    [
        ((), {"per": "day"}, Limit(1, Per.DAY, (By.CONTACT,), Over.SKIP)),
        (("request_payment",), {"per": "7d", "times": 3}, Limit(3, Per.DAYS_7, (By.CONTACT,), Over.MERGE)),
        (("request_payment",), {"per": "week", "over": "defer"}, Limit(1, Per.WEEK, (By.CONTACT,), Over.DEFER)),
        ((), {"per": "ever", "over": "skip"}, Limit(1, Per.EVER, (By.CONTACT,), Over.SKIP)),
        (("request_payment",), {"per": "ever"}, Limit(1, Per.EVER, (By.CONTACT,), Over.SKIP)),
        ((), {"per": "24h", "by": ["invoice"]}, Limit(1, Per.HOURS_24, (By.CONTACT, By.INVOICE), Over.SKIP)),
    ],
)
def test_a_limit_counts_runs_per_window_and_contact(steps: Any, limit: Any, expected: Limit) -> None:
    assert automation(*steps, limit=limit).limit == expected


@pytest.mark.parametrize(
    ("steps", "limit", "told"),
    [
        ((), {"per": "day", "over": "merge"}, "only what request_payment asks for can be merged"),
        (("request_payment",), {"per": "ever", "over": "merge"}, "merge waits for the end of a window"),
        ((), {"per": "ever", "over": "defer"}, "defer waits for the end of a window"),
        ((), {"times": 1}, "limit lacks 'per'"),
        ((), {"per": "48h"}, "per takes one of 24h, 7d, day, week, month, ever, not '48h' (Did you mean 24h?)"),
        ((), {"per": "day", "times": 0}, "times takes a whole number from 1"),
        ((), {"per": "day", "times": 1.5}, "times takes a whole number from 1"),
        ((), {"per": "day", "by": ["session"]}, "invoice.overdue names no session"),
        ((), {"per": "day", "by": ["contct"]}, "Did you mean contact?"),
        ((), {"per": "day", "by": "contact"}, "by takes a list, not 'contact'"),
        ((), {"per": "day", "every": 1}, "limit has no 'every'"),
        ((), 3, "limit takes a mapping, not '3'"),
    ],
)
def test_a_limit_that_can_not_hold_is_refused(steps: Any, limit: Any, told: str) -> None:
    assert told in complaint(*steps, limit=limit)


def test_a_request_anywhere_makes_merging_possible() -> None:
    branch = {"if": {"property": "contact.tags", "operator": "includes", "value": "vip"}, "then": ["request_payment"]}
    limit = automation(branch, limit={"per": "day", "over": "merge"}).limit
    assert limit is not None
    assert limit.over is Over.MERGE


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ({"tolerance": "90m"}, Late(timedelta(minutes=90))),
        ({"tolerance": "7d", "then": "run"}, Late(timedelta(days=7), Then.RUN)),
        ({"then": "skip"}, Late(timedelta(hours=24), Then.SKIP)),
        (None, Late()),
    ],
)
def test_lateness_has_a_tolerance_and_a_policy(late: Any, expected: Late) -> None:
    assert automation(late=late).late == expected


@pytest.mark.parametrize(
    ("key", "value"), [("tolerance", "2 days"), ("tolerance", 24), ("then", "go"), ("after", "1h")]
)
def test_lateness_that_says_nothing_is_refused(key: str, value: Any) -> None:
    assert complaint(late={key: value})


# --- delays


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


# --- conditions


@pytest.mark.parametrize(
    ("property_", "operator", "value", "expected"),
    [
        ("contact.name", "equals", "Zoé", "Zoé"),
        ("contact.phone", "equals", 612345678, "612345678"),
        ("contact.custom.age", "equals", 42, Decimal(42)),
        ("contact.custom.vip", "equals", True, True),
        ("contact.custom.since", "before", "2027-01-01", date(2027, 1, 1)),
        ("event.data.n", "one_of", ["a", 1, False], ("a", Decimal(1), False)),
        ("event.data.n", "between", [1, 2.5], (Decimal(1), Decimal("2.5"))),
        ("event.data.d", "between", ["2027-01-01", "2027-01-31"], (date(2027, 1, 1), date(2027, 1, 31))),
        ("invoice.total", "between", [0, 100], (Decimal(0), Decimal(100))),
        ("invoice.due_on", "within_next", {"days": 3}, Span(3)),
        ("invoice.due_on", "on", "2027-01-05T10:00:00Z", datetime(2027, 1, 5, 10, tzinfo=UTC)),
        ("invoice.due_on", "equals", "2027-01-05", date(2027, 1, 5)),
        ("contact.tags", "includes", "vip", "vip"),
        ("contact.tags", "excludes", 7, "7"),
        ("invoice.pay_url", "is_empty", None, None),
    ],
)
def test_a_value_is_read_as_its_property_needs_it(property_: str, operator: str, value: Any, expected: Any) -> None:
    where = {"property": property_, "operator": operator} | ({} if value is None else {"value": value})
    comparison = automation(trigger={"where": where}).trigger.where
    assert comparison == Comparison(property_, Operator(operator), expected)
    assert isinstance(comparison, Comparison)
    assert type(comparison.value) is type(expected)


@pytest.mark.parametrize(
    ("property_", "operator", "value", "told"),
    [
        ("invoice.amount_du", "greater_than", 5, "Did you mean invoice.amount_due"),
        ("session.id", "equals", "s", "invoice.overdue can't supply session.id"),
        ("invoice", "is_empty", None, "invoice is a group of properties"),
        ("", "is_empty", None, "property takes a text, not ''"),
        ("invoice.total", "more_than", 5, "operator takes one of equals, not_equals"),
        ("invoice.total", "contains", "5", "invoice.total is of kind money: contains can't compare it"),
        ("invoice.total", "greater_than", "5", "value takes a number, not '5' (Write it without quotes.)"),
        ("invoice.total", "greater_than", "2027-01-01", "value takes a number"),
        ("invoice.total", "is_true", None, "invoice.total is of kind money: is_true can't compare it"),
        ("invoice.total", "greater_than", None, "lacks 'value'"),
        ("invoice.due_on", "greater_than", 5, "invoice.due_on is of kind date: greater_than can't compare it"),
        ("invoice.due_on", "before", "soon", "value takes a date such as 2027-01-31, not 'soon'"),
        ("invoice.due_on", "within_next", 3, "value takes a mapping, not '3'"),
        ("invoice.due_on", "within_next", {"weeks": 1}, "value has no 'weeks'"),
        ("contact.tags", "equals", "vip", "Choose one of includes, excludes."),
        ("contact.name", "contains", "", "the value is empty (Use is_empty or is_not_empty.)"),
        ("contact.name", "one_of", "a", "value takes a list, not 'a'"),
        ("contact.name", "one_of", [], "value lists nothing"),
        ("contact.name", "is_empty", "x", "is_empty takes no value (Leave it out.)"),
        ("contact.name", "equals", [1], "value takes a text, not a list"),
        ("invoice.total", "between", [1], "between takes two values"),
        ("invoice.total", "between", [3, 1], "the first value is above the second"),
        ("invoice.total", "between", [1, "x"], "takes a number, not 'x'"),
        ("event.data.x", "equals", {"a": 1}, "value takes a text, not a mapping"),
    ],
)
def test_a_comparison_that_can_not_be_is_refused(property_: str, operator: str, value: Any, told: str) -> None:
    where = {"property": property_, "operator": operator} | ({} if value is None else {"value": value})
    found = [f"{problem.message} ({problem.hint})" for problem in problems(trigger={"where": where})]
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"all": []}, "all holds no condition"),
        ({"any": {"property": "contact.id"}}, "any takes a list, not a mapping"),
        ({"all": [{"any": ["x"]}]}, "takes a mapping, not 'x'"),
        ({"all": [{"property": "contact.id", "operator": "is_empty"}], "any": []}, "has no 'any'"),
        ({"property": "contact.id"}, "lacks 'operator'"),
        ({"proprty": "contact.id", "operator": "is_empty"}, "Did you mean property?"),
        ([], "takes a mapping, not a list"),
    ],
)
def test_a_group_that_holds_nothing_is_refused(condition: Any, told: str) -> None:
    found = [f"{problem.message} ({problem.hint})" for problem in problems(trigger={"where": condition})]
    assert any(told in one for one in found), found


# --- steps


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


def test_an_automation_needs_its_id_its_trigger_and_a_step() -> None:
    assert [problem.message for problem in problems_of("{}")] == [
        "the file lacks 'automation'",
        "the file lacks 'trigger'",
        "the file lacks 'steps'",
    ]
    assert "an automation needs a step" in problems_of(written().replace('[{"send_email": null}]', "[]"))[0].message


@pytest.mark.parametrize(
    ("key", "value"),
    [("automation", "a b"), ("automation", ""), ("automation", "-a"), ("automation", "x" * 101), ("automation", [1]),
     ("name", "a\nb"), ("name", " "), ("name", "x" * 201), ("keep_on_cancel", "yes"), ("stop_when", {"a": 1}),
     ("trigger", "invoice.overdue"), ("steps", {"end": None}), ("colour", "red")],
)  # fmt: skip
def test_a_key_that_holds_something_else_is_refused(key: str, value: Any) -> None:
    if key == "trigger":
        assert "trigger takes a mapping" in str(
            problems_of(json.dumps({"automation": "a", key: value, "steps": ["end"]}))
        )
    elif key == "steps":
        assert "steps takes a list" in str(
            problems_of(json.dumps({"automation": "a", "trigger": {"on": "order.paid"}, key: value}))
        )
    else:
        assert complaint(**{key: value})


def test_an_error_in_a_message_has_its_own_line() -> None:
    text = """\
automation: a
trigger: {on: order.paid}
steps:
  - send_email:
      message: |
        Bonjour {{ contact.name }},

        votre {{ invoice.number }}
      subject: "{{ contact.nam }}"
"""
    assert [(problem.line, problem.message) for problem in problems_of(text)] == [
        (8, "order.paid can't supply invoice.number"),
        (9, "'contact.nam' is no property here"),
    ]
