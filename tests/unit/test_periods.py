"""Local calendars, on every clock change of 2024–2030 of every zone (R2, R7, R19)."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError, NotFoundError
from models.periods import (
    Per,
    add_delay,
    at_local,
    decision_instant,
    held_until,
    local_date,
    next_time_of_day,
    start_of_day,
    window_end,
    zone,
)
from tests.unit.zones import MINUTE, Change, changes, changing_zones, offset, wall

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
instants = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: FIRST + MINUTE * minutes)
zones = st.deferred(lambda: st.sampled_from([*changing_zones(), ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Kathmandu")]))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
near_changes = st.deferred(
    lambda: st.builds(
        lambda change, minutes: (change.zone, change.instant + MINUTE * minutes),
        st.sampled_from(changes()),
        st.integers(-26 * 60, 26 * 60),
    )
)
moments = st.tuples(zones, instants) | near_changes
"""A zone and an instant, half of them near a change of its clocks."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, tz: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


# Zones


def test_every_zone_of_the_database_is_known() -> None:
    assert all(zone(name).key == name for name in available_timezones())
    assert zone("Europe/Paris") is zone("Europe/Paris")


def test_an_unknown_zone_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(NotFoundError, match=r"'europe/pari' is not an IANA time zone\. Did you mean Europe/Paris"):
        zone("europe/pari")


