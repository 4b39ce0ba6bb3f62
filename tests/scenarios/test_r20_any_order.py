"""R20: an event counts once, the newest value wins, and what comes before its time is remembered."""

from collections.abc import Callable

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Lines, Story, euros, mail, wait

BOOKED, NEXT, VISIT = "2027-01-05 10:00", "2027-01-06 10:00", "2027-02-12 14:00"


def says_hello(shop: Story, at: str, contact: str = "zoe", **envelope: str) -> None:
    shop.event("client.said_hello", at, {"contact": {"id": contact}}, **envelope)


def renames(shop: Story, name: str, at: str, **envelope: str) -> None:
    shop.event("contact.updated", at, {"contact": {"id": "zoe", "name": name}}, **envelope)


def name_at_the_end(shop: Story) -> str:
    """Return how a client is called in a mail after all that happened."""
    shop.automation("hello", "client.said_hello", mail("{{ contact.name }}"))
    says_hello(shop, "2027-02-20 10:00")
    return str(shop.run().one("message")["subject"])


# Once


def test_an_event_is_taken_once_however_often_it_comes(shop: Story) -> None:
    shop.automation("hello", "client.said_hello", mail("Bonjour"))
    for at in (BOOKED, BOOKED, NEXT):
        says_hello(shop, at, id="1", time=BOOKED)
    assert shop.run().times("message") == [BOOKED]


@pytest.mark.parametrize("envelope", [{"id": "2"}, {"source": "/other"}])
def test_another_id_or_another_source_is_another_event(shop: Story, envelope: dict[str, str]) -> None:
    shop.automation("hello", "client.said_hello", mail("Bonjour"))
    says_hello(shop, BOOKED, id="1", source="/one", time=BOOKED)
    says_hello(shop, NEXT, **({"id": "1", "source": "/one", "time": BOOKED} | envelope))
    assert shop.run().times("message") == [BOOKED, NEXT]


def test_the_same_id_with_another_body_is_refused_and_changes_nothing(databases: Databases) -> None:
    story = Story(databases)
    renames(story, "Zoë", BOOKED, id="1", time=BOOKED)
    renames(story, "Zora", NEXT, id="1", time=BOOKED)
    with databases() as engine:
        work = AtWork(engine, story)
        assert work.drains(NEXT)["dead"] == 1
        assert work.sql("SELECT name FROM contacts WHERE id = 'zoe'") == [("Zoë",)]
        assert work.sql("SELECT event_id, code FROM dead_letters") == [("1", "other_body")]


# The newest value wins


def test_an_older_update_that_comes_later_changes_nothing(shop: Story) -> None:
    renames(shop, "New", BOOKED, time="2027-01-05 09:00")
    renames(shop, "Old", NEXT, time="2027-01-04 09:00")
    assert name_at_the_end(shop) == "New"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"source": "/a", "id": "9"}, {"source": "/b", "id": "1"}),
        ({"source": "/a", "id": "1"}, {"source": "/a", "id": "2"}),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_updates_of_one_instant_the_greater_source_then_id_wins(
    shop: Story, one: dict[str, str], other: dict[str, str], *, turned: bool
) -> None:
    updates = [("Less", one), ("Greater", other)]
    for name, envelope in reversed(updates) if turned else updates:
        renames(shop, name, BOOKED, time=BOOKED, **envelope)
    assert name_at_the_end(shop) == "Greater"


def test_an_update_changes_only_the_keys_that_it_carries(shop: Story) -> None:
    shop.event("contact.updated", BOOKED, {"contact": {"id": "zoe", "name": "New"}}, time="2027-01-05 09:00")
    older = {"id": "zoe", "name": "Old", "email": "old@example.org"}
    shop.event("contact.updated", NEXT, {"contact": older}, time="2027-01-04 09:00")
    shop.automation("hello", "client.said_hello", mail("{{ contact.name }}"))
    says_hello(shop, "2027-02-20 10:00")
    message = shop.run().one("message")
    assert (message["subject"], message["to"]) == ("New", "old@example.org")


def test_an_older_move_of_a_session_does_not_move_it_back(shop: Story) -> None:
    shop.automation("soon", "session.started", mail("Bienvenue"))
    order = shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    for arrives, day, time in ((NEXT, 20, "2027-01-06 09:00"), ("2027-01-07 10:00", 15, "2027-01-06 08:00")):
        span = {edge: shop.instant(f"2027-01-{day} 1{hour}:00") for edge, hour in (("starts_at", 4), ("ends_at", 5))}
        shop.event("session.rescheduled", arrives, {"session": {"id": order.session} | span}, time=time)
    assert shop.run().times("message") == ["2027-01-20 14:00"]


# Before its time


def owed(lines: Lines) -> int:
    """Return what all documents together still ask for."""
    return sum(lines.of("invoice").each("amount_due"))


HAPPENS: dict[str, Callable[[Story, str], object]] = {
    "one booking is cancelled": lambda shop, at: shop.cancels("o1-b2", at=at),
    "a part is paid": lambda shop, at: shop.pays("zoe", 3000, at=at, order="o1"),
    "the rest was paid upstream": lambda shop, at: shop.was_paid_upstream("o1", at=at),
    "one booking is moved": lambda shop, at: shop.moves("o1-b1", to="2027-02-13 14:00", at=at),
    "somebody did not show up": lambda shop, at: shop.attends("o1-b1", "no_show", at=at),
    "the charge is cancelled": lambda shop, at: shop.owes_no_more("c1", at=at),
    "the charge is paid": lambda shop, at: shop.pays("zoe", 500, at=at, charges=["c1"]),
}
EXPECTED = dict.fromkeys(HAPPENS, 13400) | {
    "one booking is cancelled": 5400,
    "a part is paid": 10400,
    "the rest was paid upstream": 900,
    "the charge is cancelled": 12500,
    "the charge is paid": 12900,
}


@pytest.mark.parametrize("happens", HAPPENS)
@pytest.mark.parametrize("at", ["2027-01-04 10:00", "2027-01-05 11:00"])
def test_what_comes_before_or_after_what_it_is_about_leaves_the_same_sum_owed(
    shop: Story, happens: str, at: str
) -> None:
    shop.automation("ask", "session.booked", wait(days=10), ASK)
    shop.automation("add", "charge.added", wait(days=10), ASK)
    HAPPENS[happens](shop, at)
    shop.books("zoe", "cut", "colour", at=BOOKED, when=VISIT, time="2027-01-03 10:00")
    charge = {"id": "c1", "kind": "other", "description": "Divers", "price": euros(900)}
    shop.event("charge.added", BOOKED, {"contact": {"id": "zoe"}, "charge": charge}, time="2027-01-03 10:00")
    assert owed(shop.run()) == EXPECTED[happens]


def test_an_order_of_an_unknown_service_waits_for_it(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "massage", at=BOOKED, when=VISIT)
    massage = {"id": "massage", "name": "Massage", "price": {"amount": 7000, "currency": "EUR"}}
    shop.event("service.updated", NEXT, {"service": massage})
    lines = shop.run()
    assert lines.times("invoice") == [NEXT]
    assert lines.one("invoice")["total"] == 7000


def test_money_for_what_is_unknown_yet_is_kept_and_goes_there(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.pays("zoe", 4500, at="2027-01-04 10:00", order="o1")
    shop.books("zoe", "cut", at=BOOKED, when=VISIT)
    lines = shop.run()
    assert lines.of("invoice") == []
    assert lines.times("event", type="order.paid") == [BOOKED]
