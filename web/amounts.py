"""Amounts as people type them."""

import re
from decimal import Decimal, InvalidOperation

from models.money import minor_digits

_SPACES = re.compile(r"[\s\u00a0\u202f€$£]")
LARGEST = 10**11
"""No page takes more, in minor units."""


def read_amount(text: str, currency: str) -> int | None:
    """Return what was typed in minor units (`45`, `45,00`, `1 234.50`), or None where that is no amount."""
    plain = _SPACES.sub("", text).removesuffix(currency).replace(",", ".")
    whole, _, fraction = plain.rpartition(".") if "." in plain else (plain, "", "")
    if not re.fullmatch(r"[0-9]{1,12}", whole) or not re.fullmatch(r"[0-9]*", fraction):
        return None
    try:
        amount = Decimal(f"{whole}.{fraction or 0}").scaleb(minor_digits(currency))
    except InvalidOperation:
        return None
    return int(amount) if amount == int(amount) and amount <= LARGEST else None


def show_amount(amount: int, currency: str, *, comma: bool) -> str:
    """Return minor units as a field shows them: `45,00` in French, `45.00` else."""
    digits = minor_digits(currency)
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}{',' if comma else '.'}{rest:0{digits}d}" if digits else str(whole)
