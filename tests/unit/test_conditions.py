"""Conditions: what each operator says of values that are there, missing, or of another kind."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import AllOf, AnyOf, Comparison, Sheet, Trace, compile_condition, explain
from models.money import Money
from models.operators import TRUE_WHEN_MISSING, Operator, Span, fold

PARIS = ZoneInfo("Europe/Paris")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NOW = datetime(2027, 3, 26, 9, tzinfo=UTC)
NEXT_DAY = Span(days=1)
NAIVE = datetime(1971, 1, 1)  # noqa: DTZ001 - what has no zone must be refused


def says(operator: str, seen: Any, value: Any = None, zone: ZoneInfo = PARIS, now: datetime = NOW) -> bool:
    """Return what a test says of a value; the log must say the same."""
    test = Comparison("event.data.x", Operator(operator), value)
    facts = Sheet({"event": {"data": {"x": seen}}}, now, zone)
    result = compile_condition(test)(facts)
    (trace,) = explain(test, facts)
    assert trace.result is result
    json.dumps(trace.plain())
    return result


def note(operator: str, seen: Any, value: Any = None) -> str:
    """Return what the log remarks on a test that is false."""
    test = Comparison("event.data.x", Operator(operator), value)
    (trace,) = explain(test, Sheet({"event": {"data": {"x": seen}}}, NOW, PARIS))
    assert trace.result is False
    return trace.note


@pytest.mark.parametrize(
    ("operator", "seen", "value", "expected"),
    [
        ("equals", "Zoé", "zoé", True),
        ("equals", "Zoe\u0301", "ZOÉ", True),
        ("equals", "STRASSE", "straße", True),
        ("equals", "Zoe", "Zoé", False),
        ("not_equals", "Zoé", "ZOÉ", False),
        ("not_equals", "Léa", "Zoé", True),
        ("contains", "No Show Fee", "show", True),
        ("contains", "No-show", "show fee", False),
        ("not_contains", "malade", "MAL", False),
        ("not_contains", "malade", "grippe", True),
        ("starts_with", "Éric", "é", True),
        ("starts_with", "Éric", "r", False),
        ("ends_with", "Éric", "IC", True),
        ("ends_with", "Éric", "er", False),
        ("one_of", "Paris", ("lyon", "PARIS"), True),
        ("one_of", "Nice", ("lyon", "paris"), False),
        ("equals", "", "", True),
    ],
)
def test_text_compares_without_case_after_nfc(operator: str, seen: Any, value: Any, expected: bool) -> None:
    assert says(operator, seen, value) is expected


@given(st.text(), st.text())
def test_folding_is_stable_and_ignores_case(one: str, other: str) -> None:
    assert fold(fold(one)) == fold(one)
    assert (fold(one) == fold(other)) or one != other


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("greater_than", Decimal(50), False),
        ("greater_or_equal", Decimal(50), True),
        ("less_than", Decimal("50.01"), True),
        ("less_or_equal", Decimal(50), True),
        ("equals", Decimal("50.00"), True),
        ("not_equals", Decimal(50), False),
        ("between", (Decimal(50), Decimal(60)), True),
        ("between", (Decimal(40), Decimal(50)), True),
        ("between", (Decimal("50.01"), Decimal(60)), False),
        ("one_of", (Decimal(10), Decimal(50)), True),
        ("one_of", (Decimal(10), Decimal(51)), False),
        ("greater_than", Decimal("49.995"), True),
    ],
)
@pytest.mark.parametrize(
    "seen",
    [
        Money(5000, "EUR"), Money(50, "JPY"), Money(50_000, "KWD"), {"amount": 5000, "currency": "EUR"},
        50, 50.0, Decimal("50.0"),
    ],
)  # fmt: skip
def test_money_compares_in_major_units_of_its_currency(operator: str, value: Any, expected: bool, seen: Any) -> None:
    assert says(operator, seen, value) is expected


def test_a_float_is_the_number_that_was_written() -> None:
    assert says("equals", 50.1, Decimal("50.1"))
    assert says("equals", 1e3, Decimal(1000))


@pytest.mark.parametrize("seen", [float("nan"), Decimal("nan"), {"amount": 1, "currency": "XXY"}, Money(1, "EURO")])
def test_what_is_no_number_compares_with_none(seen: Any) -> None:
    assert note("greater_than", seen, Decimal(0)) == "type"
    assert not says("less_or_equal", seen, Decimal(0))


@given(st.integers(-(10**12), 10**12), st.decimals(-(10**9), 10**9, places=3), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_comparisons_of_money_agree_with_exact_arithmetic(amount: int, value: Decimal, currency: str) -> None:
    exact = Decimal(amount).scaleb(-{"EUR": 2, "JPY": 0, "KWD": 3}[currency])
    money = Money(amount, currency)
    assert says("greater_than", money, value) is (exact > value)
    assert says("less_or_equal", money, value) is (exact <= value)
    assert says("equals", money, value) is (exact == value)


NOON = datetime(2027, 3, 27, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "value", "told"),
    [
        (NOON, NOON, "on"),
        (NOON, NOON + timedelta(seconds=1), "before"),
        (NOON, NOON - timedelta(seconds=1), "after"),
        (NOON, datetime(2027, 3, 27, 12, tzinfo=timezone(timedelta(hours=1))), "on"),
        (NOON, date(2027, 3, 27), "on"),
        (NOON, date(2027, 3, 28), "before"),
        (NOON, date(2027, 3, 26), "after"),
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), date(2027, 3, 28), "on"),
        (date(2027, 3, 27), NOON, "on"),
        (date(2027, 3, 27), date(2027, 3, 28), "before"),
        ("2027-03-27", date(2027, 3, 26), "after"),
        ("2027-03-27T23:30:00Z", date(2027, 3, 28), "on"),
        ("2027-03-27T12:00:00+01:00", NOON, "on"),
    ],
)
def test_a_moment_is_before_on_or_after_another_and_only_one_of_them(seen: Any, value: Any, told: str) -> None:
    assert [word for word in ("before", "on", "after") if says(word, seen, value)] == [told]
    assert says("equals", seen, value) is (told == "on")
    assert says("not_equals", seen, value) is (told != "on")


def test_the_local_date_is_that_of_the_tenant() -> None:
    evening = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert says("on", evening, date(2027, 3, 27), PARIS)
    assert says("on", evening, date(2027, 3, 28), AUCKLAND)


def test_between_takes_dates_and_instants_both_included() -> None:
    assert says("between", date(2027, 1, 1), (date(2027, 1, 1), date(2027, 1, 31)))
    assert says("between", date(2027, 1, 31), (date(2027, 1, 1), date(2027, 1, 31)))
    assert not says("between", date(2027, 2, 1), (date(2027, 1, 1), date(2027, 1, 31)))
    assert says("between", NOON, (NOON, NOON))
    assert says("between", NOON, (date(2027, 3, 27), NOON))
    assert not says("between", NOON, (date(2027, 3, 28), date(2027, 3, 29)))


@pytest.mark.parametrize(
    ("seen", "within"),
    [
        (NOW, True),
        (NOW + timedelta(hours=24), True),
        (NOW + timedelta(hours=24, seconds=1), False),
        (NOW - timedelta(seconds=1), False),
        (date(2027, 3, 26), True),
        (date(2027, 3, 27), True),
        (date(2027, 3, 28), False),
        (date(2027, 3, 25), False),
        ("2027-03-26T10:00:00Z", True),
    ],
)
def test_within_next_reaches_from_now_to_the_end_of_the_span(seen: Any, within: bool) -> None:
    assert says("within_next", seen, NEXT_DAY) is within


def test_days_of_a_span_are_local_days() -> None:
    before_the_clocks_change = datetime(2027, 3, 27, 11, tzinfo=UTC)
    late = before_the_clocks_change + timedelta(hours=24)
    assert not says("within_next", late, Span(days=1), now=before_the_clocks_change)
    assert says("within_next", late, Span(hours=24), now=before_the_clocks_change)


def test_within_last_reaches_back() -> None:
    assert says("within_last", NOW, NEXT_DAY)
    assert says("within_last", NOW - timedelta(hours=24), NEXT_DAY)
    assert not says("within_last", NOW - timedelta(hours=24, seconds=1), NEXT_DAY)
    assert not says("within_last", NOW + timedelta(seconds=1), NEXT_DAY)
    assert says("within_last", date(2027, 3, 25), NEXT_DAY)
    assert not says("within_last", date(2027, 3, 24), NEXT_DAY)


def test_lists_include_without_case() -> None:
    assert says("includes", ["VIP", "new"], "vip")
    assert not says("includes", ["VIP"], "v")
    assert says("includes", (1, 2), Decimal(2))
    assert says("excludes", ["VIP"], "new")
    assert not says("excludes", frozenset({"vip"}), "VIP")
    assert not says("includes", [], "vip")
    assert says("excludes", [], "vip")


def test_truth_is_the_boolean_alone() -> None:
    assert [says("is_true", seen) for seen in (True, False, 1, "true", None)] == [True, False, False, False, False]
    assert [says("is_not_true", seen) for seen in (True, False, 1, "true", None)] == [False, True, True, True, True]
    assert says("equals", True, value=True)
    assert not says("equals", False, value=True)
    assert says("not_equals", False, value=True)


@pytest.mark.parametrize("seen", [None, "", " \n", [], {}])
def test_what_holds_nothing_is_empty(seen: Any) -> None:
    assert says("is_empty", seen)
    assert not says("is_not_empty", seen)


@pytest.mark.parametrize("seen", ["a", 0, False, Money(0, "EUR"), [0], NOW])
def test_what_holds_something_is_not_empty(seen: Any) -> None:
    assert says("is_not_empty", seen)
    assert not says("is_empty", seen)


VALUES: dict[str, Any] = (
    dict.fromkeys(("equals", "not_equals", "includes", "excludes"), "a")
    | dict.fromkeys(("contains", "not_contains", "starts_with", "ends_with"), "a")
    | {"one_of": ("a",), "between": (Decimal(1), Decimal(2))}
    | dict.fromkeys(("greater_than", "greater_or_equal", "less_than", "less_or_equal"), Decimal(1))
    | dict.fromkeys(("before", "after", "on"), date(2027, 1, 1))
    | dict.fromkeys(("within_next", "within_last"), NEXT_DAY)
    | dict.fromkeys(("is_empty", "is_not_empty", "is_true", "is_not_true"))
)


def test_every_operator_has_a_value_here() -> None:
    assert set(VALUES) == set(Operator)


@pytest.mark.parametrize("operator", Operator)
def test_a_missing_value_is_empty_untrue_excluding_unequal_and_nothing_else(operator: Operator) -> None:
    true = {"is_empty", "is_not_true", "excludes", "not_equals", "not_contains"}
    assert says(operator, None, VALUES[operator]) is (operator in true)
    (trace,) = explain(Comparison("a.b", operator, VALUES[operator]), Sheet({}, NOW, PARIS))
    assert trace.note == "missing"
    assert {str(one) for one in TRUE_WHEN_MISSING} == true


@pytest.mark.parametrize(
    ("operator", "seen", "value"),
    [
        ("equals", 1, "1"), ("equals", "1", Decimal(1)), ("equals", 1, True), ("not_equals", 1, "a"),
        ("greater_than", "60", Decimal(50)), ("less_than", True, Decimal(5)),
        ("contains", ["a"], "a"), ("not_contains", 5, "a"), ("starts_with", NOW, "2"), ("one_of", 1, ("1",)),
        ("between", "5", (Decimal(1), Decimal(9))),
        ("before", "soon", date(2027, 1, 1)), ("on", 20270101, date(2027, 1, 1)), ("after", NAIVE, NOW),
        ("within_next", "soon", NEXT_DAY), ("within_last", True, NEXT_DAY),
        ("includes", "vip", "vip"), ("excludes", "vip", "a"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_false_and_the_log_says_so(operator: str, seen: Any, value: Any) -> None:
    assert note(operator, seen, value) == "type"
    assert says(operator, seen, value) is False


NUMBER_OR_TEXT = st.integers() | st.text()
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(), st.dates(), st.datetimes(),
    st.datetimes(NAIVE, NAIVE.replace(year=2199), timezones=st.just(UTC)), st.lists(NUMBER_OR_TEXT),
    st.dictionaries(st.sampled_from(["amount", "currency", "x"]), NUMBER_OR_TEXT),
    st.builds(Money, st.integers(), st.text()),
)  # fmt: skip


@given(st.sampled_from(Operator), ODD)
def test_no_value_makes_a_condition_raise(operator: Operator, seen: Any) -> None:
    assert says(operator, seen, VALUES[operator]) in {True, False}


TRUE, FALSE = Comparison("a.yes", Operator.IS_TRUE), Comparison("a.no", Operator.IS_TRUE)
FACTS = Sheet({"a": {"yes": True, "no": False}}, NOW, PARIS)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (AllOf((TRUE, TRUE)), True),
        (AllOf((TRUE, FALSE)), False),
        (AnyOf((FALSE, TRUE)), True),
        (AnyOf((FALSE, FALSE)), False),
        (AllOf((FALSE,)), False),
        (AnyOf((TRUE,)), True),
        (AllOf((TRUE, AnyOf((FALSE, AllOf((TRUE, TRUE)))))), True),
    ],
)
def test_all_and_any_nest(condition: Any, expected: bool) -> None:
    assert compile_condition(condition)(FACTS) is expected


def test_the_log_holds_every_test_with_what_it_saw() -> None:
    due, vip = Comparison("invoice.due_on", Operator.BEFORE, date(2027, 1, 1)), "contact.custom.vip"
    condition = AllOf(
        (
            Comparison("invoice.amount_due", Operator.GREATER_THAN, Decimal("50.5")),
            AnyOf((due, Comparison(vip, Operator.IS_TRUE))),
        )
    )
    invoice = {"amount_due": Money(4000, "EUR"), "due_on": date(2027, 2, 1)}
    facts = Sheet({"invoice": invoice, "contact": {}}, NOW, PARIS)
    traces = explain(condition, facts)
    assert traces[0] == Trace("invoice.amount_due", "greater_than", Decimal("50.5"), Money(4000, "EUR"), result=False)
    assert [trace.plain() for trace in traces] == [
        {
            "property": "invoice.amount_due",
            "operator": "greater_than",
            "expected": "50.5",
            "seen": {"amount": 4000, "currency": "EUR"},
            "result": False,
        },
        {
            "property": "invoice.due_on",
            "operator": "before",
            "expected": "2027-01-01",
            "seen": "2027-02-01",
            "result": False,
        },
        {
            "property": "contact.custom.vip",
            "operator": "is_true",
            "expected": None,
            "seen": None,
            "result": False,
            "note": "missing",
        },
    ]
