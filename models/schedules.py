"""Schedules: every occurrence is computed from the anchor, never from the occurrence before (R1).

An anchor names local dates. The local date of an occurrence is its period key, so that a change of zone or of hour
never makes a period twice (R2).
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from models.errors import BadInputError
from models.periods import at_local, local_date

LAST_DAY = 31
"""Day 31 is the last day of every month."""


class AnchorError(BadInputError):
    """An anchor that names no date."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day."""

    def dates(self, start: date) -> Iterator[date]:
        """Yield the dates at or after `start`, in order."""
        return _every(timedelta(days=1), start)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Each `every` weeks on a weekday (Monday is 0); counted from the first such day at or after `since`."""

    weekday: int = 0
    every: int = 1
    since: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise AnchorError("A weekday is one of mon, tue, wed, thu, fri, sat, sun.")
        if self.every < 1 or (self.every > 1 and self.since is None):
            raise AnchorError("A schedule of every N weeks needs N of at least 1 and the date it is counted from.")

    def dates(self, start: date) -> Iterator[date]:
        """Yield the dates at or after `start`, in order; none before `since`."""
        first = _first_weekday(self.weekday, self.since or start)
        missed = max(0, -((first - start).days // (7 * self.every)))
        return _every(timedelta(weeks=self.every), first + missed * timedelta(weeks=self.every))


@dataclass(frozen=True, slots=True)
class Monthly:
    """On days 1 to 31 of each month, or on its last day where a month is shorter."""

    days: tuple[int, ...] = (1,)

    def __post_init__(self) -> None:
        if not self.days or not all(1 <= day <= LAST_DAY for day in self.days):
            raise AnchorError("A monthly anchor is one or more days from 1 to 31, or the last one.")

    def dates(self, start: date) -> Iterator[date]:
        """Yield the dates at or after `start`, in order; two days that fall on one date are one."""
        for month in count(start.year * 12 + start.month - 1):
            for day in sorted({_clamp(month // 12, month % 12 + 1, day) for day in self.days}):
                if day >= start:
                    yield day


@dataclass(frozen=True, slots=True)
class Yearly:
    """On a day of a month of each year; 29 February is the 28th where there is none."""

    month: int
    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1 <= self.day <= calendar.monthrange(2000, self.month)[1]:
            raise AnchorError("A yearly anchor is a month and one of its days, such as 02-29.")

    def dates(self, start: date) -> Iterator[date]:
        """Yield the dates at or after `start`, in order."""
        every_year = (_clamp(year, self.month, self.day) for year in count(start.year))
        return (day for day in every_year if day >= start)


Anchor = Daily | Weekly | Monthly | Yearly


def _every(step: timedelta, first: date) -> Iterator[date]:
    return (first + step * index for index in count())


def _first_weekday(weekday: int, start: date) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def _clamp(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def occurrences_between(anchor: Anchor, first: date, last: date) -> list[date]:
    """Return the dates of an anchor from `first` to `last`, both included."""
    return list(takewhile(lambda day: day <= last, anchor.dates(first)))


def next_occurrence(anchor: Anchor, after: datetime, tz: ZoneInfo, at: time) -> tuple[date, datetime]:
    """Return period key and instant of the first occurrence strictly after an instant."""
    return next(_instants(anchor, after, tz, at))


def occurrences_due(
    anchor: Anchor, after: datetime, until: datetime, tz: ZoneInfo, at: time
) -> list[tuple[date, datetime]]:
    """Return period keys and instants after `after` up to and including `until`; the last one stands for all (R3)."""
    return list(takewhile(lambda occurrence: occurrence[1] <= until, _instants(anchor, after, tz, at)))


def _instants(anchor: Anchor, after: datetime, tz: ZoneInfo, at: time) -> Iterator[tuple[date, datetime]]:
    occurrences = ((day, at_local(day, at, tz)) for day in anchor.dates(local_date(after, tz)))
    return ((day, instant) for day, instant in occurrences if instant > after)
