"""A cycle of billing: on which local dates it falls, at what time of day, and by which name it is known (R1, R2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from models.recurrence import WEEKDAYS
from models.schedules import LAST_DAY, Anchor, Daily, Monthly, Weekly

CYCLES = ("daily", "weekly", "monthly")
MONTHLY_BY_DEFAULT, WEEKLY_BY_DEFAULT, AT_BY_DEFAULT = 1, "mon", "08:00"
"""When a cycle falls where nobody says it: the first of the month, Monday, eight o'clock."""
OF_CYCLE = ("anchor", "every", "from")
"""The keys that say more of a cycle: they hold with the cycle of their own source, or of one farther away."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """When somebody is billed; two that say the same are the same."""

    anchor: Anchor
    at: time

    @property
    def id(self) -> str:
        """The name of its schedule, such as `monthly 1,15 08:00`."""
        return f"{_name(self.anchor)} {self.at:%H:%M}"

    @property
    def settings(self) -> dict[str, Any]:
        """What a file says of it."""
        return _settings(self.anchor) | {"at": f"{self.at:%H:%M}"}


def _name(anchor: Anchor) -> str:
    match anchor:
        case Monthly(days):
            return f"monthly {','.join(map(str, sorted(set(days))))}"
        case Weekly(weekday, every, since):
            return f"weekly {WEEKDAYS[weekday]}" + (f" every {every} from {since}" if every > 1 else "")
        case _:
            return "daily"


def _settings(anchor: Anchor) -> dict[str, Any]:
    match anchor:
        case Monthly(days):
            return {"cycle": "monthly", "anchor": sorted(set(days))}
        case Weekly(weekday, every, since):
            more = {"every": every, "from": str(since)} if every > 1 else {}
            return {"cycle": "weekly", "anchor": WEEKDAYS[weekday], **more}
        case _:
            return {"cycle": "daily"}


def cycle_of(sources: Sequence[Mapping[str, Any]]) -> Cycle:
    """Return the cycle that settings say, the nearest first, key by key.

    What a source says of a cycle's dates holds with its own cycle or with one farther away, never with a nearer one
    that it does not know of: a Monday of the business is no day of a client's month.
    """
    said: dict[str, Any] = {}
    for settings in sources:
        said = {key: settings[key] for key in OF_CYCLE if key in settings} | said
        if "cycle" in settings:
            said["cycle"] = settings["cycle"]
            break
    at = next((settings["at"] for settings in sources if "at" in settings), AT_BY_DEFAULT)
    return Cycle(anchor_of(said), time.fromisoformat(at))


def anchor_of(said: Mapping[str, Any]) -> Anchor:
    """Return the dates of a cycle; an anchor that does not fit the cycle is as if it were not said."""
    cycle, anchor = said.get("cycle", "monthly"), said.get("anchor")
    if cycle == "daily":
        return Daily()
    if cycle == "weekly":
        weekday = WEEKDAYS.index(anchor if anchor in WEEKDAYS else WEEKLY_BY_DEFAULT)
        every, since = said.get("every", 1), said.get("from")
        return Weekly(weekday, every, date.fromisoformat(since)) if every > 1 and since else Weekly(weekday)
    days = [_day(one) for one in (anchor if isinstance(anchor, list) else [anchor])]
    return Monthly(tuple(sorted({day for day in days if day}))) if any(days) else Monthly((MONTHLY_BY_DEFAULT,))


def _day(said: Any) -> int | None:
    """Return the day of a month that an anchor names; day 31 is the last of every month."""
    if said == "last":
        return LAST_DAY
    return said if isinstance(said, int) and 1 <= said <= LAST_DAY else None
