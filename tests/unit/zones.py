"""Every clock change of 2024–2030 that any zone makes, found by looking at clocks, not by asking our own rules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

DAYS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=count) for count in range(7 * 365 + 2)]
MINUTE = timedelta(minutes=1)


class Change(NamedTuple):
    """A zone's clock is put forward or back at an instant."""

    zone: ZoneInfo
    instant: datetime
    by: timedelta


class Stretch(NamedTuple):
    """From an instant on a zone's clock is so far ahead of UTC, until the next stretch begins."""

    begins: datetime
    offset: timedelta


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return instant.astimezone(zone).replace(tzinfo=None)


@cache
def stretches(zone: ZoneInfo) -> tuple[Stretch, ...]:
    """The stretches of a zone's clock, in order of time."""
    begins = [datetime.min.replace(tzinfo=UTC), *(_change(one, zone) for one in _days_of_change(zone))]
    return tuple(Stretch(begin, offset(max(begin, DAYS[0]), zone)) for begin in begins)


def _days_of_change(zone: ZoneInfo) -> Iterator[datetime]:
    offsets = [offset(day, zone) for day in DAYS]
    return (day for day, (before, after) in zip(DAYS, pairwise(offsets), strict=False) if before != after)


def _change(day: datetime, zone: ZoneInfo) -> datetime:
    """The minute of a day at which a zone's clock changes, by halving."""
    still, changed = 0, 1440
    while changed - still > 1:
        middle = (still + changed) // 2
        if offset(day + middle * MINUTE, zone) == offset(day, zone):
            still = middle
        else:
            changed = middle
    return day + changed * MINUTE


@cache
def different_zones() -> list[ZoneInfo]:
    """One zone of each set whose clocks always show the same."""
    return [
        ZoneInfo(name) for name in {stretches(ZoneInfo(name)): name for name in sorted(available_timezones())}.values()
    ]


@cache
def changing_zones() -> list[ZoneInfo]:
    """Those that change their clocks."""
    return [zone for zone in different_zones() if len(stretches(zone)) > 1]


@cache
def changes() -> list[Change]:
    """Every change of those zones, to the minute."""
    return [
        Change(zone, after.begins, after.offset - before.offset)
        for zone in changing_zones()
        for before, after in pairwise(stretches(zone))
    ]
