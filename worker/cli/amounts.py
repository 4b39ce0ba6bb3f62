"""Amounts as people type them: `45`, `45.00` or `45,00` in the units that people say."""

from decimal import Decimal, InvalidOperation

from models.errors import BadInputError
from models.money import minor_digits

LONGEST = 15


def minor(text: str, currency: str) -> int:
    """Return an amount in minor units: `45.00` of EUR is 4500; more decimals than the currency has are refused."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(text) > LONGEST:
        raise BadInputError(f"{text!r} is no amount. Write it as 45.00, without the currency, here {currency}.")
    units = value.scaleb(minor_digits(currency))
    if units != units.to_integral_value():
        raise BadInputError(f"{text!r} has more decimals than {currency} has: {minor_digits(currency)}.")
    if units <= 0:
        raise BadInputError(f"{text!r} is no amount to act with: it must be more than nothing.")
    return int(units)
