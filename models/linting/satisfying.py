"""Whether conditions can be true together: some value for each property, tried with the operators of the engine itself.

A claim is taken apart into tests of single properties; each property is then given the values that matter to its tests:
missing, on, just below and just above every bound, a text made of all the pieces asked for. Where none passes, no value
does. What can't be told without a clock or a zone, or would take too many ways, counts as possible.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from models.conditions import AnyOf, Comparison, Condition, compile_condition
from models.operators import Operator
from models.vocabulary import Kind, kind_of

MOST_WAYS = 256
_OTHER = "\ue000"
_SOME_DAY, _UTC = datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
_NEAR, _RELATIVE = Decimal("0.000001"), Decimal("1e-20")
_CLOCKED = frozenset({Operator.WITHIN_NEXT, Operator.WITHIN_LAST})

Claim = tuple[Condition, bool]
"""A condition that is true or false."""
Test = tuple[Comparison, bool]
Way = tuple[Test, ...]


def conflict(claims: Iterable[Claim]) -> str | None:
    """Return a property of which too much is asked for all claims to hold at one instant, None where they can."""
    ways: list[Way] = [()]
    for condition, holds in claims:
        ways = _together([ways, _ways(condition, holds=holds)])
    if len(ways) > MOST_WAYS:
        return None
    first: str | None = None
    for way in ways:
        torn = _torn(way)
        if torn is None:
            return None
        first = first or torn
    return first


def _ways(condition: Condition, *, holds: bool) -> list[Way]:
    """Return the ways in which a condition comes out so, each a list of tests that all come out so."""
    if isinstance(condition, Comparison):
        return [((condition, holds),)]
    parts = [_ways(part, holds=holds) for part in condition.parts]
    if isinstance(condition, AnyOf) is holds:
        return [way for part in parts for way in part]
    return _together(parts)


def _together(parts: Sequence[Sequence[Way]]) -> list[Way]:
    """Return every choice of one way of each part; beyond the most that are looked at one more is enough."""
    ways: list[Way] = [()]
    for part in parts:
        ways = [one + other for one, other in product(ways, part)][: MOST_WAYS + 1]
    return ways


def _torn(way: Way) -> str | None:
    """Return the first property for which no value passes all its tests."""
    by_property: dict[str, list[Test]] = {}
    for test in way:
        by_property.setdefault(test[0].property, []).append(test)
    return next((name for name, tests in by_property.items() if not _fits(name, tests)), None)


def _fits(name: str, tests: Sequence[Test]) -> bool:
    if _needs_a_clock(tests):
        return True
    predicates = [(compile_condition(test), holds) for test, holds in tests]
    facts = (_Facts(value) for value in _values(kind_of(name), tests))
    return any(all(predicate(one) is holds for predicate, holds in predicates) for one in facts)


def _needs_a_clock(tests: Sequence[Test]) -> bool:
    """Whether a test is about now, or days stand beside instants: that hangs on the clock and the zone."""
    instants = {isinstance(bound, datetime) for bound in _bounds(tests) if isinstance(bound, date)}
    return len(instants) > 1 or any(test.operator in _CLOCKED for test, _ in tests)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts in which every property has one value."""

    value: Any
    now: datetime = _SOME_DAY
    zone: ZoneInfo = _UTC

    def get(self, _name: str, /) -> object:
        return self.value


# --- the values that matter


def _bounds(tests: Sequence[Test]) -> Iterator[Any]:
    for test, _ in tests:
        yield from test.value if isinstance(test.value, tuple) else (test.value,)


def _values(kind: Kind | None, tests: Sequence[Test]) -> Iterator[Any]:
    yield None
    for one, values in _MAKERS.items():
        if kind in {one, None, Kind.ANY}:
            yield from values(tests)


def _asked(tests: Sequence[Test], verb: Operator, opposite: Operator | None = None) -> list[Any]:
    """Return what one operator asks for, also as an opposite that must not hold."""
    return [test.value for test, holds in tests if test.operator == (verb if holds else opposite)]


def _texts(tests: Sequence[Test]) -> Iterator[str]:
    """Yield every text that is named, and texts of a beginning, all pieces and an ending that are asked for."""
    yield from (bound for bound in _bounds(tests) if isinstance(bound, str))
    pieces = map(str, _asked(tests, Operator.CONTAINS, Operator.NOT_CONTAINS))
    middle = _OTHER.join(["", *pieces, ""])
    yield from ("", middle)
    heads, tails = _asked(tests, Operator.STARTS_WITH), _asked(tests, Operator.ENDS_WITH)
    yield from (f"{head}{middle}{tail}" for head in ("", *heads) for tail in ("", *tails))


def _numbers(tests: Sequence[Test]) -> Iterator[Decimal]:
    yield Decimal(0)
    for bound in _bounds(tests):
        if isinstance(bound, Decimal):
            near = max(_NEAR, abs(bound) * _RELATIVE)
            yield from (bound - near, bound, bound + near)


def _moments(tests: Sequence[Test]) -> Iterator[date]:
    yield date(2000, 1, 1)
    for bound in _bounds(tests):
        if isinstance(bound, date):
            near = timedelta(seconds=1) if isinstance(bound, datetime) else timedelta(days=1)
            yield from (bound - near, bound, bound + near)


def _lists(tests: Sequence[Test]) -> Iterator[list[Any]]:
    yield from ([], [_OTHER], _asked(tests, Operator.INCLUDES, Operator.EXCLUDES))


_MAKERS: Mapping[Kind, Callable[[Sequence[Test]], Iterator[Any]]] = {
    Kind.TEXT: _texts,
    Kind.NUMBER: _numbers,
    Kind.MONEY: _numbers,
    Kind.DATE: _moments,
    Kind.INSTANT: _moments,
    Kind.LIST: _lists,
    Kind.ANY: lambda _tests: iter((True, False)),
}
