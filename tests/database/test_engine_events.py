"""Waiting events: poison is found by halving while other workers go on, and nothing is decided twice."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from models.db import transact
from tasks.claiming import tenants_waiting
from tasks.engine import lock
from tasks.events import still_waiting
from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop that writes to whoever says hello."""
    story = Story(databases)
    story.automation("hello", "client.said_hello", mail("Bonjour"))
    for name in ("zoe", "ada", "leo"):
        story.event("client.said_hello", "2027-01-02 10:00", {"contact": {"id": name}}, id=name)
    with databases() as engine:
        yield AtWork(engine, story)


def _busy(work: AtWork, started: threading.Event, release: threading.Event, *then: str) -> threading.Thread:
    """Hold the tenant's lock as another worker would, do its work when released, and commit."""

    def hold() -> None:
        def decide(connection: Any) -> None:
            lock(connection, ["atelier"])
            started.set()
            release.wait(20)
            for statement in then:
                connection.execute(statement)

        transact(work.engine, decide)

    thread = threading.Thread(target=hold)
    thread.start()
    started.wait(20)
    return thread


def test_what_another_worker_decides_meanwhile_is_not_decided_again(work: AtWork) -> None:
    started, release = threading.Event(), threading.Event()
    other = _busy(work, started, release, "DELETE FROM waiting")
    work.drains("2027-01-02 10:00")
    sequences = [row[0] for row in work.sql("SELECT sequence FROM waiting")]
    assert len(sequences) == 3
    threading.Timer(0.5, release.set).start()
    assert transact(work.engine, lambda c: still_waiting(c, sequences)) == []
    other.join()


def test_poison_among_waiting_events_goes_to_the_dead_letters_alone(work: AtWork) -> None:
    started, release = threading.Event(), threading.Event()
    other = _busy(work, started, release)
    counts = work.drains("2027-01-02 10:00")
    assert (counts["stored"], counts["decided"]) == (3, 0)
    release.set()
    other.join()
    work.sql("INSERT INTO limit_slots VALUES ('atelier', 'leo', 'hello', '-', 0, '2027-01-01Z', 'infinity', 'nobody')")
    counts = work.rings("events.drain")
    assert (counts["decided"], counts["dead"]) == (2, 1)
    assert work.sql("SELECT event_id, code FROM dead_letters") == [("leo", "poison")]
    assert work.sql("SELECT count(*) FROM waiting") == [(0,)]
    assert work.sql("SELECT count(*) FROM runs") == [(2,)]


def test_of_many_tenants_that_flood_each_gets_its_turn_and_its_share(work: AtWork) -> None:
    work.sql(
        "INSERT INTO waiting (sequence, business_id, arrived_at)"
        " SELECT n, 'b' || lpad((n %% 700)::text, 3, '0'), now() FROM generate_series(1, %s) n",
        7_000,
    )
    seen: set[str] = set()
    for _ in range(40):
        found = transact(work.engine, lambda c: tenants_waiting(c, 5))
        assert len(found) <= 500
        assert {many for _, many in found} == {5}
        seen |= {name for name, _ in found}
    assert len(seen) >= 500
