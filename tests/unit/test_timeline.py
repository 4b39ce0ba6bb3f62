"""Timelines of runs, as a terminal draws them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.languages import Language
from models.timeline import Moment, draw

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2027, 3, 26, 12, tzinfo=PARIS)


def test_what_passed_what_belongs_to_it_and_what_is_to_come() -> None:
    moments = [
        Moment(NOON, "", "begins"),
        Moment(NOON + timedelta(seconds=20), "0", "waits"),
        Moment(NOON + timedelta(days=1, hours=2), "1", "request: done"),
        Moment(NOON + timedelta(days=4, minutes=1), "", "goes on", ahead=True),
    ]
    assert list(draw(moments, Language.EN)) == [
        "2027-03-26 12:00  ●  begins",
        "                  │  0  waits",
        "                  │  1 day 2 hours",
        "2027-03-27 14:00  ●  1  request: done",
        "                  │  2 days 22 hours 1 minute",
        "2027-03-30 12:01  ○  goes on",
    ]


def test_days_are_counted_by_the_wall_clock_also_when_it_changes() -> None:
    moments = [Moment(NOON, "", "a"), Moment(NOON + timedelta(days=3), "", "b")]
    assert list(draw(moments, Language.FR))[1] == "                  │  3 jours"


def test_an_empty_timeline_draws_nothing() -> None:
    assert list(draw([], Language.FR)) == []
