"""R23: one tenant's flood does not delay another's work, neither on the stream nor among what is due."""

from collections.abc import Iterator

import pytest

from models.db import transact
from models.scenario_file import load_scenario
from tasks.claiming import claim_rows
from tasks.due import view
from tasks.opening import open_shop
from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail, wait

BATCH = 10
NOW = "2027-01-05 10:00"


def flooded(databases: Databases, *, flood: int) -> Iterator[AtWork]:
    """Give two shops that write an hour after a hello; many said hello to `atelier`, then one to `studio`."""
    story, small = Story(databases), Story(databases)
    small.business["id"] = "studio"
    for shop in (story, small):
        shop.automation("hello", "client.said_hello", wait(hours=1), mail("Bonjour"))
    for number in range(flood):
        story.event("client.said_hello", NOW, {"contact": {"id": "zoe"}}, id=str(number))
    story.event("client.said_hello", NOW, {"contact": {"id": "zoe"}}, business="studio")
    other = load_scenario(small.text(), "small.yaml", lambda _node, name: (name, ""))
    with databases() as engine:
        work = AtWork(engine, story, batch=BATCH)
        transact(engine, lambda c: open_shop(c, other.shop, other.start, actor="tests"))
        yield work


@pytest.fixture
def one_batch(databases: Databases) -> Iterator[AtWork]:
    """Give what one batch holds: nine events of the one shop, one of the other."""
    yield from flooded(databases, flood=BATCH - 1)


@pytest.fixture
def many_batches(databases: Databases) -> Iterator[AtWork]:
    yield from flooded(databases, flood=4 * BATCH - 1)


def test_what_is_beyond_a_tenants_share_of_a_batch_waits_until_the_others_are_decided(one_batch: AtWork) -> None:
    counts = one_batch.drains(NOW)
    assert counts["decided"] == BATCH
    order = one_batch.sql("SELECT business_id FROM runs ORDER BY sequence")
    assert [name for (name,) in order] == ["atelier"] * 5 + ["studio"] + ["atelier"] * 4


def test_every_claim_of_what_is_due_takes_tenants_in_turn(many_batches: AtWork) -> None:
    many_batches.drains(NOW)
    many_batches.comes("2027-01-05 12:00")
    here = view(many_batches.shell, many_batches.clock.at)
    claimed = transact(many_batches.engine, lambda c: claim_rows(c, "runs", here, BATCH))
    assert {name for name, _, _ in claimed} == {"atelier", "studio"}
    assert len(claimed) < BATCH
