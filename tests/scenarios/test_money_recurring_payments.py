"""Recurring payments: every date makes one charge, collected as agreed (R1, R2, R3, R20)."""

from itertools import permutations

import pytest

from tests.scenarios.story import Data, Lines, Story, euros

NOW = "2027-01-05 10:00"


def asked(lines: Lines, who: str = "zoe") -> list[tuple[str, int]]:
    """Return when a client was sent an invoice, and over how much."""
    return [(line["issued_on"], line["total"]) for line in lines.of("invoice", who)]


def test_each_date_is_invoiced_and_sent_at_midnight(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW, starts_on="2027-01-31")
    lines = shop.run(until="2027-05-01 00:00")
    assert asked(lines) == [("2027-01-31", 3000), ("2027-02-28", 3000), ("2027-03-31", 3000), ("2027-04-30", 3000)]
    assert lines.times("message", "zoe") == [
        "2027-01-31 00:00",
        "2027-02-28 00:00",
        "2027-03-31 00:00",
        "2027-04-30 00:00",
    ]
    assert {line["cause"]["recurring"] for line in lines.of("invoice", "zoe")} == {"rp1"}


def test_a_recurring_payment_that_began_before_it_was_told_of_is_asked_for_on_one_invoice(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at="2027-03-10 09:00", starts_on="2027-01-15")
    lines = shop.run(until="2027-04-01 00:00")
    assert asked(lines) == [("2027-03-10", 6000), ("2027-03-15", 3000)]


def test_dates_missed_in_an_outage_are_each_charged_and_asked_for_together(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW, every="week", anchor="mon")
    shop.does("outage", at="2027-01-10 00:00", hours=24 * 9)
    lines = shop.run(until="2027-01-26 00:00")
    assert asked(lines) == [("2027-01-19", 6000), ("2027-01-25", 3000)]
    assert len(lines.of("message", "zoe")) == 2


def test_nothing_is_charged_after_the_cancellation(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    shop.unsubscribes(at="2027-02-20 09:00")
    assert asked(shop.run(until="2027-05-01 00:00")) == [("2027-02-01", 3000)]


def test_a_cancellation_told_late_takes_back_what_came_after_it(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    shop.event(
        "recurring_payment.cancelled",
        "2027-02-03 09:00",
        {"recurring_payment": {"id": "rp1"}},
        time="2027-01-20 09:00",
    )
    lines = shop.run(until="2027-03-02 00:00")
    assert asked(lines) == [("2027-02-01", 3000)]
    assert lines.one("credit_note", "zoe")["total"] == 3000


def test_a_new_price_holds_from_when_it_was_told(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    shop.subscribes("zoe", 4000, at="2027-02-20 09:00", anchor=1, starts_on="2027-02-20")
    assert asked(shop.run(until="2027-04-02 00:00")) == [
        ("2027-02-01", 3000),
        ("2027-03-01", 4000),
        ("2027-04-01", 4000),
    ]


def test_whoever_pays_for_a_client_gets_the_invoice(shop: Story) -> None:
    shop.client("zoe", bill_to="max")
    shop.client("max")
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    assert asked(shop.run(until="2027-02-02 00:00"), "max") == [("2027-02-01", 3000)]


def test_credit_pays_what_falls_due_and_nothing_is_asked(shop: Story) -> None:
    shop.pays("zoe", 5000, at=NOW)
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    lines = shop.run(until="2027-02-02 00:00")
    invoice = lines.one("invoice", "zoe")
    assert (invoice["status"], invoice["amount_due"]) == ("paid", 0)
    assert [line["template"] for line in lines.of("message", "zoe")] == ["issue_paid_invoice"]


def test_with_consolidated_billing_a_date_waits_for_it(shop: Story) -> None:
    shop.business["billing"] = {"enabled": True}
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    assert not asked(shop.run(until="2027-02-01 08:00"))


def test_who_is_left_out_of_consolidated_billing_is_invoiced_at_once(shop: Story) -> None:
    shop.business["billing"] = {"enabled": True, "groups": {"vip": {"enabled": False}}}
    shop.client("zoe", tags=["vip"])
    shop.subscribes("zoe", 3000, at=NOW, anchor=1)
    assert asked(shop.run(until="2027-02-02 00:00")) == [("2027-02-01", 3000)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_order_an_agreement_is_told_in_the_same_is_owed(shop: Story, order: tuple[int, ...]) -> None:
    """R20: a start, a new price and an end arrive in any order in March; two dates were due, at one price each."""
    agreed = {"id": "rp1", "description": "Club", "every": "month", "collect": "invoice"}
    tellings: list[tuple[str, str, Data]] = [
        ("recurring_payment.started", "2027-01-05 09:00", agreed | {"price": euros(3000), "anchor": 1}),
        ("recurring_payment.started", "2027-02-10 09:00", agreed | {"price": euros(4000)}),
        ("recurring_payment.cancelled", "2027-03-05 09:00", {"id": "rp1"}),
    ]
    for day, position in enumerate(order, start=10):
        type_, time, told = tellings[position]
        shop.event(type_, f"2027-03-{day} 09:00", {"contact": {"id": "zoe"}, "recurring_payment": told}, time=time)
    lines = shop.run(until="2027-05-01 00:00")
    owed = sum(line["total"] for line in lines.of("invoice", "zoe"))
    assert owed - sum(line["total"] for line in lines.of("credit_note", "zoe")) == 3000 + 4000
