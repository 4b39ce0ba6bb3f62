"""What a person asks for is refused in whole sentences: what stands in the way, and what to do instead."""

from models.errors import BadInputError
from models.money import major

OPERATOR = "/operator"
"""Where acts of people come from, as the source of an event."""


class RefusedError(BadInputError):
    """An act that can't be done as things stand; nothing was changed."""


def show(amount: int, currency: str) -> str:
    """Return minor units as people read them in refusals and alerts: 4500 EUR is `45.00 EUR`."""
    return f"{major(amount, currency)} {currency}"