@pytest.mark.parametrize("name", ["", "Europe", "../etc/passwd", "/etc/localtime", "UTC+1", "europe/paris"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="not an IANA time zone"):
        zone(name)


# Wall times


def expected_instants(change: Change, walls: list[datetime]) -> list[datetime]:
    """Oracle: the first minute at which the clock shows at least that time, watched from hours before the change."""
    minutes = [change.instant - 8 * HOUR + MINUTE * count for count in range(16 * 60)]
    highest = list(accumulate((wall(minute, change.zone) for minute in minutes), max))
    return [minutes[bisect_left(highest, each)] for each in walls]


def test_there_are_changes_to_look_at() -> None:
    assert len(changing_zones()) > 20
    assert {change.by for change in changes()} >= {HOUR, -HOUR, HOUR / 2, -HOUR / 2}
    assert any(wall(change.instant, change.zone).time() == time(1) for change in changes() if change.by > timedelta(0))


def test_a_wall_time_is_the_first_instant_at_which_the_clock_shows_it_or_has_passed_it() -> None:
    for change in changes():
        shown = wall(change.instant, change.zone)
        walls = [shown + timedelta(minutes=minutes) for minutes in range(-150, 151, 10)]
        found = [at_local(each.date(), each.time(), change.zone) for each in walls]
        assert found == expected_instants(change, walls), change


def test_seconds_count_too() -> None:
    assert at_local(date(2027, 3, 28), time(1, 59, 59, 999999), PARIS) == utc("2027-03-28T00:59:59.999999")
    assert at_local(date(2027, 3, 28), time(2, 0, 0, 1), PARIS) == utc("2027-03-28T01:00:00")
    assert at_local(date(2027, 3, 28), time(2, 59, 59, 999999), PARIS) == utc("2027-03-28T01:00:00")
    assert at_local(date(2027, 10, 31), time(2, 59, 59, 999999), PARIS) == utc("2027-10-31T00:59:59.999999")


def test_of_a_time_that_exists_twice_the_first_counts_whatever_its_fold() -> None:
    assert at_local(date(2027, 10, 31), time(2, 30, fold=1), PARIS) == utc("2027-10-31T00:30")
    assert at_local(date(2027, 10, 31), time(3), PARIS) == utc("2027-10-31T02:00")


def test_a_whole_day_that_was_skipped_ends_with_it() -> None:
    assert at_local(date(2011, 12, 30), time(9), ZoneInfo("Pacific/Apia")) == utc("2011-12-30T10:00")


def test_instants_are_given_back_in_utc() -> None:
    instant = at_local(date(2027, 3, 28), time(2, 30), PARIS)
    assert instant.tzinfo is UTC
    assert at_local(date(2027, 7, 1), time(2, 30), PARIS).tzinfo is UTC


@given(moments)
def test_the_local_date_is_what_the_calendar_on_the_wall_shows(moment: tuple[ZoneInfo, datetime]) -> None:
    tz, instant = moment
    assert local_date(instant, tz) == wall(instant, tz).date()
    assert local_date(instant.astimezone(ZoneInfo("Asia/Tokyo")), tz) == local_date(instant, tz)


def test_a_day_starts_with_its_first_instant() -> None:
    for change in changes():
        around = local_date(change.instant, change.zone)
        for day in (around - DAY, around, around + DAY):
            start = start_of_day(day, change.zone)
            assert local_date(start, change.zone) == day
            assert local_date(start - timedelta(microseconds=1), change.zone) == day - DAY


def test_a_midnight_that_does_not_exist_is_the_end_of_its_gap() -> None:
    assert start_of_day(date(2027, 3, 28), ZoneInfo("Asia/Beirut")) == utc("2027-03-27T22:00")
    assert wall(utc("2027-03-27T22:00"), ZoneInfo("Asia/Beirut")).time() == time(1)


# Delays


@given(moments, st.integers(-400, 400))
def test_days_keep_the_wall_time_or_wait_for_the_end_of_the_gap(moment: tuple[ZoneInfo, datetime], days: int) -> None:
    tz, instant = moment
    wanted = wall(instant, tz) + DAY * days
    reached = add_delay(instant, tz, days=days)
    if days and wall(reached, tz) != wanted:
        assert wall(reached - MINUTE, tz) < wanted < wall(reached, tz)
    if not days:
        assert reached == instant


@given(moments, st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_hours_and_minutes_are_elapsed_time(moment: tuple[ZoneInfo, datetime], hours: int, minutes: int) -> None:
    tz, instant = moment
    reached = add_delay(instant, tz, hours=hours, minutes=minutes)
    assert reached - instant == timedelta(hours=hours, minutes=minutes)
    assert reached.tzinfo is UTC


@given(moments, st.integers(-40, 40), st.integers(-100, 100))
def test_days_come_before_hours(moment: tuple[ZoneInfo, datetime], days: int, hours: int) -> None:
    tz, instant = moment
    expected = add_delay(add_delay(instant, tz, days=days), tz, hours=hours)
    assert add_delay(instant, tz, days=days, hours=hours) == expected


def test_three_days_over_a_clock_change_keep_nine_o_clock() -> None:
    assert add_delay(local("2027-03-26T09:00"), PARIS, days=3) == local("2027-03-29T09:00")
    assert add_delay(local("2027-03-26T09:00"), PARIS, hours=72) == local("2027-03-29T10:00")
    assert add_delay(local("2027-03-29T09:00"), PARIS, days=-3) == local("2027-03-26T09:00")


def test_a_day_later_in_the_gap_waits_for_its_end() -> None:
    assert add_delay(local("2027-03-27T02:30"), PARIS, days=1) == utc("2027-03-28T01:00")


def test_a_day_later_in_the_doubled_hour_is_its_first_pass() -> None:
    assert add_delay(local("2027-10-30T02:30"), PARIS, days=1) == utc("2027-10-31T00:30")


def test_the_second_pass_of_a_doubled_hour_stays_where_it_is_without_days() -> None:
    second = utc("2027-10-31T01:30")
    assert add_delay(second, PARIS) == second
    assert add_delay(second, PARIS, days=1) == local("2027-11-01T02:30")


def test_a_delay_that_leaves_the_calendar_is_refused() -> None:
    for delay in ({"days": 10**9}, {"days": 4_000_000}, {"hours": 10**9}, {"days": -800_000}):
        with pytest.raises(BadInputError, match="leaves the calendar"):
            add_delay(FIRST, PARIS, **delay)


# Times of day


@given(moments, times, st.frozensets(st.integers(0, 6), min_size=1) | st.none())
def test_the_next_time_of_day_is_the_first_at_or_after(
    moment: tuple[ZoneInfo, datetime], at: time, weekdays: frozenset[int] | None
) -> None:
    tz, instant = moment
    days = [local_date(instant, tz) + DAY * count for count in range(-2, 10)]
    allowed = [day for day in days if weekdays is None or day.weekday() in weekdays]
    expected = min(found for day in allowed if (found := at_local(day, at, tz)) >= instant)
    assert next_time_of_day(instant, at, weekdays, tz) == expected


def test_nine_o_clock_is_today_until_it_has_struck() -> None:
    monday = local("2027-03-22T09:00")
    assert next_time_of_day(monday - MINUTE, time(9), None, PARIS) == monday
    assert next_time_of_day(monday, time(9), None, PARIS) == monday
    assert next_time_of_day(monday + MINUTE, time(9), None, PARIS) == local("2027-03-23T09:00")
    assert next_time_of_day(monday + MINUTE, time(9), frozenset({0}), PARIS) == local("2027-03-29T09:00")
    assert next_time_of_day(monday, time(9), frozenset({5, 6}), PARIS) == local("2027-03-27T09:00")


def test_the_doubled_hour_strikes_once() -> None:
    assert next_time_of_day(utc("2027-10-31T00:31"), time(2, 30), None, PARIS) == local("2027-11-01T02:30")


def test_a_time_in_a_gap_over_midnight_is_not_lost() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    end_of_gap = utc("2027-03-27T22:00")
    assert next_time_of_day(end_of_gap - MINUTE, time(0, 30), None, beirut) == end_of_gap
    assert next_time_of_day(end_of_gap, time(0, 30), frozenset({6}), beirut) == end_of_gap
    apia = ZoneInfo("Pacific/Apia")
    after_the_lost_friday = utc("2011-12-30T10:00")
    assert next_time_of_day(after_the_lost_friday, time(9), frozenset({4}), apia) == after_the_lost_friday


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7})])
def test_no_weekday_at_all_is_refused(weekdays: frozenset[int]) -> None:
    with pytest.raises(BadInputError, match="at least one weekday"):
        next_time_of_day(FIRST, time(9), weekdays, PARIS)


