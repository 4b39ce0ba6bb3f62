"""Dates as they are typed: 2027-03-31."""

from datetime import date

from models.errors import BadInputError
from models.yamlfile import as_date


def date_of(text: str) -> date:
    """Return a date, or say how to write one."""
    day = as_date(text)
    if day is None:
        raise BadInputError(f"{text!r} is no date. Write 2027-03-31.")
    return day
