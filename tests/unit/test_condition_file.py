"""Conditions in files: values of the kind that their property has, and names that the trigger supplies."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from models.conditions import Comparison
from models.operators import Operator, Span
from tests.unit.automations import automation, problems


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
