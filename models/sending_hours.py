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


MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The hours of a business: `quiet` by channel (None: every other one), open hours, weekdays (Monday is 0)."""

    tz: ZoneInfo
    quiet: Mapping[str | None, Hours]
    opens: Hours | None = None
    weekdays: frozenset[int] | None = None
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
        return self.opens is not None or self.weekdays is not None or bool(self.days_off)

    def after_quiet(self, instant: datetime, channel: str) -> datetime:
        """Return the instant, or the end of the quiet hours that it falls in."""
        hours = self.quiet.get(channel) or self.quiet.get(None)
        return (held_until(instant, *hours, self.tz) if hours else None) or instant

    def when_open(self, instant: datetime, channel: str) -> datetime | None:
        """Return the first instant that is neither quiet nor closed; None where there is none."""
        hours = self.opens or Hours(MIDNIGHT, MIDNIGHT)
        for _ in range(ROUNDS):
            loud = self.after_quiet(instant, channel)
            found = opens_at(loud, *hours, self._allowed, self.tz)
            if found is None or found == loud == instant:
                return found
            instant = found
        return None

    def _allowed(self, day: date) -> bool:
        return (self.weekdays is None or day.weekday() in self.weekdays) and not is_day_off(day, self.days_off)


def sending_hours(business: Business) -> SendingHours:
    """Return the hours of a business."""
    quiet: dict[str | None, Hours] = {}
    if business.quiet_from is not None and business.quiet_to is not None:
        quiet[None] = Hours(business.quiet_from, business.quiet_to)
    for channel, hours in _plain(business.quiet_channels).items():
        quiet[channel] = _hours(hours)
    window = _plain(business.send_window)
    return SendingHours(
        zone(business.timezone),
        quiet,
        _hours(window) if "from" in window else None,
        frozenset(window["on"]) if "on" in window else None,
        tuple(business.holidays or ()),
    )


def _hours(plain: Mapping[str, Any]) -> Hours:
    return Hours(time.fromisoformat(plain["from"]), time.fromisoformat(plain["to"]))


def _plain(stored: Any) -> Mapping[str, Any]:
    return stored if isinstance(stored, dict) else {}
