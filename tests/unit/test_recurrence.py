"""R1, R2: when recurring payments fall due, against an oracle that knows nothing of our schedules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import stamp
from models.recurrence import WEEKDAYS, RecurringPayment, next_after, occurrences_until

PARIS = ZoneInfo("Europe/Paris")
STARTS = date(2027, 1, 31)


def told(at: str = "2027-01-05T10:00Z", **keys: Any) -> dict[str, Any]:
    """Return a telling as it is kept."""
    terms = {"contact": "zoe", "description": "Club", "price": 3000, "currency": "EUR", "every": "month"}
    unsaid = dict.fromkeys(("anchor", "starts_on", "ends_on"))
    return terms | unsaid | {"collect": "invoice", "stamp": stamp(datetime.fromisoformat(at), "/s", "1")} | keys


def agreed(*tellings: dict[str, Any], cancelled: str = "") -> RecurringPayment:
    """Return an agreement that was told so."""
    end = stamp(datetime.fromisoformat(cancelled), "/s", "2") if cancelled else ""
    return RecurringPayment("b", "club", tellings=list(tellings), cancel_stamp=end)


def days(agreement: RecurringPayment, until: str) -> list[str]:
    """Return the local dates on which an agreement falls due."""
    found = occurrences_until(agreement, datetime.fromisoformat(until), PARIS)
    return [str(one.day) for one in found]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"starts_on": "2027-01-31"}, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ({"anchor": "last"}, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ({"anchor": "30"}, ["2027-01-30", "2027-02-28", "2027-03-30", "2027-04-30"]),
        ({}, ["2027-01-05", "2027-02-05", "2027-03-05", "2027-04-05", "2027-05-05"]),
        ({"ends_on": "2027-02-05"}, ["2027-01-05", "2027-02-05"]),
        ({"every": "year", "anchor": "02-29", "starts_on": "2027-01-01"}, ["2027-02-28"]),
        ({"every": "week", "anchor": "mon", "ends_on": "2027-01-20"}, ["2027-01-11", "2027-01-18"]),
    ],
)
def test_dates_come_from_the_anchor_never_from_the_date_before(keys: dict[str, Any], expected: list[str]) -> None:
    assert days(agreed(told(**keys)), "2027-05-10T00:00Z") == expected


def test_a_date_begins_at_midnight_of_the_business() -> None:
    first = occurrences_until(agreed(told()), datetime(2027, 8, 1, tzinfo=UTC), PARIS)
    assert [one.at.isoformat() for one in first if one.day.month in {3, 4}] == [
        "2027-03-04T23:00:00+00:00",
        "2027-04-04T22:00:00+00:00",
    ]


def test_what_is_told_anew_holds_from_then_on_and_keeps_the_anchor() -> None:
    agreement = agreed(told(), told("2027-03-10T10:00Z", price=4000))
    found = occurrences_until(agreement, datetime(2027, 5, 10, tzinfo=UTC), PARIS)
    assert [(str(one.day), one.terms.price) for one in found] == [
        ("2027-01-05", 3000),
        ("2027-02-05", 3000),
        ("2027-03-05", 3000),
        ("2027-04-05", 4000),
        ("2027-05-05", 4000),
    ]


def test_nothing_falls_due_after_the_cancellation() -> None:
    agreement = agreed(told(), cancelled="2027-03-05T00:00+01:00")
    assert days(agreement, "2027-06-01T00:00Z") == ["2027-01-05", "2027-02-05"]
    assert next_after(agreement, datetime(2027, 2, 10, tzinfo=UTC), PARIS) is None


def test_a_date_covers_the_days_up_to_the_next() -> None:
    first = occurrences_until(agreed(told(starts_on="2027-01-31")), datetime(2027, 3, 1, tzinfo=UTC), PARIS)
    assert [(str(one.day), str(one.last_day)) for one in first] == [
        ("2027-01-31", "2027-02-27"),
        ("2027-02-28", "2027-03-30"),
    ]


ANCHORS = st.one_of(
    st.tuples(st.just("week"), st.sampled_from(WEEKDAYS)),
    st.tuples(st.just("month"), st.sampled_from([*map(str, range(1, 32)), "last"])),
    st.tuples(st.just("year"), st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%m-%d}")),
)
STARTS_ON = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def oracle(every: str, anchor: str, start: date) -> list[date]:
    """Return the first ten dates by `dateutil`, which picks the last of the days that a month has."""
    start_at = datetime(start.year, start.month, start.day, tzinfo=UTC)
    if every == "week":
        rule = rrule(WEEKLY, dtstart=start_at, byweekday=WEEKDAYS.index(anchor), count=10)
    elif every == "month":
        last = 31 if anchor == "last" else int(anchor)
        rule = rrule(MONTHLY, dtstart=start_at, bymonthday=[*range(min(28, last), last + 1)], bysetpos=-1, count=10)
    else:
        month, day = map(int, anchor.split("-"))
        rule = rrule(
            YEARLY, dtstart=start_at, bymonth=month, bymonthday=[*range(min(28, day), day + 1)], bysetpos=-1, count=10
        )
    return [moment.date() for moment in rule]


@given(anchor=ANCHORS, start=STARTS_ON)
def test_the_dates_are_those_of_an_independent_calendar(anchor: tuple[str, str], start: date) -> None:
    agreement = agreed(told(every=anchor[0], anchor=anchor[1], starts_on=start.isoformat()))
    expected = oracle(*anchor, start)
    found = occurrences_until(agreement, datetime.combine(expected[-1], datetime.min.time(), PARIS), PARIS)
    assert [one.day for one in found] == expected


@given(anchor=ANCHORS, start=STARTS_ON, many=st.integers(0, 8))
def test_the_next_date_is_the_first_that_has_not_come(anchor: tuple[str, str], start: date, many: int) -> None:
    agreement = agreed(told(every=anchor[0], anchor=anchor[1], starts_on=start.isoformat()))
    far = datetime.combine(start, datetime.min.time(), PARIS) + timedelta(days=4000)
    all_ = [one.at for one in occurrences_until(agreement, far, PARIS)]
    assert next_after(agreement, all_[many], PARIS) == all_[many + 1]
