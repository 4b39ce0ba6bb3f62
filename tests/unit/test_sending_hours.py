"""When messages may go (R19): quiet hours by channel, send windows and days off, on every clock change; their keys."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.business import Business
from models.days_off import is_day_off
from models.periods import at_local, local_date, opens_at
from models.sending_hours import sending_hours
from models.shop_file import load_shop
from models.yamlfile import BadFileError
from tests.unit.test_periods import PARIS, local, moments, times
from tests.unit.zones import offset, wall

DAY = timedelta(days=1)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
weekdays = st.none() | st.frozensets(st.integers(0, 6), min_size=1)


def business(**keys: Any) -> Business:
    """Return the business of a shop file with these keys."""
    lines = [f"{name}: {value}" for name, value in keys.items()]
    text = "business: {id: a, name: A, timezone: Europe/Paris, " + ", ".join(lines) + "}"
    return load_shop(text, "shop.yaml", lambda _node, name: (name, ""), NEW_YEAR).business


def flaws(**keys: Any) -> str:
    with pytest.raises(BadFileError) as caught:
        business(**keys)
    return str(caught.value)


# Open hours of a day


def any_day(_day: date) -> bool:
    return True


def test_what_comes_in_open_hours_goes_at_once_and_what_comes_after_them_the_next_day() -> None:
    hours = (time(9), time(18), any_day, PARIS)
    assert opens_at(local("2027-01-05T08:59"), *hours) == local("2027-01-05T09:00")
    assert opens_at(local("2027-01-05T09:00"), *hours) == local("2027-01-05T09:00")
    assert opens_at(local("2027-01-05T17:59"), *hours) == local("2027-01-05T17:59")
    assert opens_at(local("2027-01-05T18:00"), *hours) == local("2027-01-06T09:00")


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    def tuesday(day: date) -> bool:
        return day.weekday() == 1

    hours = (time(20), time(2), tuesday, PARIS)
    assert opens_at(local("2027-01-06T01:59"), *hours) == local("2027-01-06T01:59")
    assert opens_at(local("2027-01-06T02:00"), *hours) == local("2027-01-12T20:00")


def test_hours_that_a_clock_change_swallows_are_no_hours_that_day() -> None:
    assert opens_at(local("2027-03-28T00:00"), time(2, 10), time(2, 50), any_day, PARIS) == local("2027-03-29T02:10")


def test_a_year_without_an_allowed_day_never_opens() -> None:
    assert opens_at(NEW_YEAR, time(9), time(18), lambda _day: False, PARIS) is None


@given(moments, times, times, weekdays)
def test_it_opens_at_the_first_instant_that_the_wall_clock_and_the_calendar_allow(
    moment: tuple[ZoneInfo, datetime], opens: time, closes: time, days: frozenset[int] | None
) -> None:
    tz, instant = moment
    found = opens_at(instant, opens, closes, lambda day: days is None or day.weekday() in days, tz)
    assert found is not None
    assert found >= instant
    assert opens_at(found, opens, closes, lambda day: days is None or day.weekday() in days, tz) == found
    begun = [
        day for day in (local_date(found, tz) - DAY, local_date(found, tz)) if _inside(found, day, opens, closes, tz)
    ]
    assert any(days is None or day.weekday() in days for day in begun)
    if found > instant:
        assert any(found == at_local(day, opens, tz) for day in begun)
    if days is None and opens < closes and offset(found - 2 * DAY, tz) == offset(found + 2 * DAY, tz):
        assert opens <= wall(found, tz).time() < closes


def _inside(instant: datetime, day: date, opens: time, closes: time, tz: ZoneInfo) -> bool:
    return at_local(day, opens, tz) <= instant < at_local(day if opens < closes else day + DAY, closes, tz)


# Days off


def test_days_off_are_dates_and_the_holidays_of_countries_and_their_parts() -> None:
    assert is_day_off(date(2027, 5, 1), ["FR"])
    assert is_day_off(date(2028, 7, 14), ["FR"])
    assert not is_day_off(date(2027, 3, 26), ["FR"])  # Good Friday is one in Alsace and Moselle only
    assert is_day_off(date(2027, 3, 26), ["FR-57"])
    assert is_day_off(date(2027, 12, 24), ["FR", "2027-12-24"])
    assert not is_day_off(date(2028, 12, 24), ["FR", "2027-12-24"])


# All together


def test_a_channel_may_have_quiet_hours_of_its_own() -> None:
    shop = business(quiet_hours='{from: "21:00", to: "08:00", sms: {from: "19:00", to: "10:00"}}')
    evening = local("2027-01-05T20:00")
    assert sending_hours(shop).may_go(evening, "email", in_window=True) == evening
    assert sending_hours(shop).may_go(evening, "sms", in_window=True) == local("2027-01-06T10:00")


def test_quiet_hours_of_one_channel_leave_the_other_alone() -> None:
    shop = business(quiet_hours='{sms: {from: "19:00", to: "10:00"}}')
    night = local("2027-01-05T23:00")
    assert sending_hours(shop).may_go(night, "email", in_window=False) == night
    assert sending_hours(shop).may_go(night, "sms", in_window=False) == local("2027-01-06T10:00")


def test_what_need_not_go_now_waits_for_a_working_day_and_what_must_goes_after_the_quiet_hours() -> None:
    shop = business(
        quiet_hours='{from: "21:00", to: "08:00"}',
        send_window='{from: "09:00", to: "18:00", on: [mon, tue, wed, thu, fri]}',
        holidays='[FR, "2027-05-14"]',
    )
    friday = local("2027-05-14T22:00")  # before a weekend and Whit Monday
    assert sending_hours(shop).may_go(friday, "email", in_window=True) == local("2027-05-18T09:00")
    assert sending_hours(shop).may_go(friday, "email", in_window=False) == local("2027-05-15T08:00")
    assert sending_hours(shop).may_go(local("2027-05-14T10:00"), "email", in_window=True) == local("2027-05-18T09:00")


def test_quiet_hours_that_reach_into_open_ones_hold_too() -> None:
    shop = business(quiet_hours='{from: "12:00", to: "14:00"}', send_window='{from: "09:00", to: "13:00"}')
    assert sending_hours(shop).may_go(local("2027-01-05T12:30"), "email", in_window=True) == local("2027-01-06T09:00")


def test_days_alone_and_hours_alone_are_windows() -> None:
    days = business(send_window="{on: [mon]}")
    assert sending_hours(days).may_go(local("2027-01-05T23:30"), "email", in_window=True) == local("2027-01-11T00:00")
    hours = business(send_window='{from: "09:00", to: "18:00"}')
    assert sending_hours(hours).may_go(local("2027-01-09T20:00"), "email", in_window=True) == local("2027-01-10T09:00")


def test_a_channel_may_have_a_window_of_its_own() -> None:
    shop = business(
        send_window='{from: "09:00", to: "18:00", sms: {from: "10:00", to: "17:00", on: [mon, tue]}}', holidays="[FR]"
    )
    friday = local("2027-01-08T09:30")
    assert sending_hours(shop).may_go(friday, "email", in_window=True) == friday
    assert sending_hours(shop).may_go(friday, "sms", in_window=True) == local("2027-01-11T10:00")
    only_sms = business(send_window='{sms: {from: "10:00", to: "17:00"}}')
    night = local("2027-01-08T23:00")
    assert sending_hours(only_sms).may_go(night, "email", in_window=True) == night
    assert sending_hours(only_sms).may_go(night, "sms", in_window=True) == local("2027-01-09T10:00")


@given(moments, times, times, times, times)
def test_what_may_go_at_an_instant_may_go_then(
    moment: tuple[ZoneInfo, datetime], quiet_from: time, quiet_to: time, opens: time, closes: time
) -> None:
    tz, instant = moment
    shop = Business("a", "A", tz.key, "fr", "EUR", "FR", NEW_YEAR, quiet_from=quiet_from, quiet_to=quiet_to)
    shop.send_window = {"from": opens.isoformat(), "to": closes.isoformat()}
    found = sending_hours(shop).may_go(instant, "email", in_window=True)
    assert found >= instant
    assert sending_hours(shop).after_quiet(found, "email") == found
    if sending_hours(shop).when_open(instant, "email") is not None:
        assert sending_hours(shop).may_go(found, "email", in_window=True) == found


# The keys of a shop file


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"quiet_hours": '{from: "21:00"}'}, "quiet_hours lacks 'to'"),
        ({"quiet_hours": '{sms: {from: "21:00"}}'}, "sms lacks 'to'"),
        ({"quiet_hours": '{from: "21:00", to: "08:00", fax: {}}'}, "quiet_hours has no 'fax'"),
        ({"quiet_hours": "{}"}, "quiet_hours lacks 'from'"),
        ({"send_window": '{from: "9h", to: "18:00"}'}, 'from takes a time such as "09:00"'),
        ({"send_window": "{on: [monday]}"}, "Did you mean mon"),
        ({"send_window": "{on: []}"}, "on names no day of the week"),
        ({"send_window": "{}"}, "send_window lacks 'from'"),
        ({"send_window": "{sms: {}}"}, "sms lacks 'from'"),
        ({"send_window": '{from: "09:00", to: "18:00", fax: {}}'}, "send_window has no 'fax'"),
        ({"holidays": "[XX]"}, "No public holidays are known of 'XX'"),
        ({"holidays": "[FR-99]"}, "Known parts of FR: FR-57"),
        ({"holidays": "[2027-13-01]"}, "No public holidays are known of '2027'"),
        (
            {"quiet_hours": '{from: "18:00", to: "10:00"}', "send_window": '{from: "08:00", to: "09:00"}'},
            "quiet_hours leave nothing of send_window",
        ),
        (
            {
                "quiet_hours": '{sms: {from: "18:00", to: "10:00"}}',
                "send_window": '{from: "08:00", to: "09:00"}',
            },
            "quiet_hours leave nothing of send_window",
        ),
    ],
)
def test_what_is_wrong_with_the_hours_is_told_where_it_stands(keys: dict[str, str], told: str) -> None:
    assert told in flaws(**keys)


def test_hours_are_kept_as_they_are_written() -> None:
    shop = business(
        quiet_hours='{from: "21:00", to: "8:00", sms: {from: "20:00", to: "9:00"}}',
        send_window='{from: "9:00", to: "18:00", on: [fri, mon]}',
        holidays="[FR, 2027-12-24, FR]",
    )
    assert (shop.quiet_from, shop.quiet_to) == (time(21), time(8))
    assert shop.quiet_channels == {"sms": {"from": "20:00", "to": "09:00"}}
    assert shop.send_window == {"from": "09:00", "to": "18:00", "on": [0, 4]}
    assert shop.holidays == ["FR", "2027-12-24"]
