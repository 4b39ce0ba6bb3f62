"""Local calendars: days, delays, windows, quiet and open hours in a business's time zone (R1, R2, R7, R19).

Instants are timezone-aware; every instant given back is UTC. A local time that does not exist is the first valid
instant after the gap; one that exists twice is the first. This is the only module that thinks in local time.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from models.errors import BadInputError, NotFoundError
from models.suggestions import did_you_mean

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_ANY_WEEKDAY = frozenset(range(7))
_YEAR = 366


class UnknownZoneError(NotFoundError):
    """A name that the IANA time zone database does not hold."""

    def __init__(self, name: str) -> None:
        near = did_you_mean(name, _zone_names())
        super().__init__(f"{name!r} is not an IANA time zone.{near} Write it as in Europe/Paris.")
        self.name = name


class Per(StrEnum):
    """How long a taken slot of a frequency limit lasts (R7)."""

    HOURS_24 = "24h"
    DAYS_7 = "7d"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the IANA time zone of that exact name, or an error that lists the nearest."""
    if name not in _zone_names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """Return the local calendar date of an instant."""
    return instant.astimezone(tz).date()


@lru_cache(maxsize=8192)
def at_local(day: date, at: time, tz: ZoneInfo) -> datetime:
    """Return the instant of a local wall time (R2); the days of a batch are alike, so it is remembered."""
    return _instant_of(datetime.combine(day, at.replace(fold=0), tz))


def _instant_of(wall: datetime) -> datetime:
    """Return the instant of a wall time with its zone and no fold."""
    instant = wall.astimezone(UTC)
    if (
        instant.astimezone(wall.tzinfo) == wall
    ):  # in one zone wall times are compared: only those in a gap come back moved
        return instant
    return _end_of_gap(wall.replace(fold=1).astimezone(UTC), instant, wall.tzinfo)


def _end_of_gap(before: datetime, after: datetime, tz: tzinfo | None) -> datetime:
    """Return the change of offset between two instants, by halving; changes happen on whole seconds."""
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = before.astimezone(tz).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def start_of_day(day: date, tz: ZoneInfo) -> datetime:
    """Return the first instant of a local date: midnight, or the end of the gap that swallows it."""
    return at_local(day, time.min, tz)


def add_delay(instant: datetime, tz: ZoneInfo, *, days: int = 0, hours: int = 0, minutes: int = 0) -> datetime:
    """Return the instant so many local days (same wall time), then elapsed hours and minutes away; negative is back."""
    try:
        if days:
            instant = _instant_of(instant.astimezone(tz) + timedelta(days=days))
        return instant.astimezone(UTC) + timedelta(hours=hours, minutes=minutes)
    except OverflowError:
        message = (
            f"A delay of {days} days, {hours} hours and {minutes} minutes leaves the calendar. Choose a shorter one."
        )
        raise BadInputError(message) from None


def next_time_of_day(instant: datetime, at: time, weekdays: frozenset[int] | None, tz: ZoneInfo) -> datetime:
    """Return the first local `at` at or after an instant, on one of the weekdays (Monday is 0; None is any day)."""
    allowed = _ANY_WEEKDAY if weekdays is None else weekdays & _ANY_WEEKDAY
    if not allowed:
        message = "A time of day needs at least one weekday to wait for. Name one of mon, tue, wed, thu, fri, sat, sun."
        raise BadInputError(message)
    day = local_date(instant, tz) - _DAY  # yesterday's time may lie in a gap that ends today
    while True:
        if day.weekday() in allowed and (found := at_local(day, at, tz)) >= instant:
            return found
        day += _DAY


def window_end(per: str, taken_at: datetime, tz: ZoneInfo) -> datetime | None:
    """Return the first instant at which a slot taken at `taken_at` is free again (R7); None is never."""
    match Per(per):
        case Per.HOURS_24:
            return taken_at.astimezone(UTC) + timedelta(hours=24)
        case Per.DAYS_7:
            return add_delay(taken_at, tz, days=7)
        case Per.EVER:
            return None
        case kind:
            return start_of_day(_day_after(kind, local_date(taken_at, tz)), tz)


def _day_after(kind: Per, day: date) -> date:
    """Return the first day of the next local day, week (Monday) or month."""
    if kind is Per.DAY:
        return day + _DAY
    if kind is Per.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def held_until(instant: datetime, quiet_from: time, quiet_to: time, tz: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours that an instant falls in, or None (R19).

    They begin at `quiet_from` (included) and end at `quiet_to` (not included), the next day where that is earlier;
    equal times mean that there are none.
    """
    if quiet_from == quiet_to:
        return None
    today = local_date(instant, tz)
    for day in (today - _DAY, today):
        end = at_local(day if quiet_from < quiet_to else day + _DAY, quiet_to, tz)
        if at_local(day, quiet_from, tz) <= instant < end:
            return end
    return None


def opens_at(
    instant: datetime, opens: time, closes: time, allowed: Callable[[date], bool], tz: ZoneInfo
) -> datetime | None:
    """Return the first instant from this one on that lies in a day's open hours (R19); None if a year has none.

    They begin at `opens` (included) on an allowed day and end at `closes` (not included), the next day where that is
    earlier; equal times mean a whole day.
    """
    day = local_date(instant, tz) - _DAY
    for _ in range(_YEAR):
        if allowed(day):
            begin, end = at_local(day, opens, tz), at_local(day if opens < closes else day + _DAY, closes, tz)
            if max(begin, instant) < end:
                return max(begin, instant)
        day += _DAY
    return None


def decision_instant(due: datetime, now: datetime, grace: timedelta) -> datetime:
    """Return when a thing counts as decided: when it was due, or now where that is more than `grace` ago."""
    return due if now - due <= grace else now
