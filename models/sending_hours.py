"""When messages may go out: quiet hours hold every one, send windows and days off those that no law asks for (R19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from models.business import Business
from models.days_off import is_day_off
from models.periods import held_until, opens_at, zone

ROUNDS = 400
"""So often quiet hours and open hours are asked in turn; what no hour suits then waits for the quiet ones alone."""


class Hours(NamedTuple):
    """A part of every day, over midnight where it ends earlier than it begins."""

    begins: time
    ends: time


class Window(NamedTuple):
    """When it is open: some hours, the whole day if they are equal, of some weekdays (Monday is 0; None is any)."""

    hours: Hours
    weekdays: frozenset[int] | None


ALWAYS = Window(Hours(time(), time()), None)


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The hours of a business, by channel; None stands for every other one."""

    tz: ZoneInfo
    quiet: Mapping[str | None, Hours]
    windows: Mapping[str | None, Window]
    days_off: tuple[str, ...] = ()

    def may_go(self, instant: datetime, channel: str, *, in_window: bool) -> datetime:
        """Return when a message that is ready at an instant may go on a channel; `in_window`: in open hours only."""
        if not self.quiet and not self.narrow:
            return instant
        open_at = self.when_open(instant, channel) if in_window and self.narrow else None
        return open_at or self.after_quiet(instant, channel)

    @property
    def narrow(self) -> bool:
        """Whether there are hours or days at which nothing is sent that could wait."""
        return bool(self.windows or self.days_off)

    def after_quiet(self, instant: datetime, channel: str) -> datetime:
        """Return the instant, or the end of the quiet hours that it falls in."""
        hours = self.quiet.get(channel) or self.quiet.get(None)
        return (held_until(instant, *hours, self.tz) if hours else None) or instant

    def when_open(self, instant: datetime, channel: str) -> datetime | None:
        """Return the first instant that is neither quiet nor closed; None where there is none."""
        hours = self._window(channel).hours

        def allowed(day: date) -> bool:
            return self.is_open(day, channel)

        for _ in range(ROUNDS):
            loud = self.after_quiet(instant, channel)
            found = opens_at(loud, *hours, allowed, self.tz)
            if found is None or found == loud == instant:
                return found
            instant = found
        return None

    def is_open(self, day: date, channel: str) -> bool:
        """Whether anything that could wait goes on a day on a channel: it is no day off, and in the window."""
        weekdays = self._window(channel).weekdays
        return (weekdays is None or day.weekday() in weekdays) and not is_day_off(day, self.days_off)

    def _window(self, channel: str) -> Window:
        return self.windows.get(channel) or self.windows.get(None, ALWAYS)


def sending_hours(business: Business) -> SendingHours:
    """Return the hours of a business."""
    quiet: dict[str | None, Hours] = {}
    if business.quiet_from is not None and business.quiet_to is not None:
        quiet[None] = Hours(business.quiet_from, business.quiet_to)
    for channel, hours in _plain(business.quiet_channels).items():
        quiet[channel] = _hours(hours)
    told = _plain(business.send_window)
    windows: dict[str | None, Window] = {
        channel: _window(own) for channel, own in told.items() if isinstance(own, dict)
    }
    if "from" in told or "on" in told:
        windows[None] = _window(told)
    return SendingHours(zone(business.timezone), quiet, windows, tuple(business.holidays or ()))


def _window(plain: Mapping[str, Any]) -> Window:
    hours = _hours(plain) if "from" in plain else ALWAYS.hours
    return Window(hours, frozenset(plain["on"]) if "on" in plain else None)


def _hours(plain: Mapping[str, Any]) -> Hours:
    return Hours(time.fromisoformat(plain["from"]), time.fromisoformat(plain["to"]))


def _plain(stored: Any) -> Mapping[str, Any]:
    return stored if isinstance(stored, dict) else {}
