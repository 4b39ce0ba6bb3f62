"""What kills the process that decides it, or takes too long, is found by deciding it in ever smaller company (R22)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from models.db import AWAY, transact
from tasks.engine import lock
from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail, wait

MANY = 100
LEAVE = "INSERT INTO attempts (business_id, id, at, in_hand) VALUES ('atelier', %s, now(), %s)"
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_sleep(2);
    RETURN NEW;
END $$;
CREATE TRIGGER dawdle BEFORE INSERT ON runs FOR EACH ROW WHEN (NEW.contact_id = 'slow') EXECUTE FUNCTION dawdle()"""


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop in which a hundred clients have said hello and are written to an hour later."""
    story = Story(databases)
    story.automation("hello", "client.said_hello", wait(hours=1), mail("Bonjour"))
    for number in range(MANY):
        story.event("client.said_hello", "2027-01-02 10:00", {"contact": {"id": f"c{number}"}})
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        at_work.comes("2027-01-02 11:00")
        yield at_work


@pytest.fixture
def limit(request: pytest.FixtureRequest) -> str:
    """Return which patience of the database ends first."""
    return getattr(request, "param", "statement_timeout")


@pytest.fixture
def slow(databases: Databases, limit: str) -> Iterator[AtWork]:
    """Give a shop in which nothing may take longer than a moment, and an event between two others does."""
    story = Story(databases)
    story.automation("hello", "client.said_hello", mail("Bonjour"))
    for name in ("zoe", "slow", "ada"):
        story.event("client.said_hello", "2027-01-02 10:00", {"contact": {"id": name}}, id=name)
    with databases() as engine:
        hurry(engine, limit)
        at_work = AtWork(engine, story)
        at_work.comes("2027-01-02 10:00")
        yield at_work


def hurry(engine: Engine, limit: str) -> None:
    """Let the patience of the database end sooner than it does in earnest."""

    @event.listens_for(engine, "connect")
    def set_limits(connection: psycopg.Connection[Any], _record: Any) -> None:
        connection.execute(f"SET {limit} = '1s'".encode())
        connection.execute("SET lock_timeout = '200ms'")
        connection.commit()


def ids(work: AtWork) -> list[str]:
    return [row[0] for row in work.sql("SELECT id FROM runs ORDER BY sequence")]


def dies_with(work: AtWork, *runs: str) -> None:
    """Leave behind what a worker does that is killed while it decides these runs."""
    name = str(work.sql("SELECT count(*) FROM attempts")[0][0])
    work.sql(LEAVE, name, json.dumps([["atelier", "runs", run] for run in runs]))


@contextmanager
def locked(work: AtWork, statement: str) -> Iterator[None]:
    """Hold a lock as somebody else would."""
    with psycopg.connect(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute(statement.encode())
        yield


def test_what_a_dead_worker_had_in_hand_is_decided_in_smaller_company(work: AtWork) -> None:
    dies_with(work, *ids(work))
    counts = work.rings("automations.advance")
    assert counts["decided"] == MANY
    assert work.sql("SELECT count(*) FROM runs WHERE state = 'waiting'") == [(0,)]
    assert work.sql("SELECT count(*) FROM attempts") == work.sql("SELECT count(*) FROM setbacks") == [(0,)]


def test_the_company_is_thirty_times_smaller_each_time(work: AtWork) -> None:
    seen: list[int] = []
    work.shell = replace(work.shell, observe=lambda outcome: seen.append(outcome.items))
    dies_with(work, *ids(work))
    dies_with(work, *ids(work)[:40])
    while work.rings("automations.advance")["more"]:
        pass
    assert seen[:21] == [3] * 20 + [1]
    assert sum(seen) == MANY


def test_a_worker_that_lives_is_not_taken_for_dead(work: AtWork) -> None:
    dies_with(work, *ids(work))

    def decide(connection: psycopg.Connection[Any]) -> None:
        lock(connection, ["atelier"])
        assert work.rings("automations.advance")["decided"] == 0

    transact(work.engine, decide)
    assert work.sql("SELECT count(*) FROM attempts") == [(1,)]


def test_a_run_that_killed_three_times_alone_is_given_up_with_its_reason(work: AtWork) -> None:
    poison = ids(work)[7]
    for instant in ("2027-01-02 11:00", "2027-01-02 11:01", "2027-01-02 11:11"):
        work.comes(instant)
        assert work.sql("SELECT state FROM runs WHERE id = %s", poison) == [("waiting",)]
        dies_with(work, poison)
        work.rings("automations.advance")
    assert work.sql("SELECT id FROM runs WHERE state = 'failed'") == [(poison,)]
    ((text,),) = work.sql("SELECT text FROM alerts WHERE reason = 'stuck'")
    assert "was killed" in text


def test_a_batch_that_only_fails_leaves_nothing_behind(work: AtWork) -> None:
    work.sql("UPDATE runs SET version = 99 WHERE id = %s", ids(work)[7])
    counts = work.rings("automations.advance")
    assert (counts["decided"], counts["put_off"]) == (MANY - 1, 1)
    work.rings("automations.advance")
    assert work.sql("SELECT attempts FROM setbacks") == [(1,)]


def given_out(work: AtWork, times: int) -> None:
    """Let readers have left what is on the stream so often."""
    work.stream.entries = [replace(entry, deliveries=times) for entry in work.stream.entries]


def test_what_a_reader_of_the_stream_left_is_only_stored_and_decided_in_smaller_company(slow: AtWork) -> None:
    together: list[int] = []
    slow.shell = replace(slow.shell, observe=lambda outcome: together.append(outcome.items))
    given_out(slow, 2)
    assert slow.rings("events.drain")["decided"] == 3
    assert together[:4] == [0, 1, 1, 1]


def test_what_nobody_lived_to_store_is_kept_unread(slow: AtWork) -> None:
    given_out(slow, 6)
    assert slow.rings("events.drain")["dead"] == 3
    for code, reason, event_id in slow.sql("SELECT code, reason, event_id FROM dead_letters"):
        assert (code, event_id) == ("poison", None)
        assert "given out 5 times" in reason


@pytest.mark.parametrize("limit", ["statement_timeout", "transaction_timeout"], indirect=True)
def test_an_event_that_takes_too_long_stops_no_other_and_is_given_up_the_third_time(slow: AtWork, limit: str) -> None:
    slow.sql(SLOW)
    for instant in ("2027-01-02 10:00", "2027-01-02 10:01", "2027-01-02 10:11"):
        slow.comes(instant)
        assert slow.sql("SELECT 1 FROM dead_letters") == []
        with pytest.raises(AWAY):
            slow.rings("events.drain")
        slow.rings("events.drain")
    assert slow.sql("SELECT contact_id FROM runs ORDER BY 1") == [("ada",), ("zoe",)]
    ((event_id, reason),) = slow.sql("SELECT event_id, reason FROM dead_letters")
    assert event_id == "slow"
    assert limit.replace("_", " ") in reason


def test_events_that_are_only_too_many_at_once_are_all_decided(slow: AtWork) -> None:
    slow.sql(SLOW.replace("pg_sleep(2)", "pg_sleep(0.4)").replace("= 'slow'", "<> ''"))
    slow.rings("events.drain")
    assert slow.sql("SELECT count(*) FROM runs") == [(3,)]
    assert slow.sql("SELECT count(*) FROM dead_letters") == [(0,)]


def test_somebody_else_s_lock_is_held_against_no_event(slow: AtWork) -> None:
    with locked(slow, "LOCK TABLE runs IN ACCESS EXCLUSIVE MODE"):
        for _ in range(4):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                slow.rings("events.drain")
    assert slow.sql("SELECT count(*) FROM inbox") == slow.sql("SELECT count(*) FROM setbacks") == [(0,)]
    assert slow.rings("events.drain")["decided"] == 3
    assert slow.sql("SELECT count(*) FROM dead_letters") == [(0,)]
