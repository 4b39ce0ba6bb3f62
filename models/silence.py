"""Silence: an automation that usually fires, and has not for three times as long as is usual for it (R21).

Lengths are counted in days, because nights and opening hours make any shorter gap, and only in days on which the
business is open. The usual gap is the median between the last days on which it fired; one that was once as long as
this silence does not make it worth a word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

TIMES = 3
"""So many usual gaps are a silence."""
LEAST = 6
"""On so many days it must have fired before anything is usual."""
LATEST = 15
"""So many of the last days on which it fired tell what is usual."""
LONGEST = timedelta(days=365)
"""What has not fired for longer is not expected any more."""

IsOpen = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Silence:
    """So many open days without firing, and how many are usual."""

    days: int
    usual: float

    def __str__(self) -> str:
        return f"It has not fired for {self.days} open days; usually it fires again after {self.usual:g}"


def silence(fired: Sequence[date], since: date, today: date, is_open: IsOpen) -> Silence | None:
    """Return the silence since a day, given the last days of firing in their order; None where there is none.

    `since` is the last of them, or the later day on which a person published or resumed it.
    """
    if len(fired) < LEAST:
        return None
    gaps = [max(1, _open_days(one, next_, is_open)) for one, next_ in pairwise(fired)]
    usual, quiet = median(gaps), _open_days(since, today, is_open)
    return Silence(quiet, usual) if quiet > max(TIMES * usual, *gaps) else None


def _open_days(after: date, until: date, is_open: IsOpen) -> int:
    """Return how many open days lie after one day, up to another."""
    return sum(is_open(after + timedelta(days=number)) for number in range(1, (until - after).days + 1))
