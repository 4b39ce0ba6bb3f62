"""Lengths of time as they are typed: 3d, 12h, 30m."""

import re
from datetime import timedelta

from models.errors import BadInputError

_LENGTH = re.compile(r"(\d{1,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def length_of(text: str) -> timedelta:
    """Return a length of time; days are 24 hours here."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise BadInputError(f"{text!r} is no length of time. Write it as 3d, 12h or 30m.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
