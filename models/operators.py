"""What each operator of a condition does with a value that is there, compiled once for its expected value.

A matcher answers true or false, or None where the types don't meet, which counts as false and is said in the log. Money
compares in major units, text without case after NFC; a date beside an instant makes both local dates.
"""

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol
from unicodedata import normalize
from zoneinfo import ZoneInfo

from models.money import Money, is_currency, minor_digits
from models.periods import add_delay, local_date
from models.yamlfile import as_date, as_instant


class Operator(StrEnum):
    """The verbs of conditions."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    ONE_OF = "one_of"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    GREATER_THAN = "greater_than"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_THAN = "less_than"
    LESS_OR_EQUAL = "less_or_equal"
    BETWEEN = "between"
    BEFORE = "before"
    AFTER = "after"
    ON = "on"
    WITHIN_NEXT = "within_next"
    WITHIN_LAST = "within_last"
    IS_TRUE = "is_true"
    IS_NOT_TRUE = "is_not_true"
    INCLUDES = "includes"
    EXCLUDES = "excludes"


TRUE_WHEN_MISSING = frozenset(
    {Operator.IS_EMPTY, Operator.IS_NOT_TRUE, Operator.EXCLUDES, Operator.NOT_EQUALS, Operator.NOT_CONTAINS}
)
"""What is true of a value that is not there; every other operator is false."""


class Facts(Protocol):
    """What a condition looks at: values by property name (None is missing), the present instant, the tenant's zone."""

    @property
    def now(self) -> datetime: ...

    @property
    def zone(self) -> ZoneInfo: ...

    def get(self, name: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: local calendar days, elapsed hours and minutes (R2)."""

    days: int = 0
    hours: int = 0
    minutes: int = 0

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant this much later."""
        return add_delay(instant, zone, days=self.days, hours=self.hours, minutes=self.minutes)

    def before(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant this much earlier."""
        return add_delay(instant, zone, days=-self.days, hours=-self.hours, minutes=-self.minutes)


Matcher = Callable[[object, Facts], bool | None]
Expected = str | bool | Decimal | date | Span | tuple[Any, ...] | None
"""What a condition compares with; a `datetime` is a `date` to Python and stands for an instant."""

_Compare = Callable[[Any, Any], bool]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a text as comparisons see it: after NFC and without case."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFC", text).casefold())


def matcher(verb: str, expected: Expected) -> Matcher:
    """Return the compiled test of an operator for one expected value."""
    return _MAKERS[verb](expected)


def money_of(value: object) -> Money | None:
    """Return the money that an event's `{"amount": …, "currency": …}` means, or None."""
    if isinstance(value, dict) and len(value) == 2:
        amount, currency = value.get("amount"), value.get("currency")
        if type(amount) is int and isinstance(currency, str):
            return Money(amount, currency)
    return None


# --- equal and unequal


def _equals(expected: Expected) -> Matcher:
    if isinstance(expected, bool):
        return lambda seen, _facts: seen is expected if isinstance(seen, bool) else None
    if isinstance(expected, Decimal):
        return _numeric(operator.eq, expected)
    if isinstance(expected, date):
        return _temporal(operator.eq, expected)
    wanted = fold(str(expected))
    return lambda seen, _facts: fold(seen) == wanted if isinstance(seen, str) else None


def _not(match: Callable[[Expected], Matcher]) -> Callable[[Expected], Matcher]:
    def make(expected: Expected) -> Matcher:
        inner = match(expected)

        def negated(seen: object, facts: Facts) -> bool | None:
            found = inner(seen, facts)
            return None if found is None else not found

        return negated

    return make


def _one_of(expected: Any) -> Matcher:
    texts = frozenset(fold(item) for item in expected if isinstance(item, str))
    others = [_equals(item) for item in expected if not isinstance(item, str)]

    def match(seen: object, facts: Facts) -> bool | None:
        if isinstance(seen, str):
            return fold(seen) in texts
        found = [other(seen, facts) for other in others]
        return None if all(one is None for one in found) else True in found

    return match


# --- text


def _text(test: _Compare) -> Callable[[Expected], Matcher]:
    def make(expected: Expected) -> Matcher:
        wanted = fold(str(expected))
        return lambda seen, _facts: test(fold(seen), wanted) if isinstance(seen, str) else None

    return make


# --- numbers and money


def _number(compare: _Compare) -> Callable[[Any], Matcher]:
    return lambda expected: _numeric(compare, expected)


def _numeric(compare: _Compare, expected: Decimal) -> Matcher:
    level: int | Decimal = int(expected) if expected == expected.to_integral_value() else expected
    minor = _Minor(level)

    def match(seen: object, _facts: Facts) -> bool | None:
        if type(seen) is int:
            return compare(seen, level)
        money = seen if type(seen) is Money else money_of(seen)
        if money is not None:
            there = minor[money.currency]
            return None if there is None else compare(money.amount, there)
        number = Decimal(repr(seen)) if isinstance(seen, float) else seen
        return compare(number, level) if isinstance(number, Decimal) and number.is_finite() else None

    return match


class _Minor(dict[str, int | Decimal | None]):
    """A number of major units in the minor units of each currency; None in one that there is not."""

    def __init__(self, major: int | Decimal) -> None:
        super().__init__()
        self._major = major

    def __missing__(self, currency: str) -> int | Decimal | None:
        if not is_currency(currency):
            return None
        scale: int = 10 ** minor_digits(currency)
        return self.setdefault(currency, self._major * scale)


def _between(expected: Any) -> Matcher:
    low, high = expected
    if isinstance(low, Decimal):
        least, most = _numeric(operator.ge, low), _numeric(operator.le, high)
    else:
        least, most = _temporal(operator.ge, low), _temporal(operator.le, high)

    def match(seen: object, facts: Facts) -> bool | None:
        enough = least(seen, facts)
        return most(seen, facts) if enough else enough

    return match


# --- time


def _moment(compare: _Compare) -> Callable[[Any], Matcher]:
    return lambda expected: _temporal(compare, expected)


def moment_of(seen: object) -> date | None:
    """Return the date or the aware instant that a value is or says, or None."""
    if isinstance(seen, datetime):
        return seen if seen.tzinfo else None
    if isinstance(seen, date):
        return seen
    return (as_date(seen) or as_instant(seen)) if isinstance(seen, str) else None


def _temporal(compare: _Compare, expected: date) -> Matcher:
    def match(seen: object, facts: Facts) -> bool | None:
        moment = moment_of(seen)
        if moment is None:
            return None
        if isinstance(moment, datetime) and isinstance(expected, datetime):
            return compare(moment, expected)
        return compare(_day(moment, facts.zone), _day(expected, facts.zone))

    return match


def _day(moment: date, zone: ZoneInfo) -> date:
    return local_date(moment, zone) if isinstance(moment, datetime) else moment


def _within(bounds: Callable[[datetime, ZoneInfo], tuple[datetime, datetime]]) -> Matcher:
    bounds = lru_cache(maxsize=256)(bounds)

    def match(seen: object, facts: Facts) -> bool | None:
        moment = moment_of(seen)
        if moment is None:
            return None
        first, last = bounds(facts.now, facts.zone)
        if isinstance(moment, datetime):
            return first <= moment <= last
        return local_date(first, facts.zone) <= moment <= local_date(last, facts.zone)

    return match


def _within_next(span: Any) -> Matcher:
    return _within(lambda now, zone: (now, span.after(now, zone)))


def _within_last(span: Any) -> Matcher:
    return _within(lambda now, zone: (span.before(now, zone), now))


# --- presence, truth, lists


def _empty(seen: object) -> bool:
    return not seen.strip() if isinstance(seen, str) else isinstance(seen, Collection) and not seen


_LISTS = (list, tuple, set, frozenset)


def _includes(expected: Expected) -> Matcher:
    same = _equals(expected)

    def match(seen: object, facts: Facts) -> bool | None:
        if not isinstance(seen, _LISTS):
            return None
        for item in seen:  # noqa: SIM110 - a generator costs as much as the test itself
            if same(item, facts):
                return True
        return False

    return match


_MAKERS: dict[str, Callable[[Any], Matcher]] = {
    Operator.EQUALS: _equals,
    Operator.NOT_EQUALS: _not(_equals),
    Operator.CONTAINS: _text(operator.contains),
    Operator.NOT_CONTAINS: _not(_text(operator.contains)),
    Operator.STARTS_WITH: _text(str.startswith),
    Operator.ENDS_WITH: _text(str.endswith),
    Operator.ONE_OF: _one_of,
    Operator.IS_EMPTY: lambda _: lambda seen, _facts: _empty(seen),
    Operator.IS_NOT_EMPTY: lambda _: lambda seen, _facts: not _empty(seen),
    Operator.GREATER_THAN: _number(operator.gt),
    Operator.GREATER_OR_EQUAL: _number(operator.ge),
    Operator.LESS_THAN: _number(operator.lt),
    Operator.LESS_OR_EQUAL: _number(operator.le),
    Operator.BETWEEN: _between,
    Operator.BEFORE: _moment(operator.lt),
    Operator.AFTER: _moment(operator.gt),
    Operator.ON: _moment(operator.eq),
    Operator.WITHIN_NEXT: _within_next,
    Operator.WITHIN_LAST: _within_last,
    Operator.IS_TRUE: lambda _: lambda seen, _facts: seen is True,
    Operator.IS_NOT_TRUE: lambda _: lambda seen, _facts: seen is not True,
    Operator.INCLUDES: _includes,
    Operator.EXCLUDES: _not(_includes),
}
