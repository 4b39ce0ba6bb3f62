"""A010 to A012: conditions that can't be true or false where they stand, and steps that no run comes to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import AllOf, AnyOf, Comparison, Sheet, compile_condition
from models.linting.satisfying import conflict
from models.operators import Operator
from models.periods import zone
from tests.unit.linted import ASK, MAIL, codes, holds, odd, wait, when
from tests.unit.test_conditions import NOW

BIG, SMALL = holds("invoice.amount_due", "greater_than", 50), holds("invoice.amount_due", "less_than", 50)
NEVER = [
    [BIG, SMALL],
    [BIG, holds("invoice.amount_due", "equals", 50)],
    [holds("invoice.amount_due", "between", [10, 20]), holds("invoice.amount_due", "greater_than", 20)],
    [BIG, holds("invoice.amount_due", "is_empty")],
    [holds("contact.id", "equals", "zoe"), holds("contact.id", "equals", "ada")],
    [holds("contact.id", "equals", "zoe"), holds("contact.id", "not_equals", "ZOE")],
    [holds("contact.id", "one_of", ["zoe", "ada"]), holds("contact.id", "equals", "leo")],
    [holds("contact.name", "starts_with", "a"), holds("contact.name", "starts_with", "b")],
    [holds("contact.name", "contains", "anna"), holds("contact.name", "not_contains", "nn")],
    [holds("contact.name", "ends_with", "x"), holds("contact.name", "is_empty")],
    [holds("contact.tags", "includes", "vip"), holds("contact.tags", "excludes", "VIP")],
    [holds("invoice.due_on", "before", "2027-01-05"), holds("invoice.due_on", "after", "2027-01-05")],
    [holds("contact.custom.vip", "is_true"), holds("contact.custom.vip", "is_not_true")],
    [holds("contact.custom.n", "equals", 3), holds("contact.custom.n", "equals", "three")],
    [{"any": [BIG, holds("invoice.number", "equals", "1")]}, SMALL, holds("invoice.number", "equals", "2")],
]
SOMETIMES = [
    [BIG, holds("invoice.amount_due", "less_than", 50.01)],
    [BIG, holds("invoice.total", "less_than", 50)],
    [holds("contact.name", "contains", "ab"), holds("contact.name", "ends_with", "bc")],
    [holds("contact.name", "contains", "a"), holds("contact.name", "contains", "b")],
    [holds("contact.name", "not_contains", "a"), holds("contact.name", "not_equals", "b")],
    [holds("contact.tags", "includes", "vip"), holds("contact.tags", "includes", "old")],
    [holds("contact.tags", "excludes", "vip"), holds("contact.tags", "excludes", "old")],
    [holds("invoice.due_on", "within_next", {"days": 3}), holds("invoice.due_on", "before", "2027-01-05")],
    [holds("invoice.due_on", "on", "2027-01-05"), holds("invoice.due_on", "before", "2027-01-05T23:30:00Z")],
    [{"any": [BIG, SMALL]}, holds("invoice.amount_due", "not_equals", 50)],
]


@pytest.mark.parametrize("parts", NEVER)
def test_comparisons_that_contradict_each_other(parts: list[Any]) -> None:
    assert odd(when({"all": parts}, MAIL)) == [("A010", "steps.0.if")]
    assert odd(MAIL, trigger={"where": {"all": parts}}) == [("A010", "trigger.where")]


@pytest.mark.parametrize("parts", SOMETIMES)
def test_comparisons_that_fit_together(parts: list[Any]) -> None:
    assert codes(when({"all": parts}, MAIL, otherwise=[MAIL])) == []


def test_the_same_condition_inside_itself_is_always_true() -> None:
    assert odd(when(BIG, when(BIG, MAIL))) == [("A011", "steps.0.then.0.if")]
    assert odd(when(BIG, MAIL, otherwise=[when(BIG, MAIL)])) == [("A010", "steps.0.else.0.if")]
    everything = [BIG, holds("invoice.amount_due", "less_or_equal", 50), holds("invoice.amount_due", "is_empty")]
    assert odd(when({"any": everything}, MAIL)) == [("A011", "steps.0.if")]
    assert codes(when(BIG, when(holds("invoice.amount_due", "greater_than", 60), MAIL))) == []


def test_what_the_trigger_asked_is_known_at_the_first_step() -> None:
    assert odd(when(BIG, MAIL), trigger={"where": BIG}) == [("A011", "steps.0.if")]
    later = {"per": "24h", "over": "defer"}
    assert codes(when(BIG, MAIL), trigger={"where": BIG}, limit=later) == []


@pytest.mark.parametrize("between", [wait(days=3), MAIL])
def test_after_a_wait_or_an_action_everything_is_read_anew(between: dict[str, Any]) -> None:
    assert codes(when(BIG, between, when(BIG, MAIL))) == []
    assert codes(between, when(BIG, MAIL), trigger={"where": BIG}) == []


def test_what_a_way_that_ends_has_found_is_known_afterwards() -> None:
    assert odd(when(BIG, "end"), when(BIG, MAIL)) == [("A010", "steps.1.if")]
    assert odd(when(BIG, "end", otherwise=[wait(days=1)]), when(BIG, MAIL)) == []
    assert codes(when(BIG, when(SMALL, "end"), MAIL), when(BIG, MAIL)) == ["A010"]


def test_steps_that_no_run_comes_to() -> None:
    assert odd("end", MAIL) == [("A012", "steps.1")]
    assert odd(when(BIG, "end", otherwise=["end"]), MAIL, MAIL) == [("A012", "steps.1")]
    assert odd(when(BIG, "end", MAIL)) == [("A012", "steps.0.then.1")]
    assert codes(when(BIG, "end"), MAIL) == []
    assert codes(ASK, "end", on="session.booked", limit={"per": "24h"}) == []


# Nothing that can be true is ever called impossible

TEXTS = st.sampled_from(["", "a", "ab", "ba", "A", "x", "2027-01-05"])
NUMBERS = st.decimals(-2, 2, places=1)
TESTS = st.one_of(
    st.builds(
        Comparison, st.just("contact.name"), st.sampled_from(["equals", "not_equals", "contains", "starts_with"]), TEXTS
    ),
    st.builds(Comparison, st.just("contact.name"), st.just("ends_with"), TEXTS),
    st.builds(Comparison, st.just("contact.name"), st.just("one_of"), st.tuples(TEXTS, TEXTS)),
    st.builds(
        Comparison,
        st.sampled_from(["invoice.days_overdue", "contact.custom.x"]),
        st.sampled_from(["equals", "not_equals", "greater_than", "less_than", "less_or_equal"]),
        NUMBERS,
    ),
    st.builds(
        Comparison, st.just("contact.custom.x"), st.sampled_from(["equals", "includes", "contains", "excludes"]), TEXTS
    ),
    st.builds(
        Comparison,
        st.sampled_from(["contact.name", "contact.custom.x", "invoice.days_overdue"]),
        st.sampled_from(["is_empty", "is_not_empty"]),
    ),
    st.builds(Comparison, st.just("contact.custom.x"), st.sampled_from(["is_true", "is_not_true"])),
)
CONDITIONS = st.recursive(
    TESTS.map(lambda test: Comparison(test.property, Operator(test.operator), test.value)),
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)), st.sampled_from([AllOf, AnyOf]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
VALUES = st.fixed_dictionaries(
    {
        "contact": st.fixed_dictionaries(
            {
                "name": st.none() | TEXTS,
                "custom": st.fixed_dictionaries(
                    {"x": st.none() | st.booleans() | TEXTS | NUMBERS | st.lists(TEXTS, max_size=2)}
                ),
            }
        ),
        "invoice": st.fixed_dictionaries({"days_overdue": st.none() | NUMBERS}),
    }
)


@given(st.lists(CONDITIONS, min_size=1, max_size=3), VALUES)
def test_what_some_values_make_true_is_possible(conditions: list[Any], values: dict[str, Any]) -> None:
    facts = Sheet(values, NOW, zone("Europe/Paris"))
    assert conflict([(condition, compile_condition(condition)(facts)) for condition in conditions]) is None
