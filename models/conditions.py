"""Conditions: tests of properties joined by all and any, read from files, compiled to closures, explained in the log.

A missing value is empty, not true, excludes and does not equal or contain anything; every other test of it is false.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.money import Money
from models.operators import TRUE_WHEN_MISSING, Expected, Facts, Matcher, Operator, Span, matcher


@dataclass(frozen=True, slots=True)
class Comparison:
    """One property, one operator, and what it is compared with."""

    property: str
    operator: Operator
    value: Expected = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is."""

    parts: tuple["Condition", ...]


Condition = Comparison | AllOf | AnyOf
Predicate = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Trace:
    """What one test saw; `note` is `missing` for a value that is not there, `type` for one that can't be compared."""

    property: str
    operator: str
    expected: Any
    seen: Any
    result: bool
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the trace as JSON data for the run's log."""
        shown = {"property": self.property, "operator": self.operator, "expected": plain(self.expected)}
        note = {"note": self.note} if self.note else {}
        return shown | {"seen": plain(self.seen), "result": self.result} | note


class Sheet:
    """Facts from values nested by group, `{"contact": {"name": "Zoé"}}`, the form that messages take too."""

    __slots__ = ("now", "values", "zone")

    def __init__(self, values: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> None:
        self.values = values
        self.now = now
        self.zone = zone

    def get(self, name: str, /) -> object:
        """Return the value at a dotted name, None where there is none."""
        found: Any = self.values
        for step in _steps(name):
            if not isinstance(found, dict):
                return None
            found = found.get(step)
        return found


@lru_cache(maxsize=4096)
def _steps(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


def compile_condition(condition: Condition) -> Predicate:
    """Return the condition as one closure, which never raises."""
    if isinstance(condition, Comparison):
        return _compile_test(condition)
    parts = [compile_condition(part) for part in condition.parts]
    return parts[0] if len(parts) == 1 else (_all(parts) if isinstance(condition, AllOf) else _any(parts))


def _compile_test(test: Comparison) -> Predicate:
    name, match, when_missing = test.property, matcher(test.operator, test.value), test.operator in TRUE_WHEN_MISSING

    def holds(facts: Facts) -> bool:
        seen = facts.get(name)
        return when_missing if seen is None else match(seen, facts) is True

    return holds


def _all(parts: Sequence[Predicate]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs as much as the test itself
            if not part(facts):
                return False
        return True

    return holds


def _any(parts: Sequence[Predicate]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs as much as the test itself
            if part(facts):
                return True
        return False

    return holds


def explain(condition: Condition, facts: Facts) -> list[Trace]:
    """Return what every test of the condition sees, also those that its result does not hang on."""
    if isinstance(condition, Comparison):
        return [_trace(condition, matcher(condition.operator, condition.value), facts)]
    return [trace for part in condition.parts for trace in explain(part, facts)]


def _trace(test: Comparison, match: Matcher, facts: Facts) -> Trace:
    seen = facts.get(test.property)
    if seen is None:
        return Trace(test.property, test.operator, test.value, None, test.operator in TRUE_WHEN_MISSING, "missing")
    found = match(seen, facts)
    return Trace(test.property, test.operator, test.value, seen, found is True, "type" if found is None else "")


def plain(value: Any) -> Any:
    """Return a property's value as JSON data; numbers that JSON would round stay texts."""
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Span):
        return {"days": value.days, "hours": value.hours, "minutes": value.minutes}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value
