"""A020 to A024: waits for what is past, past a goal, for nothing, out of order, shorter than the night."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from models.business import Business
from tests.unit.linted import ASK, MAIL, REMIND, SOUND, codes, holds, odd, wait, when

STARTS, ENDS, DUE = "session.starts_at", "session.ends_at", "invoice.due_on"
BIG = holds("invoice.amount_due", "greater_than", 50)


@pytest.mark.parametrize(
    ("on", "delay", "found"),
    [
        ("session.started", {"until": STARTS}, []),
        ("session.started", {"until": STARTS, "plus": {"hours": 1}}, []),
        ("session.started", {"until": STARTS, "minus": {"hours": 1}}, ["A020"]),
        ("session.started", {"until": ENDS}, []),
        ("session.ended", {"until": ENDS, "minus": {"minutes": 1}}, ["A020"]),
        ("session.ended", {"until": STARTS, "minus": {"days": 1}}, ["A020"]),
        ("session.booked", {"until": STARTS, "minus": {"days": 1}}, []),
        ("invoice.overdue", {"until": DUE}, ["A020"]),
        ("invoice.overdue", {"until": DUE, "plus": {"days": 1}}, []),
        ("invoice.due_soon", {"until": DUE}, []),
    ],
)
def test_a_wait_for_what_is_past_when_the_run_starts(on: str, delay: dict[str, Any], found: list[str]) -> None:
    assert odd(wait(**delay), MAIL, on=on) == [(code, "steps.0.delay") for code in found]


def test_a_wait_for_what_is_past_after_a_length_of_time() -> None:
    assert codes(wait(days=3), wait(until=DUE, plus={"days": 3}), MAIL) == ["A020"]
    assert codes(wait(days=3), wait(until=DUE, plus={"days": 4}), MAIL) == []


@pytest.mark.parametrize(
    ("on", "goal", "delay", "found"),
    [
        ("session.booked", "session.started", {"until": STARTS}, True),
        ("session.booked", "session.started", {"until": STARTS, "minus": {"hours": 1}}, False),
        ("session.booked", "session.started", {"until": ENDS}, True),
        ("session.booked", "session.ended", {"until": ENDS, "plus": {"hours": 1}}, True),
        ("session.booked", "session.ended", {"until": STARTS, "plus": {"hours": 1}}, False),
        ("invoice.sent", "invoice.overdue", {"until": DUE, "plus": {"days": 2}}, True),
        ("invoice.sent", "invoice.overdue", {"until": DUE, "plus": {"days": 1}}, False),
        ("session.started", "session.started", {"days": 1}, False),
    ],
)
def test_a_wait_past_a_goal(on: str, goal: str, delay: dict[str, Any], *, found: bool) -> None:
    assert odd(wait(**delay), MAIL, on=on, stop_when=goal) == ([("A021", "steps.0.delay")] if found else [])


@pytest.mark.parametrize("on", ["invoice.paid", "invoice.voided", "order.paid"])
def test_a_goal_that_is_the_trigger(on: str) -> None:
    assert odd(MAIL, on=on, stop_when=on) == [("A021", "stop_when")]
    assert odd(MAIL, on=on) == []


def test_nothing_after_a_last_wait() -> None:
    assert odd(MAIL, wait(days=3)) == [("A022", "steps.1.delay")]
    assert odd(MAIL, wait(days=3), "end") == [("A022", "steps.1.delay")]
    assert odd(MAIL, when(BIG, MAIL, wait(days=3), otherwise=[wait(days=1), MAIL])) == [
        ("A022", "steps.1.then.1.delay")
    ]
    assert codes(when(BIG, wait(days=3)), MAIL) == []
    assert codes(wait(days=3), MAIL) == []


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"until": DUE, "plus": {"days": 3}}, {"until": DUE, "plus": {"days": 10}}, False),
        ({"until": DUE, "plus": {"days": 10}}, {"until": DUE, "plus": {"days": 3}}, True),
        ({"until": DUE, "plus": {"days": 10}}, {"days": 3}, False),
        ({"until": "2027-05-01"}, {"until": "2027-03-01"}, True),
        ({"until": "2027-05-01"}, {"until": "2027-05-02"}, False),
        ({"until": "2027-05-01T10:00:00Z"}, {"until": "2027-05-01"}, False),
        ({"until": "09:00"}, {"until": "08:00"}, False),
    ],
)
def test_a_ladder_goes_up(first: dict[str, Any], second: dict[str, Any], *, found: bool) -> None:
    steps = (wait(**first), REMIND, wait(**second), REMIND)
    assert odd(*steps, **SOUND) == ([("A023", "steps.2.delay")] if found else [])


def test_two_that_ask_for_money_at_one_instant() -> None:
    assert odd(REMIND, REMIND, **SOUND) == [("A023", "steps.1")]
    assert odd(REMIND, MAIL, when(BIG, REMIND), **SOUND) == [("A023", "steps.2.then.0")]
    assert odd(when(BIG, REMIND), wait(days=0), REMIND, **SOUND) == [("A023", "steps.2")]
    assert codes(REMIND, wait(minutes=1), REMIND, **SOUND) == []
    assert codes(when(BIG, REMIND, "end"), REMIND, **SOUND) == []
    assert codes(when(BIG, REMIND, otherwise=[REMIND]), **SOUND) == []
    assert codes(ASK, REMIND, on="session.booked", limit={"per": "24h"}, stop_when="invoice.paid") == ["A023"]


def test_on_each_way_only_what_is_sure_counts() -> None:
    up = wait(until=DUE, plus={"days": 10})
    assert codes(when(BIG, up), wait(until=DUE, plus={"days": 3}), MAIL) == []
    assert codes(when(BIG, up, otherwise=[up]), wait(until=DUE, plus={"days": 3}), MAIL) == ["A023"]
    assert codes(when(BIG, wait(days=9), "end", otherwise=[up]), wait(until=DUE, plus={"days": 3}), MAIL) == ["A023"]


def business(start: time | None, end: time | None) -> Business:
    return Business(
        "atelier", "Atelier", "UTC", "fr", "EUR", "FR", datetime(2027, 1, 1, tzinfo=UTC), quiet_from=start, quiet_to=end
    )


@pytest.mark.parametrize(
    ("start", "end", "tolerance", "found"),
    [
        (time(21), time(8), "10h", True),
        (time(21), time(8), "11h", False),
        (time(12), time(14), "1h", True),
        (time(12), time(14), "2h", False),
        (None, None, "1m", False),
    ],
)
def test_a_tolerance_shorter_than_the_quiet_hours(
    start: time | None, end: time | None, tolerance: str, *, found: bool
) -> None:
    late = {"tolerance": tolerance}
    expected = [("A024", "late.tolerance")] if found else []
    assert odd(MAIL, late=late, business=business(start, end)) == expected
    assert odd(MAIL, late=late) == []
    assert odd("end", late=late, business=business(start, end)) == []
