"""How values behave inside a message: money and moments in the words of a locale, and the filters that shape them."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import wraps
from math import prod
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context
from liquid.undefined import Undefined

from models.date_forms import show_date
from models.money import Money, format_money, is_currency, major
from models.operators import moment_of, money_of

MAX_WORK = 1_000_000
"""The most that the lengths of a filter's value and arguments may multiply to."""

_ARITHMETIC = (
    "abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "sum", "times",
)  # fmt: skip


class Style(NamedTuple):
    """A locale that CLDR holds and the tenant's zone."""

    locale: str
    zone: ZoneInfo


class Amount(Decimal):
    """Money that compares in major units and prints as its locale writes it."""

    __slots__ = ("money", "style")

    money: Money
    style: Style

    def __str__(self) -> str:
        return format_money(self.money.amount, self.money.currency, self.style.locale)


class Moment:
    """A date or an instant that prints in its medium form."""

    __slots__ = ("style", "value")

    def __init__(self, value: date, style: Style) -> None:
        self.value = value
        self.style = style

    def __str__(self) -> str:
        return show_date(self.value, "medium", *self.style)


def in_words(value: object, style: Style) -> object:
    """Return a value as templates meet it."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return Moment(value, style)
    money = value if isinstance(value, Money) else money_of(value)
    if money is None or not is_currency(money.currency):
        return value
    amount = Amount(major(money.amount, money.currency))
    amount.money, amount.style = money, style
    return amount


def money_filter(value: object) -> object:
    """Write an amount in the locale, with the digits of its currency; what is missing stays missing."""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, Amount):
        return str(value)
    raise FilterArgumentError(f"money takes an amount with its currency, not {_shown(value)}", token=None)


@with_context
def date_filter(value: object, form: object = "medium", *, context: Any) -> object:
    """Write a date or an instant in one of the forms of `models.date_forms`; what is missing stays missing."""
    if isinstance(value, Undefined):
        return value
    moment = value.value if isinstance(value, Moment) else moment_of(value)
    if moment is None:
        raise FilterArgumentError(f"date takes a date or an instant, not {_shown(value)}", token=None)
    return show_date(moment, str(form), *context.style)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def filters(known: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return the known filters within limits, and our own."""
    ours = {"money": money_filter, "date": date_filter, "default": known["default"]}
    return {name: _guarded(name, filter_) for name, filter_ in known.items()} | ours


def _guarded(name: str, known: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that refuses to reckon with money, which it would take for 0, and to make a text explode."""

    @wraps(known)
    def guarded(value: object, *arguments: object, **options: object) -> Any:
        given = (value, *arguments)
        if name in _ARITHMETIC and any(isinstance(one, Amount) for one in given):
            raise FilterArgumentError(f"{name} does not reckon with money", token=None)
        if prod(len(one) for one in given if isinstance(one, str | list | range) and one) > MAX_WORK:
            raise FilterArgumentError(f"{name} is given too much text", token=None)
        return known(value, *arguments, **options)

    return guarded
