"""Money: integer minor units with their currency, never a float (R9, R18)."""

from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple, Self

from babel.core import Locale, UnknownLocaleError, get_global
from babel.localedata import locale_identifiers
from babel.numbers import (
    NumberPattern,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_pattern,
)

from models.errors import BrokenBooksError, NotFoundError
from models.suggestions import did_you_mean

_IN_USE: frozenset[str] = frozenset(
    code
    for territory in get_global("territory_currencies").values()
    for code, _since, until, tender in territory
    if tender and until is None
)

# Babel counts the digits people write (CLDR), ISO 4217 those that exist: here they part.
_DIGITS = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)


class UnknownCurrencyError(NotFoundError):
    """A code that is no ISO 4217 currency in use today."""

    def __init__(self, code: str) -> None:
        near = did_you_mean(code, _IN_USE)
        super().__init__(f"{code!r} is not an ISO 4217 currency in use.{near} Write its three capital letters.")
        self.code = code


class UnknownLocaleNameError(NotFoundError):
    """A locale that CLDR does not hold."""

    def __init__(self, name: str) -> None:
        near = did_you_mean(name, locale_identifiers())
        super().__init__(
            f"{name!r} is not a known locale.{near} Write a language, or language and country as in fr_FR."
        )
        self.name = name


class MixedCurrenciesError(BrokenBooksError):
    """Amounts of two currencies met where one was meant; prices are never converted (R9)."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"An amount in {one} can't be added to or compared with one in {other}: keep them apart.")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units of one currency; sums and comparisons never mix two currencies."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            message = f"An amount is an integer of minor units, not {self.amount!r}."
            raise TypeError(message)

    def __add__(self, other: Self) -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise MixedCurrenciesError(self.currency, other.currency)
        return other.amount


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency that some country uses today, in capitals."""
    return code in _IN_USE


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """Return the decimals of a currency after ISO 4217 (JPY 0, EUR 2, KWD 3); an unknown one is an error."""
    if currency not in _IN_USE:
        raise UnknownCurrencyError(currency)
    return _DIGITS.get(currency) or get_currency_precision(currency)


def major(amount: int, currency: str) -> Decimal:
    """Return minor units as the exact number people say: 4500 EUR is 45.00."""
    digits = tuple(map(int, str(abs(amount))))
    return Decimal((int(amount < 0), digits, -minor_digits(currency)))


def divide(numerator: int, denominator: int) -> int:
    """Return the quotient rounded half away from zero (R18); the denominator is positive."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def round_half_away(value: Decimal) -> int:
    """Return the nearest integer, ties away from zero, so that negatives mirror positives (R18)."""
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def times(unit_amount: int, quantity: Decimal) -> int:
    """Return the price of a quantity in minor units, exact before its one rounding (R18)."""
    numerator, denominator = quantity.as_integer_ratio()
    return divide(unit_amount * numerator, denominator)


class _Form(NamedTuple):
    """How a locale writes amounts of a currency."""

    positive: tuple[str, str]
    negative: tuple[str, str]
    whole: NumberPattern
    by_thousands: bool
    group: str
    point: str
    digits: int


def format_money(amount: int, currency: str, locale: str) -> str:
    """Return minor units as the locale writes them (`1 234,50 €`), with all of the currency's digits."""
    form = _form(currency, locale)
    before, after = form.negative if amount < 0 else form.positive
    whole, rest = divmod(abs(amount), 10**form.digits)
    grouped = f"{whole:,}".replace(",", form.group) if form.by_thousands else form.whole.apply(whole, locale)
    fraction = f"{form.point}{rest:0{form.digits}d}" if form.digits else ""
    return f"{before}{grouped}{fraction}{after}"


@lru_cache(maxsize=4096)
def _form(currency: str, name: str) -> _Form:
    digits = minor_digits(currency)
    locale = locale_named(name)
    pattern = locale.currency_formats["standard"]
    return _Form(
        positive=_around(1, pattern, currency, locale),
        negative=_around(-1, pattern, currency, locale),
        whole=parse_pattern(pattern.number_pattern.partition(".")[0]),
        by_thousands=pattern.grouping == (3, 3),
        group=get_group_symbol(locale),
        point=get_decimal_symbol(locale),
        digits=digits,
    )


def _around(one: int, pattern: NumberPattern, currency: str, locale: Locale) -> tuple[str, str]:
    """Return what stands before and after the digits; letters never touch them (CLDR's currency spacing)."""
    bare = copy(pattern)
    bare.frac_prec = (0, 0)
    before, _, after = bare.apply(one, locale, currency=currency, currency_digits=False).partition("1")
    symbol = get_currency_symbol(currency, locale)
    if symbol[-1].isalpha() and before.endswith(symbol):
        before += "\N{NO-BREAK SPACE}"
    if symbol[0].isalpha() and after.startswith(symbol):
        after = "\N{NO-BREAK SPACE}" + after
    return before, after


@lru_cache(maxsize=512)
def locale_named(name: str) -> Locale:
    """Return what CLDR knows of a locale; an unknown one is an error."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise UnknownLocaleNameError(name) from None
