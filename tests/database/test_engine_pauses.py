"""Pauses of one business and of all: beat has nothing to ring for, and what they held is let go, also after a death."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from models.db import transact
from models.pausing import EVERYBODY, Scope
from tasks import pauses
from tasks.books import check_books
from tasks.due import due_bells
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story, mail, wait

NOON, EVENING = "2027-01-02 12:00", "2027-01-02 18:00"


def told(databases: Databases, name: str) -> Story:
    """Tell of a shop in which zoe books three times: one request at once, two noted, a letter an hour later."""
    story = Story(databases)
    story.business["id"] = name
    story.automation("ask", "session.booked", ASK, limit={"per": "24h"})
    story.automation("hello", "session.booked", wait(hours=1), mail("Bonjour"))
    for hour in (9, 10, 12):
        story.books("zoe", "cut", at=f"2027-01-02 {hour:02}:00", when="2027-01-06 10:00", order=f"{name}-{hour}")
    return story


@pytest.fixture
def shops(databases: Databases) -> Iterator[tuple[AtWork, AtWork]]:
    """Give two shops of one database, both at ten o'clock, with a request in line."""
    with databases() as engine:
        both = AtWork(engine, told(databases, "one")), AtWork(engine, told(databases, "two"))
        for shop in both:
            shop.drains("2027-01-02 10:00")
        yield both


def pause(work: AtWork, business: str, scope: Scope = Scope.EVERYTHING, until: datetime | None = None) -> None:
    now = work.clock.at
    transact(work.engine, lambda c: pauses.pause(c, business, scope, None, now, until=until, actor="tests"))


def resume(work: AtWork, business: str, scope: Scope = Scope.EVERYTHING) -> None:
    now = work.clock.at
    transact(work.engine, lambda c: pauses.resume(c, business, scope, None, now, actor="tests"))


def works(*shops: AtWork) -> None:
    """Ring what is due, as beat and workers do, until nothing is; a thing that stays due for ever would hang here."""
    for _ in range(20):
        due = due_bells(shops[0].engine, shops[0].clock.at)
        for bell in sorted(due, reverse=True):
            shops[0].rings(bell)
        if not due:
            return
    raise AssertionError(due)


def comes(instant: str, *shops: AtWork) -> None:
    for shop in shops:
        shop.drains(instant)
    works(*shops)


def sent(work: AtWork) -> int:
    return len(work.mail.arrived)


def held(work: AtWork) -> tuple[Any, ...]:
    return work.sql(
        "SELECT (SELECT count(*) FROM runs WHERE held_at IS NOT NULL),"
        " (SELECT count(*) FROM messages WHERE held_at IS NOT NULL AND next_attempt_at IS NULL)"
    )[0]


def sound(work: AtWork) -> None:
    with work.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert check_books(driver) == []


def test_a_pause_of_one_business_leaves_the_other_alone(shops: tuple[AtWork, AtWork]) -> None:
    one, two = shops
    pause(one, "one")
    comes(NOON, *shops)
    assert one.sql("SELECT DISTINCT business_id FROM messages WHERE state = 'sent'") == [("two",)]
    assert held(one) == (3, 1)
    resume(one, "one")
    comes(EVENING, *shops)
    assert held(one) == (0, 0)
    counts = one.sql("SELECT business_id, count(*) FROM messages WHERE state = 'sent' GROUP BY 1 ORDER BY 1")
    assert counts == [("one", 4), ("two", 4)]
    sound(one)
    assert two.sql("SELECT count(*) FROM pauses WHERE released_at IS NULL") == [(0,)]


def test_while_everybody_is_paused_beat_has_nothing_to_ring_for(shops: tuple[AtWork, AtWork]) -> None:
    one, two = shops
    pause(one, EVERYBODY)
    comes(NOON, *shops)
    comes("2027-01-04 12:00", *shops)
    assert due_bells(one.engine, one.clock.at) == set()
    assert sent(one) + sent(two) == 0
    assert held(one)[0] == 6
    assert one.sql("SELECT count(*) FROM noted_charges WHERE due_at <= %s", one.clock.at) == [(4,)]
    sound(one)


def test_what_a_pause_of_everybody_held_goes_on_in_every_business(shops: tuple[AtWork, AtWork]) -> None:
    one, two = shops
    pause(one, EVERYBODY)
    comes(NOON, *shops)
    resume(one, EVERYBODY)
    comes(EVENING, *shops)
    assert held(one) == (0, 0)
    assert one.sql("SELECT business_id, count(*) FROM invoices GROUP BY 1 ORDER BY 1") == [("one", 1), ("two", 1)]
    assert sent(one) + sent(two) == 8
    comes("2027-01-03 10:00", *shops)
    assert one.sql("SELECT business_id, sum(total) FROM invoices GROUP BY 1 ORDER BY 1") == [
        ("one", 13500),
        ("two", 13500),
    ]


def test_a_pause_that_has_come_to_its_end_is_due_once(shops: tuple[AtWork, AtWork]) -> None:
    one, _ = shops
    pause(one, EVERYBODY, until=datetime.fromisoformat(one.story.instant(EVENING)))
    comes(NOON, *shops)
    assert sent(one) == 0
    one.comes(EVENING)
    assert "pauses.end" in due_bells(one.engine, one.clock.at)
    assert one.rings("pauses.end")["ended"] == 1
    assert "pauses.end" not in due_bells(one.engine, one.clock.at)
    assert one.rings("pauses.end")["ended"] == 0


def test_a_worker_that_dies_while_it_lets_go_leaves_the_rest_to_the_next(shops: tuple[AtWork, AtWork]) -> None:
    one, _ = shops
    pause(one, EVERYBODY)
    comes(NOON, *shops)
    resume(one, EVERYBODY)
    one.sql("CREATE RULE dies AS ON UPDATE TO messages WHERE OLD.business_id = 'two' DO ALSO SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        one.rings("pauses.end")
    one.sql("DROP RULE dies ON messages")
    assert held(one) != (0, 0)
    comes(EVENING, *shops)
    assert held(one) == (0, 0)
    sound(one)


def test_money_that_is_paused_for_everybody_keeps_no_letter_back(shops: tuple[AtWork, AtWork]) -> None:
    one, _ = shops
    pause(one, EVERYBODY, Scope.MONEY)
    comes(NOON, *shops)
    comes("2027-01-03 12:00", *shops)
    assert one.sql("SELECT DISTINCT template FROM messages WHERE state = 'sent'") == [("send_email",)]
    assert due_bells(one.engine, one.clock.at) == set()
    resume(one, EVERYBODY, Scope.MONEY)
    comes("2027-01-03 13:00", *shops)
    assert one.sql("SELECT count(*) FROM messages WHERE template = 'request_payment' AND state = 'sent'") == [(4,)]
