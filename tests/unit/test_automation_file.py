"""Automation files: what they can say, and what is refused with its place and the nearest right word."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.automation_file import By, Late, Limit, Over, Then, Trigger, load_automation
from models.conditions import AllOf, AnyOf, Comparison
from models.operators import Operator, Span
from models.periods import Per
from models.steps import (
    ActStep,
    Document,
    For,
    IfStep,
    RequestPayment,
    WaitStep,
    walk,
)
from models.yamlfile import read
from tests.unit.automations import EXAMPLE, automation, complaint, problems, problems_of, written


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


# --- the file


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
