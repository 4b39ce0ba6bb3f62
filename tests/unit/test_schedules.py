"""Schedules: anchors, missed occurrences, clock changes (R1, R2, R3); dateutil is the independent witness."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError
from models.periods import at_local
from models.schedules import (
    LAST_DAY,
    Anchor,
    Daily,
    Monthly,
    Weekly,
    Yearly,
    next_occurrence,
    occurrences_between,
    occurrences_due,
)
from tests.unit.zones import changes, changing_zones

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
DAY = timedelta(days=1)

days = st.dates(FIRST, LAST)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
weeklies = st.builds(Weekly, weekday=st.integers(0, 6), every=st.integers(1, 5), since=days)
monthlies = st.builds(Monthly, days=st.lists(st.integers(1, 31), min_size=1, max_size=4).map(tuple))
yearlies = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: Yearly(day.month, day.day))
anchors: st.SearchStrategy[Anchor] = st.just(Daily()) | weeklies | monthlies | yearlies


def dates_of(rule: Iterable[datetime]) -> list[date]:
    return [occurrence.date() for occurrence in rule]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def shortened(day: int) -> dict[str, object]:
    """How an iCalendar rule says `day or the last one`."""
    return {"bymonthday": range(28, day + 1), "bysetpos": -1} if day > 28 else {"bymonthday": day}


# Anchors


def test_the_31st_comes_back_after_every_short_month() -> None:
    assert occurrences_between(Monthly((31,)), date(2027, 1, 1), date(2027, 6, 30)) == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
        date(2027, 5, 31),
        date(2027, 6, 30),
    ]


def test_the_29th_of_february_is_the_28th_only_where_it_must() -> None:
    assert occurrences_between(Yearly(2, 29), date(2027, 1, 1), date(2029, 1, 1)) == [
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


@pytest.mark.parametrize("day", range(1, LAST_DAY + 1))
def test_a_monthly_anchor_agrees_with_dateutil(day: int) -> None:
    rule = rrule(MONTHLY, dtstart=midnight(FIRST), until=midnight(LAST), **shortened(day))
    assert occurrences_between(Monthly((day,)), FIRST, LAST) == dates_of(rule)


@given(weeklies, days)
def test_a_weekly_anchor_agrees_with_dateutil(anchor: Weekly, since: date) -> None:
    rule = rrule(WEEKLY, byweekday=anchor.weekday, dtstart=midnight(anchor.since or FIRST), count=1)
    step = rrule(WEEKLY, interval=anchor.every, dtstart=rule[0], until=midnight(LAST))
    assert occurrences_between(anchor, since, LAST) == [day for day in dates_of(step) if day >= since]


@given(yearlies)
def test_a_yearly_anchor_agrees_with_dateutil(anchor: Yearly) -> None:
    leap = {"bymonthday": (28, 29), "bysetpos": -1} if (anchor.month, anchor.day) == (2, 29) else None
    by = leap or {"bymonthday": anchor.day}
    rule = rrule(YEARLY, bymonth=anchor.month, dtstart=midnight(FIRST), until=midnight(LAST), **by)
    assert occurrences_between(anchor, FIRST, LAST) == dates_of(rule)


def test_without_an_anchor_it_is_the_first_of_the_month_or_monday() -> None:
    assert occurrences_between(Monthly(), date(2027, 2, 2), date(2027, 3, 31)) == [date(2027, 3, 1)]
    assert occurrences_between(Weekly(), date(2027, 3, 2), date(2027, 3, 8)) == [date(2027, 3, 8)]


def test_every_day_is_every_day() -> None:
    assert occurrences_between(Daily(), FIRST, LAST) == [
        FIRST + DAY * count for count in range((LAST - FIRST).days + 1)
    ]


def test_a_week_without_a_start_is_every_week() -> None:
    assert occurrences_between(Weekly(2), date(2027, 2, 1), date(2027, 2, 17)) == [
        date(2027, 2, 3),
        date(2027, 2, 10),
        date(2027, 2, 17),
    ]


def test_every_second_week_is_counted_from_its_first_day() -> None:
    fortnightly = Weekly(weekday=4, every=2, since=date(2027, 2, 1))
    assert occurrences_between(fortnightly, date(2027, 1, 1), date(2027, 3, 10)) == [
        date(2027, 2, 5),
        date(2027, 2, 19),
        date(2027, 3, 5),
    ]


@given(monthlies, days, days)
def test_several_days_of_a_month_are_the_union_of_each(anchor: Monthly, first: date, last: date) -> None:
    each = {day for one in anchor.days for day in occurrences_between(Monthly((one,)), first, last)}
    assert occurrences_between(anchor, first, last) == sorted(each)


def test_two_days_that_fall_on_one_date_are_one_occurrence() -> None:
    assert occurrences_between(Monthly((31, 30, 1)), date(2027, 2, 1), date(2027, 3, 30)) == [
        date(2027, 2, 1),
        date(2027, 2, 28),
        date(2027, 3, 1),
        date(2027, 3, 30),
    ]


@given(anchors, days, days, days)
def test_occurrences_do_not_depend_on_where_one_starts_to_look(
    anchor: Anchor, first: date, cut: date, last: date
) -> None:
    first, cut, last = sorted((first, cut, last))
    whole = occurrences_between(anchor, first, last)
    assert whole == occurrences_between(anchor, first, cut - DAY) + occurrences_between(anchor, cut, last)
    assert all(first <= day <= last for day in whole)
    assert all(before < after for before, after in pairwise(whole))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Weekly(weekday=7),
        lambda: Weekly(weekday=-1),
        lambda: Weekly(every=0),
        lambda: Weekly(every=2),
        lambda: Monthly(()),
        lambda: Monthly((0,)),
        lambda: Monthly((1, 32)),
        lambda: Yearly(2, 30),
        lambda: Yearly(0, 1),
        lambda: Yearly(13, 1),
        lambda: Yearly(4, 31),
        lambda: Yearly(4, 0),
    ],
)
def test_an_anchor_that_names_no_date_is_refused(wrong: Callable[[], Anchor]) -> None:
    with pytest.raises(BadInputError):
        wrong()


# Instants


def local(text: str, tz: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


def test_the_next_occurrence_is_strictly_after() -> None:
    end_of_month, eight = Monthly((LAST_DAY,)), time(8)
    january, february = local("2027-01-31T08:00"), local("2027-02-28T08:00")
    assert next_occurrence(end_of_month, january - DAY, PARIS, eight) == (date(2027, 1, 31), january)
    assert next_occurrence(end_of_month, january, PARIS, eight) == (date(2027, 2, 28), february)
    assert next_occurrence(end_of_month, february, PARIS, eight) == (date(2027, 3, 31), local("2027-03-31T08:00"))


def test_the_hour_stays_local_over_a_clock_change() -> None:
    march, october = local("2027-03-27T12:00"), local("2027-10-30T12:00")
    assert next_occurrence(Daily(), march, PARIS, time(8))[1] == datetime(2027, 3, 28, 6, tzinfo=UTC)
    assert next_occurrence(Daily(), march, PARIS, time(2, 30))[1] == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert next_occurrence(Daily(), october, PARIS, time(2, 30))[1] == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    first_pass = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert next_occurrence(Daily(), first_pass, PARIS, time(2, 30))[0] == date(2027, 11, 1)


@given(anchors, days, times, st.deferred(lambda: st.sampled_from(changing_zones())), st.integers(1, 12))
def test_no_occurrence_is_lost_or_doubled(anchor: Anchor, since: date, at: time, tz: ZoneInfo, steps: int) -> None:
    after = at_local(since, time(), tz)
    walked = [(since, after)]
    for _ in range(steps):
        walked.append(next_occurrence(anchor, walked[-1][1], tz, at))
    keys = [key for key, _ in walked[1:]]
    assert keys == occurrences_between(anchor, keys[0], keys[-1])
    assert all(instant == at_local(key, at, tz) for key, instant in walked[1:])
    assert not any(at_local(key, at, tz) > after for key in occurrences_between(anchor, FIRST, keys[0] - DAY)[-2:])
    assert occurrences_due(anchor, after, walked[-1][1], tz, at) == walked[1:]
    assert occurrences_due(anchor, after, walked[-1][1] - timedelta(microseconds=1), tz, at) == walked[1:-1]


def test_every_day_runs_once_around_every_clock_change() -> None:
    for change in changes():
        for at in (time(0), time(0, 30), time(1), time(2, 30), time(23, 30)):
            around = occurrences_due(Daily(), change.instant - 3 * DAY, change.instant + 3 * DAY, change.zone, at)
            assert len(around) in {5, 6, 7}
            assert all(after[0] - before[0] == DAY for before, after in pairwise(around))
            assert all(before[1] < after[1] for before, after in pairwise(around))


def test_a_change_of_zone_does_not_change_the_period() -> None:
    after = local("2027-01-15T00:00")
    for name in ("Europe/Paris", "Pacific/Auckland", "America/Los_Angeles"):
        assert next_occurrence(Monthly((31,)), after, ZoneInfo(name), time(8))[0] == date(2027, 1, 31)


def test_after_an_outage_every_missed_occurrence_is_known() -> None:
    missed = occurrences_due(Monthly((31,)), local("2027-01-31T08:00"), local("2027-04-30T07:59"), PARIS, time(8))
    assert [key for key, _ in missed] == [date(2027, 2, 28), date(2027, 3, 31)]
    assert occurrences_due(Monthly((31,)), local("2027-02-01T08:00"), local("2027-02-02T08:00"), PARIS, time(8)) == []
