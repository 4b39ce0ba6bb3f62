"""R7: many bookings in a window end in one request, and no money is ever forgotten or asked for twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.db import raw
from tests.scenarios.story import ASK, Databases, Lines, Story, euros, seat

DAILY = {"per": "24h"}
THERE = "2027-02-20 10:00"
FIRST = datetime.fromisoformat("2027-01-05T10:00")


def limited(shop: Story, **limit: Any) -> None:
    shop.automation("ask", "session.booked", ASK, limit=DAILY | limit)


def asked(lines: Lines, contact: str | None = None) -> list[tuple[str, int]]:
    """Return when how much was asked for."""
    invoices = lines.of("invoice", contact)
    return list(zip([line["at"][:16].replace("T", " ") for line in invoices], invoices.each("amount_due"), strict=True))


def hourly(shop: Story, count: int, *, contact: str = "zoe", minutes: int = 60, service: str = "cut") -> None:
    """Let a client book so many times, from ten o'clock on."""
    for number in range(count):
        at = FIRST + timedelta(minutes=minutes * number)
        shop.books(contact, service, at=f"{at:%Y-%m-%d %H:%M}", when=THERE)


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_so_many_bookings_in_a_window_are_one_request_at_once_and_one_at_its_end(shop: Story, count: int) -> None:
    limited(shop)
    hourly(shop, count)
    lines = shop.run()
    assert asked(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 4500 * (count - 1))]
    assert len(lines.of("message")) == 2
    assert sorted(lines.of("invoice")[1]["charges"]) == sorted(f"o{number}-b1" for number in range(2, count + 1))
    assert lines.of("skipped") == []


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_bookings_across_the_ends_of_windows_are_one_request_a_window(shop: Story, count: int) -> None:
    limited(shop)
    hourly(shop, count, minutes=8 * 60)
    lines = shop.run()
    requests = asked(lines)
    assert sum(amount for _, amount in requests) == 4500 * count
    assert [at for at, _ in requests] == [f"2027-01-{day:02} 10:00" for day in range(5, 5 + len(requests))]
    assert max(amount for _, amount in requests) == 4500 * min(3, count - 1)


def test_a_cancellation_in_between_leaves_the_request(shop: Story) -> None:
    limited(shop)
    hourly(shop, 5)
    shop.cancels("o3-b1", at="2027-01-05 20:00")
    shop.cancels("o1-b1", at="2027-01-05 21:00")
    lines = shop.run()
    assert asked(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 13500)]
    assert lines.one("credit_note")["of"] == "2027-0001"
    assert lines.of("invoice")[1]["charges"] == ["o2-b1", "o4-b1", "o5-b1"]


def test_a_part_of_an_order_that_is_cancelled_leaves_the_rest_noted(shop: Story) -> None:
    limited(shop)
    hourly(shop, 1)
    shop.books("zoe", seat("cut", THERE), seat("colour", THERE), at="2027-01-05 12:00")
    shop.cancels("o2-b1", at="2027-01-05 20:00")
    assert asked(shop.run()) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 8000)]


def test_a_payment_in_between_is_not_asked_for_and_a_part_of_it_is_taken_off(shop: Story) -> None:
    limited(shop)
    hourly(shop, 4)
    shop.pays("zoe", 4500, at="2027-01-05 20:00", order="o2")
    shop.pays("zoe", 1000, at="2027-01-05 20:00", order="o3")
    lines = shop.run()
    assert asked(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 8000)]
    assert lines.of("invoice")[1]["total"] in {9000, 13500}


def test_two_clients_have_two_windows(shop: Story) -> None:
    limited(shop)
    hourly(shop, 3)
    hourly(shop, 3, contact="ada", minutes=30, service="colour")
    lines = shop.run()
    assert asked(lines, "zoe") == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 9000)]
    assert asked(lines, "ada") == [("2027-01-05 10:00", 8000), ("2027-01-06 10:00", 16000)]


def test_two_currencies_are_two_documents_of_one_request(shop: Story) -> None:
    shop.file["services"].append({"id": "spa", "name": "Spa", "price": euros(9000, "CHF")})
    limited(shop)
    hourly(shop, 3)
    shop.books("zoe", "spa", at="2027-01-05 13:00", when=THERE)
    shop.books("zoe", "spa", at="2027-01-05 14:00", when=THERE)
    lines = shop.run()
    assert asked(lines)[0] == ("2027-01-05 10:00", 4500)
    assert sorted((one["amount_due"], one["currency"], one["at"][:16]) for one in lines.of("invoice")[1:]) == [
        (9000, "EUR", "2027-01-06T10:00"),
        (18000, "CHF", "2027-01-06T10:00"),
    ]


def test_one_payer_of_several_clients_gets_what_is_noted_for_all_with_the_next_request(shop: Story) -> None:
    shop.client("firm", kind="business", company={"name": "Firm"})
    for contact in ("zoe", "ada"):
        shop.client(contact, bill_to="firm")
    limited(shop)
    hourly(shop, 3)
    shop.books("ada", "colour", at="2027-01-05 15:00", when=THERE)
    shop.books("ada", "colour", at="2027-01-05 16:00", when=THERE)
    lines = shop.run()
    assert asked(lines, "firm") == [
        ("2027-01-05 10:00", 4500),
        ("2027-01-05 15:00", 8000 + 9000),
        ("2027-01-06 15:00", 8000),
    ]


