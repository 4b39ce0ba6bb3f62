"""Billing by cycles against calendar and clock: nothing missed, doubled or early, in any zone (R1, R2, R3)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.billing_rows import BillingOutcome
from tests.unit.calendars import EVERY_CYCLE, YEARS, Clockwork, Settings, asked_for, periods, seen_at, shown_first, told
from tests.unit.zones import changes, different_zones

PARIS = ZoneInfo("Europe/Paris")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TIMES = ("00:00", "00:30", "02:30", "08:00", "23:30")
"""Times that clock changes skip or repeat somewhere, and one that none does."""

zones = st.deferred(lambda: st.sampled_from(different_zones()))
cycles = st.builds(lambda cycle, at: cycle | {"at": at}, st.sampled_from(EVERY_CYCLE), st.sampled_from(TIMES))
instants = st.integers(0, (YEARS[1] - YEARS[0]) // MINUTE).map(lambda minutes: YEARS[0] + minutes * MINUTE)
looks = st.lists(st.tuples(st.integers(0, 1) | st.integers(2, 500), st.just(0) | st.integers(1, 3000)), max_size=12)
"""When we look at the clock: at the so manieth date from now, or so many minutes after it."""
stays = st.lists(st.tuples(zones, st.integers(0, 4_000) | st.integers(0, 100_000)), min_size=2, max_size=8)
"""Where a business is for how many minutes."""


def walk(settings: Settings, zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[date, datetime, bool]]:
    """What comes of looking at the clock whenever a date has come."""
    clockwork = Clockwork(settings, zone, since)
    while (now := clockwork.next_at) <= until:
        clockwork.looks(now - MINUTE)
        clockwork.looks(now)
    return clockwork.told


def on_time(settings: Settings, zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[date, datetime, bool]]:
    """What should come of it: each period once, at its instant, for itself."""
    return [(day, instant, True) for day, instant in periods(settings, zone, since, until)]


@given(cycles, zones, instants)
def test_a_year_of_any_cycle_in_any_zone_is_as_calendar_and_clock_say(
    settings: Settings, zone: ZoneInfo, since: datetime
) -> None:
    until = min(since + 366 * DAY, YEARS[1])
    assert walk(settings, zone, since, until) == on_time(settings, zone, since, until)


@pytest.mark.parametrize("at", TIMES)
def test_around_every_clock_change_every_day_comes_once(at: str) -> None:
    settings = {"cycle": "daily", "at": at}
    for change in changes():
        since, until = change.instant - 2 * DAY, change.instant + 2 * DAY
        assert walk(settings, change.zone, since, until) == on_time(settings, change.zone, since, until), change


def test_seven_years_of_every_cycle_are_as_the_calendar_says() -> None:
    for settings in EVERY_CYCLE:
        assert walk(settings, PARIS, *YEARS) == on_time(settings, PARIS, *YEARS), settings


@pytest.mark.faults
@pytest.mark.parametrize("at", TIMES)
def test_seven_years_of_every_cycle_in_every_zone_are_as_calendar_and_clock_say(at: str) -> None:
    for zone in different_zones():
        for settings in EVERY_CYCLE:
            timed = settings | {"at": at}
            assert walk(timed, zone, *YEARS) == on_time(timed, zone, *YEARS), (zone, settings)


@given(cycles, zones, instants, looks)
def test_after_any_time_away_the_latest_date_stands_for_all_that_were_missed(
    settings: Settings, zone: ZoneInfo, since: datetime, gaps: list[tuple[int, int]]
) -> None:
    asked = periods(settings, zone, *YEARS)
    ticks = [since]
    for dates, minutes in gaps:
        ahead = [ticks[-1], *(instant for _, instant in asked if instant > ticks[-1])]
        ticks.append(ahead[min(dates, len(ahead) - 1)] + minutes * MINUTE)
    ticks = [tick for tick in ticks if tick <= YEARS[1]]
    clockwork = Clockwork(settings, zone, since)
    for now in ticks[1:]:
        clockwork.looks(now)
    assert clockwork.told == list(told(asked, ticks))
    assert all((one.ended_at is None) is (one.outcome is None) for one in clockwork.opened)
    assert all((one.before > seen_at(one)) is (one.at < seen_at(one)) for one in clockwork.opened)


@given(st.sampled_from(TIMES).map(lambda at: {"cycle": "daily", "at": at}) | cycles, stays, instants)
def test_a_change_of_zone_bills_no_period_twice_and_misses_none(
    settings: Settings, places: list[tuple[ZoneInfo, int]], since: datetime
) -> None:
    clockwork, now = Clockwork(settings, places[0][0], since), since
    at = time.fromisoformat(settings["at"])
    for zone, minutes in places:
        clockwork.moves(zone, now)
        arrived, leaves = now, min(now + minutes * MINUTE, YEARS[1])
        while (now := max(clockwork.next_at, arrived)) <= leaves:
            known = len(clockwork.opened)
            clockwork.looks(now)
            for one in clockwork.opened[known:]:
                assert one.at == shown_first(one.day, at, zone) <= now
                assert now == max(one.at, arrived) or one.outcome is BillingOutcome.MERGED
        now = leaves
    days = [one.day for one in clockwork.opened]
    first = min((day for day, _ in periods(settings, places[0][0], since, YEARS[1])), default=YEARS[1].date())
    assert days == [day for day in asked_for(settings) if day >= first][: len(days)]


@given(zones, zones, instants, st.sampled_from(TIMES), st.integers(0, 10_000))
def test_off_and_on_again_elsewhere_bills_no_period_twice(
    here: ZoneInfo, there: ZoneInfo, since: datetime, at: str, minutes: int
) -> None:
    settings = {"enabled": True, "cycle": "daily", "at": at}
    clockwork = Clockwork(settings, here, since)
    while (now := clockwork.next_at) <= since + minutes * MINUTE:
        clockwork.looks(now)
    now = since + minutes * MINUTE
    clockwork.says({"enabled": False}, now)
    assert not list(clockwork.shop.schedules)
    clockwork.moves(there, now)
    clockwork.says(settings, now)
    assert clockwork.next_at > now
    clockwork.looks(clockwork.next_at)
    days = [one.day for one in clockwork.opened]
    assert len(days) == len(set(days))


# Where clocks do what few think of


def test_a_time_that_the_clock_skips_is_the_first_instant_after_the_gap() -> None:
    spring = walk({"cycle": "daily", "at": "02:30"}, PARIS, *utc("2027-03-26T12:00", "2027-03-29T12:00"))
    assert [instant for _, instant, _ in spring] == utc("2027-03-27T01:30", "2027-03-28T01:00", "2027-03-29T00:30")


def test_a_time_that_comes_twice_is_the_first_of_both() -> None:
    autumn = walk({"cycle": "daily", "at": "02:30"}, PARIS, *utc("2027-10-30T12:00", "2027-11-01T12:00"))
    assert [instant for _, instant, _ in autumn] == utc("2027-10-31T00:30", "2027-11-01T01:30")


def test_a_midnight_that_the_clock_skips_is_one_o_clock_of_that_day() -> None:
    spring = walk({"cycle": "weekly", "anchor": "sun", "at": "00:00"}, ZoneInfo("America/Havana"),
                  *utc("2027-03-10T12:00", "2027-03-20T12:00"))  # fmt: skip
    assert spring == [(date(2027, 3, 14), *utc("2027-03-14T05:00"), True)]


def test_a_day_that_a_zone_never_had_comes_when_the_next_one_begins() -> None:
    clockwork = Clockwork({"cycle": "daily"}, ZoneInfo("Pacific/Apia"), *utc("2011-12-29T12:00"))
    while clockwork.next_at <= utc("2011-12-31T12:00")[0]:
        clockwork.looks(clockwork.next_at)
    assert [(one.day, one.at) for one in clockwork.opened] == list(
        zip(
            (date(2011, 12, day) for day in (29, 30, 31)),
            utc("2011-12-29T18:00", "2011-12-30T10:00", "2011-12-30T18:00"),
            strict=True,
        )
    )


def test_several_cycles_of_one_business_come_each_to_its_own_dates() -> None:
    clockwork = Clockwork({"groups": [["week", {"cycle": "weekly", "anchor": "thu"}]]}, PARIS, *utc("2027-03-29T12:00"))
    schedules = {schedule.id: schedule.day for schedule in clockwork.shop.schedules}
    assert schedules == {"monthly 1 08:00": date(2027, 4, 1), "weekly thu 08:00": date(2027, 4, 1)}


def utc(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]
