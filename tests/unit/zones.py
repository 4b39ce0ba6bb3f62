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


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return instant.astimezone(zone).replace(tzinfo=None)


@cache
def changing_zones() -> list[ZoneInfo]:
    """One zone of each set that changes its clocks on the same days by the same hours."""
    different: dict[tuple[timedelta, ...], str] = {}
    for name in sorted(available_timezones()):
        different[tuple(offset(day, ZoneInfo(name)) for day in DAYS[::3])] = name
    return [ZoneInfo(name) for offsets, name in different.items() if len(set(offsets)) > 1]


@cache
def changes() -> list[Change]:
    """Every change of those zones, to the minute."""
    return [change for zone in changing_zones() for change in _changes_of(zone)]


def _changes_of(zone: ZoneInfo) -> Iterator[Change]:
    for before, after in pairwise(DAYS):
        if offset(before, zone) != offset(after, zone):
            minutes = (before + MINUTE * count for count in range(1, 1441))
            instant = next(each for each in minutes if offset(each, zone) != offset(before, zone))
            yield Change(zone, instant, offset(instant, zone) - offset(before, zone))