def test_a_payer_who_is_named_while_it_waits_gets_the_request(shop: Story) -> None:
    shop.client("firm", kind="business", company={"name": "Firm"})
    limited(shop)
    hourly(shop, 3)
    shop.event("contact.updated", "2027-01-05 20:00", {"contact": {"id": "zoe", "bill_to": "firm"}})
    lines = shop.run()
    assert asked(lines, "zoe") == [("2027-01-05 10:00", 4500)]
    assert asked(lines, "firm") == [("2027-01-06 10:00", 9000)]


def test_several_slots_fill_before_anything_is_merged(shop: Story) -> None:
    limited(shop, times=2)
    hourly(shop, 5)
    assert asked(shop.run()) == [
        ("2027-01-05 10:00", 4500),
        ("2027-01-05 11:00", 4500),
        ("2027-01-06 10:00", 13500),
    ]


# Whatever happens


Deed = tuple[str, int]
"""What somebody does, and how many minutes after the deed before."""

DEEDS = ("book", "class", "book", "class", "cancel", "pay", "part", "move", "pause", "fee")
deeds = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 400)), min_size=5, max_size=16)
choices = st.lists(st.integers(0, 100), min_size=3, max_size=6)


def tell(shop: Story, told: list[Deed], chosen: list[int]) -> list[str]:
    """Let two clients of one payer, and one who pays for herself, do all this; return just after which instants."""
    shop.client("firm")
    for contact in ("ada", "eve"):
        shop.client(contact, bill_to="firm")
    orders, paused, at, instants = 0, False, FIRST, list[str]()
    for (deed, later), choice in zip(told, cycle(chosen), strict=False):
        at += timedelta(minutes=later)
        instant, contact = f"{at:%Y-%m-%d %H:%M}", ("zoe", "zoe", "ada", "eve")[choice % 4]
        instants.append(f"{instant}:30")
        one = orders and 1 + choice % orders
        match deed:
            case "book":
                shop.books(contact, "cut", at=instant, when="2027-01-25 10:00")
                orders += 1
            case "class":
                shop.books(contact, seat("yoga", "2027-01-26 18:00"), seat("cut", "2027-01-27 18:00"), at=instant)
                orders += 1
            case "pause":
                shop.does("resume" if paused else "pause", at=instant, money=True)
                paused = not paused
            case "fee":
                shop.owes(contact, 700, at=instant)
            case "cancel" if one:
                shop.cancels(f"o{one}-b1", at=instant)
            case "pay" if one:
                shop.pays("zoe", 4500, at=instant, order=f"o{one}")
            case "part" if one:
                shop.pays("zoe", 500, at=instant, order=f"o{one}")
            case "move" if one:
                shop.moves(f"o{one}-b1", to="2027-01-28 10:00", at=instant)
    return instants


FORGOTTEN = """
SELECT c.id FROM charges c WHERE c.invoice_id IS NULL AND c.order_id IS NOT NULL
   AND coalesce(c.kept, c.owed) > c.settled AND c.state = 'due'
   AND NOT EXISTS (SELECT FROM noted_charges n WHERE n.business_id = c.business_id AND n.charge_id = c.id)
   AND NOT EXISTS (SELECT FROM runs r JOIN run_subjects s ON s.run_id = r.id AND s.business_id = r.business_id
                    WHERE r.state IN ('waiting', 'deferred') AND s.subject = 'order:' || c.order_id)"""
TWICE = """
SELECT l.charge_id FROM invoice_lines l JOIN invoices i ON i.business_id = l.business_id AND i.id = l.invoice_id
 WHERE i.kind = '380' AND i.status <> 'void' GROUP BY l.charge_id HAVING count(*) > 1"""


LEFT = "SELECT charge_id FROM noted_charges n WHERE NOT EXISTS (SELECT FROM pauses p WHERE p.ended_at IS NULL)"


def watched(databases: Databases, *queries: str) -> Databases:
    """Return databases that must give no row for these queries once a story has been told."""

    @contextmanager
    def new() -> Iterator[Engine]:
        with databases() as engine:
            yield engine
            with engine.connect() as connection:
                for query in queries:
                    assert raw(connection).execute(query.encode()).fetchall() == [], query

    return new


@settings(max_examples=30, deadline=None, phases=[Phase.generate])  # a tale takes a second: it is told, not shortened
@given(deeds, choices, st.integers(1, 2), st.sampled_from(["24h", "day", "7d"]), st.integers(0, 15))
def test_whatever_happens_no_money_is_forgotten_and_none_is_asked_for_twice(
    databases: Databases, told: list[Deed], chosen: list[int], times: int, per: str, after: int
) -> None:
    for over in (False, True):
        shop = Story(watched(databases, FORGOTTEN, TWICE, *((LEFT,) if over else ())))
        limited(shop, times=times, per=per)
        instants = tell(shop, told, chosen)
        shop.run(until="2027-03-01 00:00" if over else instants[min(after, len(instants) - 1)])
