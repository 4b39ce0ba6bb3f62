"""R3, R23: a tenant's due rows wait for its own events that were stored to wait, for ten minutes; then it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Engine

from models.db import raw
from tasks.engine import lock
from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import Databases, Story, mail, wait

Shops = tuple[AtWork, AtWork]


@pytest.fixture
def shops(databases: Databases) -> Iterator[Shops]:
    """Give two shops in which a mail is due at 11:00; in the first the booking is cancelled at 10:30."""
    with databases() as engine:
        yield shop(databases, engine, "flooded", "10:30"), shop(databases, engine, "calm", "18:00")


def shop(databases: Databases, engine: Engine, name: str, cancelled: str) -> AtWork:
    story = Story(databases)
    story.business["id"] = name
    story.automation("later", "session.booked", wait(hours=1), mail("Bientôt"))
    order = story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-02-06 10:00")
    story.cancels(order.booking, at=f"2027-01-02 {cancelled}")
    work = AtWork(engine, story)
    work.drains("2027-01-02 10:00")
    return work


@contextmanager
def busy(work: AtWork, name: str) -> Iterator[None]:
    """Hold a tenant's lock as a worker would that decides other events of it."""
    with work.engine.connect() as connection:
        lock(raw(connection), [name])
        yield


def store_to_wait(flooded: AtWork) -> None:
    """Come back at noon from an outage, and find no time for the event that came before the mail was due."""
    with busy(flooded, "flooded"):
        assert flooded.drains("2027-01-02 12:00")["stored"] == 1
    assert flooded.sql("SELECT to_char(arrived_at AT TIME ZONE 'Europe/Paris', 'HH24:MI') FROM waiting") == [("10:30",)]


def states(work: AtWork) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in work.sql("SELECT business_id, state FROM runs ORDER BY business_id")]


def test_waiting_events_go_before_what_is_due_and_hold_back_no_other_tenant(shops: Shops) -> None:
    flooded, _ = shops
    store_to_wait(flooded)
    flooded.rings("automations.advance")
    assert states(flooded) == [("calm", "done"), ("flooded", "waiting")]
    flooded.rings("events.drain")
    flooded.rings("automations.advance")
    assert states(flooded) == [("calm", "done"), ("flooded", "cancelled")]
    assert flooded.sql("SELECT count(*) FROM alerts") == [(0,)]


def test_after_ten_minutes_what_is_due_goes_on_and_the_owner_is_told_once(shops: Shops) -> None:
    flooded, _ = shops
    store_to_wait(flooded)
    for minute in range(11):
        flooded.comes(f"2027-01-02 12:{minute:02}")
        flooded.rings("automations.advance")
        assert states(flooded)[1] == ("flooded", "waiting")
    flooded.comes("2027-01-02 12:11")
    flooded.rings("automations.advance")
    flooded.rings("messages.deliver")
    assert states(flooded)[1] == ("flooded", "done")
    ((name, text),) = flooded.sql("SELECT business_id, text FROM alerts WHERE reason = 'behind'")
    assert name == "flooded"
    assert "2027-01-02T09:30" in text


def test_the_doctor_tells_of_events_that_wait_and_of_what_went_on_beside_them(relance: Relance, url: str) -> None:
    def found() -> dict[str, dict[str, str]]:
        return {finding["check"]: finding for finding in json.loads(relance("doctor", "--json").out)}

    assert all(found()[check]["ok"] for check in ("waiting events", "order", "setbacks"))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO waiting VALUES (1, 'b', now() - interval '1 hour')")
        connection.execute(
            "INSERT INTO alerts (business_id, id, at, reason, text) VALUES ('b', 'a', now(), 'behind', '')"
        )
        connection.execute("INSERT INTO setbacks VALUES ('b', 'runs r', 1, 1, now(), now(), 'It was killed.')")
    findings = found()
    assert not any(findings[check]["ok"] for check in ("waiting events", "order", "setbacks"))
    assert "1 wait to be decided, the oldest for 3600 s" in findings["waiting events"]["detail"]
    assert "in 1 businesses" in findings["order"]["detail"]
    assert "It was killed." in findings["setbacks"]["detail"]
