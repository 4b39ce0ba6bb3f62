"""R21: when an automation that usually fires has been silent for too long."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from models.silence import Silence, silence

MONDAY = date(2027, 3, 1)
DAILY = range(10)
WORKDAYS = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
WEEKLY = range(0, 50, 7)


def fell_silent(fired: Sequence[int], *, closed: Sequence[int] = (), since: int | None = None) -> int:
    """Return after how many days without firing it is a silence."""
    days = [MONDAY + timedelta(days=day) for day in fired]
    begun = MONDAY + timedelta(days=since) if since is not None else days[-1]
    shut = {MONDAY + timedelta(days=day) for day in closed}
    return next(
        after
        for after in range(200)
        if silence(days, begun, days[-1] + timedelta(days=after), lambda day: day not in shut)
    )


@pytest.mark.parametrize(
    ("fired", "after"),
    [
        (DAILY, 4),
        (WEEKLY, 22),
        (WORKDAYS, 4),
        ([0, 1, 2, 3, 4, 14, 15, 16, 17], 11),
    ],
    ids=["daily", "weekly", "on workdays: from Friday to the next Tuesday", "it has been away for longer before"],
)
def test_three_usual_gaps_are_a_silence_but_not_what_has_been_before(fired: Sequence[int], after: int) -> None:
    assert fell_silent(fired) == after


def test_days_on_which_the_business_is_closed_do_not_count() -> None:
    weekends = [day for week in range(4) for day in (7 * week + 5, 7 * week + 6)]
    assert fell_silent(WORKDAYS, closed=weekends) == 6
    assert fell_silent(WORKDAYS, closed=[*weekends, 14, 15, 16]) == 11
    every = [day for week in range(20) for day in (7 * week + 5, 7 * week + 6)]
    assert fell_silent(WEEKLY, closed=every) == 22


def test_what_fires_on_closed_days_has_a_gap_of_a_day_at_least() -> None:
    assert fell_silent(DAILY, closed=DAILY) == 4


def test_it_begins_anew_when_a_person_has_taken_it_in_hand() -> None:
    assert fell_silent(DAILY, since=19) == 14


def test_what_has_fired_on_few_days_has_no_usual_gap() -> None:
    days = [MONDAY + timedelta(days=day) for day in range(5)]
    assert silence(days, days[-1], MONDAY + timedelta(days=99), lambda _day: True) is None


def test_it_says_how_long_and_what_is_usual() -> None:
    days = [MONDAY + timedelta(days=day) for day in DAILY]
    seen = silence(days, days[-1], days[-1] + timedelta(days=5), lambda _day: True)
    assert seen == Silence(5, 1)
    assert str(seen) == "It has not fired for 5 open days; usually it fires again after 1"