# Windows of limits


@given(moments)
def test_a_rolling_window_is_elapsed_hours_or_local_days(moment: tuple[ZoneInfo, datetime]) -> None:
    tz, instant = moment
    assert window_end("24h", instant, tz) == instant + 24 * HOUR
    assert window_end("7d", instant, tz) == add_delay(instant, tz, days=7)
    assert window_end("ever", instant, tz) is None


@given(moments)
def test_calendar_windows_end_with_the_first_instant_of_the_next(moment: tuple[ZoneInfo, datetime]) -> None:
    tz, instant = moment
    for per, period in (
        ("day", lambda day: day),
        ("week", lambda day: day.isocalendar()[:2]),
        ("month", lambda day: (day.year, day.month)),
    ):
        end = window_end(per, instant, tz)
        assert end is not None
        assert end > instant
        assert end.tzinfo is UTC
        assert period(wall(end - timedelta(microseconds=1), tz).date()) == period(wall(instant, tz).date())
        assert period(wall(end, tz).date()) != period(wall(instant, tz).date())
        assert (end - instant) < {"day": 26, "week": 7 * 24 + 2, "month": 31 * 24 + 2}[per] * HOUR


def test_windows_by_example() -> None:
    sunday = local("2027-02-28T23:59")
    assert window_end(Per.DAY, sunday, PARIS) == local("2027-03-01T00:00")
    assert window_end(Per.WEEK, sunday, PARIS) == local("2027-03-01T00:00")
    assert window_end(Per.WEEK, local("2027-03-01T00:00"), PARIS) == local("2027-03-08T00:00")
    assert window_end(Per.MONTH, local("2027-12-31T12:00"), PARIS) == local("2028-01-01T00:00")
    assert window_end(Per.MONTH, local("2028-02-01T00:00"), PARIS) == local("2028-03-01T00:00")


def test_a_window_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        window_end("fortnight", FIRST, PARIS)


# Quiet hours


def test_nothing_leaves_at_night() -> None:
    night = (time(21), time(8), PARIS)
    assert held_until(local("2027-01-05T20:59"), *night) is None
    assert held_until(local("2027-01-05T21:00"), *night) == local("2027-01-06T08:00")
    assert held_until(local("2027-01-06T00:00"), *night) == local("2027-01-06T08:00")
    assert held_until(local("2027-01-06T07:59"), *night) == local("2027-01-06T08:00")
    assert held_until(local("2027-01-06T08:00"), *night) is None


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = (time(12), time(14), PARIS)
    assert held_until(local("2027-01-05T11:59"), *noon) is None
    assert held_until(local("2027-01-05T12:00"), *noon) == local("2027-01-05T14:00")
    assert held_until(local("2027-01-05T14:00"), *noon) is None
    assert held_until(local("2027-01-05T00:00"), *noon) is None


def test_equal_times_are_no_quiet_hours() -> None:
    assert held_until(local("2027-01-05T08:00"), time(8), time(8), PARIS) is None


def test_quiet_hours_that_end_in_a_gap_end_with_it() -> None:
    assert held_until(local("2027-03-28T01:00"), time(22), time(2, 30), PARIS) == utc("2027-03-28T01:00")


def test_quiet_hours_that_end_in_a_doubled_hour_end_once() -> None:
    assert held_until(utc("2027-10-31T00:29"), time(22), time(2, 30), PARIS) == utc("2027-10-31T00:30")
    assert held_until(utc("2027-10-31T01:10"), time(22), time(2, 30), PARIS) is None


@given(moments, times, times)
def test_a_message_is_held_just_when_the_wall_clock_says_so(
    moment: tuple[ZoneInfo, datetime], quiet_from: time, quiet_to: time
) -> None:
    tz, instant = moment
    until = held_until(instant, quiet_from, quiet_to, tz)
    if until is not None:
        assert until > instant
        assert held_until(until, quiet_from, quiet_to, tz) is None
        assert until == at_local(local_date(until, tz), quiet_to, tz) or offset(until, tz) != offset(until - MINUTE, tz)
    if offset(instant - 2 * DAY, tz) == offset(instant + 2 * DAY, tz):
        shown = wall(instant, tz).time()
        quiet = quiet_from <= shown < quiet_to if quiet_from <= quiet_to else shown >= quiet_from or shown < quiet_to
        assert (until is not None) == quiet


# Late work


def test_what_is_a_little_late_counts_as_on_time() -> None:
    due, grace = FIRST, timedelta(seconds=5)
    assert decision_instant(due, due, grace) == due
    assert decision_instant(due, due + grace, grace) == due
    late = due + grace + timedelta(microseconds=1)
    assert decision_instant(due, late, grace) == late
