"""Billing as a calendar and a wall clock say it, and a business in memory whose schedules come to their dates.

The calendar is that of dateutil, the clock is only looked at: neither knows any rule of ours.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

from models.billing_rows import BillingOccurrence, BillingOutcome
from models.business import Business
from models.cycles import open_cycle, plan_schedules
from models.recurrence import WEEKDAYS
from models.rulebook import Rulebook
from models.shop import Shop
from tests.unit.zones import stretches

Settings = dict[str, Any]
Period = tuple[date, datetime]
"""A local date, and the instant at which it is billed."""

BEGIN, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
YEARS = datetime(2024, 1, 2, 12, tzinfo=UTC), datetime(2030, 12, 30, 12, tzinfo=UTC)
"""An instant at which the years have begun everywhere, and one at which they have ended nowhere."""
TWO_DAYS = timedelta(days=2)
END = datetime.max.replace(tzinfo=UTC)
EVERY_CYCLE: list[Settings] = [
    {"cycle": "daily"},
    *({"cycle": "weekly", "anchor": day} for day in WEEKDAYS),
    *({"cycle": "weekly", "anchor": "wed", "every": weeks, "from": "2025-05-15"} for weeks in (2, 3, 5, 52)),
    *({"cycle": "monthly", "anchor": day} for day in range(1, 32)),
    {"cycle": "monthly", "anchor": "last"},
    {"cycle": "monthly", "anchor": [1, 15]},
    {"cycle": "monthly", "anchor": [28, 30, "last"]},
]


def asked_for(settings: Settings) -> list[date]:
    """Every date of 2024 to 2030 that settings ask for."""
    anchor = settings.get("anchor")
    days = tuple(anchor) if isinstance(anchor, list) else (anchor,)
    return _asked_for(settings["cycle"], days, settings.get("every", 1), settings.get("from"))


@cache
def _asked_for(cycle: str, days: tuple[Any, ...], every: int, since: str | None) -> list[date]:
    if cycle == "daily":
        rules = [rrule(DAILY, dtstart=BEGIN, until=UNTIL)]
    elif cycle == "weekly":
        counted = datetime.fromisoformat(since).replace(tzinfo=UTC) if since else BEGIN
        first = rrule(WEEKLY, byweekday=WEEKDAYS.index(days[0]), dtstart=counted, count=1)[0]
        rules = [rrule(WEEKLY, interval=every, dtstart=first, until=UNTIL)]
    else:
        rules = [rrule(MONTHLY, dtstart=BEGIN, until=UNTIL, **_of_month(day)) for day in days]
    return sorted({found.date() for rule in rules for found in rule})


def _of_month(day: int | str) -> dict[str, Any]:
    """How an iCalendar rule says a day of each month, or its last where it is shorter."""
    if day == "last":
        return {"bymonthday": -1}
    return {"bymonthday": range(28, int(day) + 1), "bysetpos": -1} if int(day) > 28 else {"bymonthday": int(day)}


def shown_first(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the clock on the wall shows a time of a day, or a later one."""
    wanted = datetime.combine(day, at, UTC)
    begins = [*(one.begins for one in stretches(zone)[1:]), END]
    for stretch, until in zip(stretches(zone), begins, strict=True):
        instant = max(wanted - stretch.offset, stretch.begins)
        if instant < until:
            return instant
    raise AssertionError


def periods(settings: Settings, zone: ZoneInfo, since: datetime, until: datetime) -> list[Period]:
    """The periods that settings ask for in a zone after an instant, up to and including another, in order."""
    at = time.fromisoformat(settings.get("at", "08:00"))
    near = since.date() - TWO_DAYS, until.date() + TWO_DAYS
    found = ((day, shown_first(day, at, zone)) for day in asked_for(settings) if near[0] <= day <= near[1])
    return [(day, instant) for day, instant in found if since < instant <= until]


def told(expected: list[Period], ticks: list[datetime]) -> Iterator[tuple[date, datetime, bool]]:
    """What becomes of periods when we look at the clock at instants; the first is that of the beginning.

    Each is told with the instant at which it was seen, and whether it stood for those before it.
    """
    for before, now in pairwise(ticks):
        come = [day for day, instant in expected if before < instant <= now]
        yield from ((day, now, day == come[-1]) for day in come)


class Clockwork:
    """A business in memory that looks at the clock now and then."""

    def __init__(self, settings: Settings, zone: ZoneInfo, since: datetime) -> None:
        billing = {"enabled": True} | settings
        business = Business("atelier", "Atelier", zone.key, "fr", "EUR", "FR", since, Decimal(20), billing=billing)
        self.shop = Shop(business, Rulebook((), ()), since)
        plan_schedules(self.shop, [])

    @property
    def next_at(self) -> datetime:
        """When it wants to look at the clock again."""
        (schedule,) = self.shop.schedules
        assert schedule.next_at is not None
        return schedule.next_at

    def looks(self, now: datetime) -> None:
        """Look at the clock: a date that has come is opened."""
        self.shop.now = now
        if self.next_at <= now:
            (schedule,) = self.shop.schedules
            open_cycle(self.shop, schedule)

    def moves(self, zone: ZoneInfo, now: datetime) -> None:
        """Move to another zone."""
        self.shop.now, self.shop.zone, self.shop.business.timezone = now, zone, zone.key
        plan_schedules(self.shop, [])

    def says(self, settings: Settings, now: datetime) -> None:
        """Change settings."""
        self.shop.now, self.shop.business.billing = now, settings
        plan_schedules(self.shop, [])

    @property
    def opened(self) -> list[BillingOccurrence]:
        """The periods that came, in the order in which they did."""
        return list(self.shop.billings)

    @property
    def told(self) -> list[tuple[date, datetime, bool]]:
        """Each period that came, when it was seen, and whether it stood for those before it."""
        return [(one.day, seen_at(one), one.outcome is not BillingOutcome.MERGED) for one in self.opened]


def seen_at(occurrence: BillingOccurrence) -> datetime:
    """When a period was seen to have come: it ended at once, or is due since then."""
    seen = occurrence.ended_at or occurrence.next_at
    assert seen is not None
    return seen
