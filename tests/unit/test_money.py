"""Money: minor units after ISO 4217, sums of one currency, amounts as a locale writes them (R9, R18)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from babel.core import get_global
from babel.localedata import locale_identifiers
from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError, BrokenBooksError, NotFoundError
from models.money import (
    Money,
    divide,
    format_money,
    is_currency,
    major,
    minor_digits,
    round_half_away,
    times,
)

amounts = st.integers(-(10**15), 10**15)

# Written from ISO 4217's list, not from Babel: every currency in use has two digits but these.
ISO_DIGITS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

IN_USE = sorted(
    code
    for code in {row[0] for rows in get_global("territory_currencies").values() for row in rows}
    if is_currency(code)
)


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(4500, "EUR") + Money(1, "EUR") == Money(4501, "EUR")
    assert Money(4500, "EUR") - Money(4501, "EUR") == Money(-1, "EUR")
    assert -Money(4500, "EUR") == Money(-4500, "EUR")
    assert Money(0, "EUR") != Money(0, "JPY")
    assert not Money(0, "EUR")
    assert Money(-1, "EUR")


@given(amounts, amounts)
def test_amounts_compare_like_their_numbers(one: int, other: int) -> None:
    left, right = Money(one, "EUR"), Money(other, "EUR")
    assert (left < right, left <= right, left > right, left >= right, left == right) == (
        one < other,
        one <= other,
        one > other,
        one >= other,
        one == other,
    )
    assert len({left, right}) == len({one, other})


def test_two_currencies_never_mix() -> None:
    euros, yen = Money(1, "EUR"), Money(1, "JPY")
    for mix in (
        lambda: euros + yen,
        lambda: euros - yen,
        lambda: euros < yen,
        lambda: euros <= yen,
        lambda: euros > yen,
        lambda: euros >= yen,
    ):
        with pytest.raises(BrokenBooksError, match="EUR can't be added to or compared with one in JPY"):
            mix()


@pytest.mark.parametrize("amount", [1.0, Decimal(1), True, "1"])
def test_an_amount_is_an_integer_and_nothing_else(amount: int) -> None:
    with pytest.raises(TypeError, match="integer of minor units"):
        Money(amount, "EUR")


def test_minor_digits_follow_iso_4217() -> None:
    assert len(IN_USE) > 140
    assert {code: minor_digits(code) for code in IN_USE} == {code: ISO_DIGITS.get(code, 2) for code in IN_USE}


@pytest.mark.parametrize("code", ["FRF", "XXX", "XAU", "ZZZ", "eur", "EURO", ""])
def test_a_currency_that_is_not_in_use_is_refused(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(BadInputError, match="not an ISO 4217 currency"):
        minor_digits(code)


def test_the_refusal_names_the_nearest_currency() -> None:
    with pytest.raises(NotFoundError, match=r"'EU' is not .* Did you mean EUR\?"):
        minor_digits("EU")


def test_major_units_are_exact() -> None:
    assert str(major(4500, "EUR")) == "45.00"
    assert str(major(-5, "KWD")) == "-0.005"
    assert str(major(4500, "JPY")) == "4500"
    assert str(major(10**40 + 1, "EUR")) == "1" + "0" * 38 + ".01"


@given(amounts, st.sampled_from(IN_USE))
def test_major_units_lead_back_to_minor_ones(amount: int, currency: str) -> None:
    assert major(amount, currency) * 10 ** minor_digits(currency) == amount


def half_away(value: Fraction) -> int:
    """Oracle: the nearest integer, ties away from zero."""
    magnitude = int(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_ties_round_away_from_zero(value: Decimal) -> None:
    assert round_half_away(value) == half_away(Fraction(value)) == -round_half_away(-value)


@given(amounts, st.integers(1, 10**6))
def test_a_quotient_rounds_half_away_from_zero(numerator: int, denominator: int) -> None:
    assert divide(numerator, denominator) == half_away(Fraction(numerator, denominator))
    assert divide(-numerator, denominator) == -divide(numerator, denominator)


def test_ties_by_example() -> None:
    assert [round_half_away(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-0.5", "-2.5", "2.4999")] == [
        1,
        2,
        3,
        -1,
        -3,
        2,
    ]
    assert [divide(number, 2) for number in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]


@given(amounts, st.decimals(min_value=0, max_value=10**6, places=4))
def test_a_price_times_a_quantity_is_rounded_once(unit_amount: int, quantity: Decimal) -> None:
    assert times(unit_amount, quantity) == half_away(unit_amount * Fraction(quantity))


def test_times_keeps_what_a_decimal_context_would_lose() -> None:
    assert times(10**30 + 1, Decimal("1.0000")) == 10**30 + 1
    assert times(333, Decimal("1.5")) == 500
    assert times(-333, Decimal("1.5")) == -500


def test_amounts_are_written_as_the_locale_writes_them() -> None:
    assert format_money(123450, "EUR", "fr") == "1\u202f234,50\u00a0€"
    assert format_money(-123450, "USD", "en-US") == "-$1,234.50"
    assert format_money(1234, "JPY", "ja") == "\uffe51,234"
    assert format_money(1234567, "KWD", "en") == "KWD\u00a01,234.567"
    assert format_money(123456789, "INR", "hi_IN") == "₹12,34,567.89"
    assert format_money(5, "EUR", "de_AT") == "€\u00a00,05"
    assert format_money(0, "EUR", "fr") == "0,00\u00a0€"


def test_letters_do_not_touch_digits() -> None:
    assert format_money(1234, "CHF", "en") == "CHF\u00a012.34"
    assert format_money(-1234, "CHF", "en") == "-CHF\u00a012.34"
    assert format_money(1234, "CHF", "de_CH") == "CHF\u00a012.34"


def test_digits_that_people_leave_out_are_still_shown() -> None:
    assert format_money(1234, "RSD", "fr") == "12,34\u00a0RSD"
    assert format_money(1234, "IQD", "fr") == "1,234\u00a0IQD"


SAME_DIGITS = [code for code in IN_USE if get_currency_precision(code) == minor_digits(code)]


@given(st.integers(-(10**12), 10**12), st.sampled_from(SAME_DIGITS), st.sampled_from(sorted(locale_identifiers())))
def test_every_locale_writes_what_babel_writes(amount: int, currency: str, locale: str) -> None:
    expected = format_currency(major(amount, currency), currency, locale=locale)
    assert format_money(amount, currency, locale).replace("\u00a0", "") == expected.replace("\u00a0", "")


@pytest.mark.parametrize("locale", ["fx-RF", "", "not a locale", "français"])
def test_an_unknown_locale_is_refused(locale: str) -> None:
    with pytest.raises(BadInputError, match="not a known locale"):
        format_money(1, "EUR", locale)
