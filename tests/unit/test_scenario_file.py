"""Scenario files: what they may hold, and that every mistake in one is a problem with its place."""

from datetime import date
from typing import Any

import pytest

from models.acts import ACTS
from models.scenario_file import DOCUMENT_KEYS, Scenario, load_scenario
from models.yamlfile import BadFileError

HEAD = """\
business: {id: atelier, name: Atelier}
start: 2027-01-01T00:00:00+01:00
until: 2027-02-01T00:00:00+01:00
events:
"""
AT = "at: 2027-01-05T10:00:00+01:00"


def read(text: str) -> Scenario:
    def nothing_beside(_node: Any, name: str) -> tuple[str, str]:
        raise AssertionError(name)

    return load_scenario(text, "s.yaml", nothing_beside)


def problems(text: str) -> list[str]:
    """Return what is wrong with a file, without the place."""
    with pytest.raises(BadFileError) as found:
        read(text)
    return [str(problem.message) for problem in found.value.problems]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("hello", "an item of events takes a mapping, not 'hello'"),
        ("{type: order.placed, data: {}}", "an item of events lacks 'at'"),
        (f"{{{AT}, data: {{}}}}", "an item of events lacks 'type'"),
        (f"{{{AT}, type: order.placed}}", "an item of events lacks 'data'"),
        (f"{{{AT}, type: order.placed, data: {{}}, datta: 1}}", "an item of events has no 'datta'"),
        ("{at: yesterday, type: order.placed, data: {}}", "at takes an instant such as 2027-01-31T09:00:00+01:00"),
        ("{do: void, number: a}", "an item of events lacks 'at'"),
        (f"{{{AT}, do: explode, number: a}}", "do takes one of pay, mark_paid, charge_card, void, credit"),
        (f"{{{AT}, do: set_billing, billing: {{mode: drafts}}}}", "mode takes one of draft, invoice, payment_link"),
        (f"{{{AT}, do: refund, number: a, method: cash}}", "an item of events has no 'method'"),
        (f"{{{AT}, do: pay}}", "pay names no document"),
        (f"{{{AT}, do: pay, number: a, amount: 5}}", "amount takes a mapping, not '5'"),
        (f"{{{AT}, do: pay, number: a, amount: {{amount: 1.5, currency: EUR}}}}", "amount takes a whole number"),
        (f"{{{AT}, do: pay, number: a, document: letter}}", "document takes one of invoice, link, not 'letter'"),
        (f"{{{AT}, do: pay, number: a, due_on: 2027-01-09}}", "an item of events has no 'due_on'"),
        (f"{{{AT}, do: set_due, number: a}}", "an item of events lacks 'due_on'"),
        (f"{{{AT}, do: set_due, number: a, due_on: soon}}", "due_on takes a date such as 2027-01-31, not 'soon'"),
        (f"{{{AT}, do: hold, number: a, kind: nap}}", "kind takes one of dispute, pause, promise"),
        (f"{{{AT}, do: outage}}", "an item of events lacks 'hours'"),
        (f"{{{AT}, do: outage, hours: -1}}", "hours takes a number above 0 and up to 8784, not '-1'"),
        (f"{{{AT}, do: outage, hours: long}}", "hours takes a number above 0 and up to 8784, not 'long'"),
        (f"{{{AT}, do: outage, hours: 1e9}}", "hours takes a number above 0 and up to 8784, not '1e9'"),
        (f"{{{AT}, do: pause_automation}}", "an item of events lacks 'automation'"),
        (f"{{{AT}, do: publish}}", "an item of events lacks 'file'"),
    ],
)
def test_a_wrong_entry_is_one_problem(entry: str, problem: str) -> None:
    (found,) = problems(f"{HEAD}  - {entry}\n")
    assert found.startswith(problem)


def test_every_wrong_entry_is_told() -> None:
    assert len(problems(f"{HEAD}  - hello\n  - {{{AT}, do: explode}}\n  - {{{AT}, do: pay}}\n")) == 3


def test_a_span_that_is_not_there_is_told_once() -> None:
    assert problems("business: {id: a, name: A}\n") == ["the file lacks 'start'", "the file lacks 'until'"]
    assert problems(HEAD.replace("2027-02", "2026-02")) == ["until is not after start"]


@pytest.mark.parametrize(
    ("habit", "problem"),
    [
        ("partial_payments: {allowed: maybe}", "allowed takes true or false, not 'maybe'"),
        ("partial_payments: {minimum: 1000}", "partial_payments lacks 'allowed'"),
        ("partial_payments: {allowed: true, minimum: ten}", "minimum takes a number, not 'ten'"),
        ("legal: {regimes: [{vat_regime: normal}]}", "an item of regimes lacks 'from'"),
        ("legal: {regimes: [{from: 2027-02-01}, {from: 2027-01-01}]}", "2027-01-01 is not after 2027-02-01"),
        ("country: Frankreich", "'Frankreich' is no country."),
    ],
)
def test_a_habit_that_would_fail_later_is_told_at_once(habit: str, problem: str) -> None:
    (found,) = problems(HEAD.replace("name: Atelier", f"name: Atelier, {habit}"))
    assert found.startswith(problem)


def test_a_regime_stays_as_it_was_in_what_the_next_leaves_out() -> None:
    dated = "regimes: [{from: 2027-02-01, vat_due_on: debits}, {from: 2027-03-01, vat_regime: normal}]"
    business = read(HEAD.replace("name: Atelier", f"name: Atelier, legal: {{vat_exempt: true, {dated}}}")).shop.business
    days = [date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 1)]
    assert [tuple(business.regime_on(day)) for day in days] == [
        ("franchise", "receipts"),
        ("franchise", "debits"),
        ("franchise", "debits"),
        ("normal", "debits"),
    ]


def test_every_act_on_a_document_can_be_read() -> None:
    assert DOCUMENT_KEYS.keys() == ACTS
    scenario = read(
        f"{HEAD}  - {{{AT}, do: pay, contact: zoe, document: link, amount: {{amount: 5, currency: EUR}}}}\n"
    )
    (pay,) = scenario.happenings
    assert pay.act
    assert (pay.act.contact, pay.act.amount, pay.act.currency, pay.act.of_link) == ("zoe", 5, "EUR", True)
