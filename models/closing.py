"""Closing periods of the books: a day, a month or a year is summed up once, in order, and chained into the journal."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.errors import BadInputError

_DAY = timedelta(days=1)
_FORM = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


class Length(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A period of local dates, both included, by the name that people write: 2027, 2027-03 or 2027-03-05."""

    name: str
    length: Length
    first: date
    last: date


def span_named(name: str) -> Span:
    """Read a period; what is none is an error."""
    found = _FORM.fullmatch(name)
    year, month, day = (int(part) if part else None for part in found.groups()) if found else (0, None, None)
    try:
        return _span(name, year or 0, month, day)
    except ValueError:
        text = f"{name!r} is no period. Write a year, a month or a day, as in 2027, 2027-03 or 2027-03-05."
        raise BadInputError(text) from None


def _span(name: str, year: int, month: int | None, day: int | None) -> Span:
    if month is None:
        return Span(name, Length.YEAR, date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Span(name, Length.MONTH, date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Span(name, Length.DAY, date(year, month, day), date(year, month, day))


def following(span: Span) -> Span:
    """Return the period after one."""
    day = span.last + _DAY
    return span_named(
        {Length.YEAR: f"{day:%Y}", Length.MONTH: f"{day:%Y-%m}", Length.DAY: f"{day:%Y-%m-%d}"}[span.length]
    )


def check_closable(span: Span, today: date, last: Span | None) -> None:
    """Refuse a period that is not over, or that does not follow the last one closed of its length."""
    if span.last >= today:
        raise BadInputError(f"{span.name} is not over yet: it can be closed from {span.last + _DAY} on.")
    if last is None:
        return
    if span.first <= last.last:
        raise BadInputError(f"{span.name} is closed already; the last {span.length} closed is {last.name}.")
    expected = following(last)
    if span.first != expected.first:
        raise BadInputError(f"{expected.name} comes before {span.name} and is open: close it first.")
