"""R22: what can't be understood is kept with its bytes and its reason, and stops nobody else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail

HELLO = {
    "specversion": "1.0",
    "id": "ok",
    "source": "/booking",
    "type": "client.said_hello",
    "business": "atelier",
    "data": {"contact": {"id": "zoe"}},
}


def hello(**attributes: Any) -> bytes:
    """Return a sound event with some attributes changed; None takes one away."""
    return json.dumps({key: value for key, value in (HELLO | attributes).items() if value is not None}).encode()


def spoilt(**attributes: Any) -> bytes:
    """Return an event with an id of its own that can't be understood."""
    return hello(id="bad", **attributes)


PRICE = {"amount": 100, "currency": "XXY"}
CHARGE = {"contact": {"id": "zoe"}, "charge": {"id": "c1", "kind": "other", "description": "x", "price": PRICE}}
BAD = {
    "not JSON": b'{"specversion": "1.0", "id": ',
    "an unknown version": spoilt(specversion="2.0"),
    "a missing field": spoilt(source=None),
    "too large": spoilt(data={"contact": {"id": "zoe"}, "note": "x" * 256 * 1024}),
    "an unknown currency": spoilt(type="charge.added", data=CHARGE),
    "an unknown tenant": spoilt(business="nobody"),
}


NINETEEN = CHARGE["charge"] | {"price": {"amount": 100, "currency": "EUR"}, "tax_rate": "19"}  # type: ignore[operator]
OF_NO_FRENCH_SELLER = {
    "charge.added": CHARGE | {"charge": NINETEEN},
    "service.updated": {"service": {"id": "cut", "name": "Cut", "tax_rate": "19"}},
    "order.placed": {"contact": {"id": "zoe"}, "order": {"id": "o1", "items": [NINETEEN]}},
}
"""Events with a VAT rate that France does not know."""


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop that writes to whoever says hello."""
    story = Story(databases)
    story.automation("hello", "client.said_hello", mail("Bonjour"))
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.comes("2027-01-05 10:00")
        yield at_work


def drained(work: AtWork, *raws: bytes) -> dict[str, int]:
    for raw in raws:
        work.stream.put(raw, work.clock.at)
    return work.rings("events.drain")


@pytest.mark.parametrize("name", BAD)
def test_it_is_kept_with_its_bytes_and_its_reason_and_the_events_beside_it_are_decided(work: AtWork, name: str) -> None:
    before, after = hello(id="before"), hello(id="after", data={"contact": {"id": "ada"}})
    counts = drained(work, before, BAD[name], after)
    assert (counts["decided"], counts["dead"]) == (2, 1)
    ((raw, code, reason),) = work.sql("SELECT raw, code, reason FROM dead_letters")
    assert bytes(raw) == BAD[name]
    assert code
    assert reason.endswith((".", "replay this."))
    assert sorted(work.sql("SELECT contact_id FROM messages")) == [("ada",), ("zoe",)]
    assert not work.stream.entries


def test_many_of_them_stop_nobody(work: AtWork) -> None:
    counts = drained(work, *(bad for bad in BAD.values() for _ in range(30)), hello())
    assert counts["decided"] == 1
    assert work.sql("SELECT count(*) FROM messages") == [(1,)]


def test_its_bytes_are_forgotten_after_ninety_days(work: AtWork) -> None:
    drained(work, BAD["not JSON"])
    for day, kept in (("2027-04-05 09:00", 1), ("2027-04-05 12:00", 0)):
        work.comes(day)
        work.rings("housekeeping.prune")
        assert work.sql("SELECT count(*) FROM dead_letters") == [(kept,)]


@pytest.mark.parametrize("type_", OF_NO_FRENCH_SELLER)
def test_a_vat_rate_that_the_sellers_country_does_not_know_is_refused(work: AtWork, type_: str) -> None:
    counts = drained(work, hello(), spoilt(type=type_, data=OF_NO_FRENCH_SELLER[type_]))
    assert (counts["decided"], counts["dead"]) == (1, 1)
    ((reason,),) = work.sql("SELECT reason FROM dead_letters")
    assert "19 % is no VAT rate of a seller in FR" in reason
    assert work.sql("SELECT * FROM charges") == []
