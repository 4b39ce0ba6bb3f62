"""A001 to A005: reminders without a goal, requests without a limit, limits that let money be forgotten."""

from typing import Any

import pytest

from tests.unit.linted import ASK, MAIL, REMIND, SOUND, codes, holds, odd, wait, when

LIMITED = {"limit": {"per": "24h"}}


def test_a_reminder_without_a_goal() -> None:
    parts = SOUND | {"stop_when": []}
    assert odd(wait(days=3), REMIND, **parts) == [("A001", "steps.1")]
    assert codes(wait(days=3), REMIND, **(parts | {"stop_when": ["invoice.voided"]})) == ["A001"]
    assert codes(wait(days=3), MAIL, **parts) == []


@pytest.mark.parametrize("goal", ["invoice.paid", "order.paid"])
def test_money_is_the_goal_of_a_reminder(goal: str) -> None:
    assert codes(wait(days=3), REMIND, **(SOUND | {"stop_when": goal})) == []


def test_a_request_or_reminder_without_a_limit() -> None:
    assert odd(ASK, on="session.booked") == [("A002", "steps.0")]
    assert odd(MAIL, REMIND, stop_when=["invoice.paid"]) == [("A002", "steps.1")]
    assert odd(when(holds("contact.id", "equals", "a"), ASK), on="session.booked") == [("A002", "steps.0.then.0")]
    assert codes(ASK, on="session.booked", **LIMITED) == []
    assert codes(MAIL, on="session.booked") == []
    assert codes({"issue_paid_invoice": {}}, on="order.paid") == []


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ({"per": "24h"}, []),
        ({"per": "24h", "over": "defer"}, []),
        ({"per": "24h", "over": "skip"}, ["A003"]),
        ({"per": "ever"}, ["A003"]),
        ({"per": "ever", "by": ["service"]}, ["A003"]),
        ({"per": "ever", "by": ["order"]}, []),
        ({"per": "24h", "over": "skip", "by": ["session"]}, []),
    ],
)
def test_a_limit_over_which_bookings_are_never_billed(limit: dict[str, Any], found: list[str]) -> None:
    assert codes(ASK, on="session.booked", limit=limit) == found


def test_a_limit_over_which_a_second_invoice_is_never_reminded_of() -> None:
    assert odd(REMIND, stop_when=["invoice.paid"], limit={"per": "24h"}) == [("A003", "limit")]
    assert codes(REMIND, stop_when=["invoice.paid"], limit={"per": "24h", "over": "defer"}) == []
    assert codes(REMIND, stop_when=["invoice.paid"], limit={"per": "24h", "by": ["invoice"]}) == []
    assert codes(MAIL, limit={"per": "24h"}) == []


def test_merging_about_an_invoice_merges_nothing() -> None:
    assert odd(ASK, limit={"per": "24h"}) == [("A004", "limit")]
    assert codes(ASK, limit={"per": "24h", "over": "defer"}) == []
    assert codes(ASK, on="session.ended", limit={"per": "24h"}) == []


def test_what_is_merged_skips_the_steps_before_its_request() -> None:
    booked: dict[str, Any] = {"on": "session.booked"} | LIMITED
    big = holds("order.total", "greater_than", 50)
    assert odd(MAIL, ASK, **booked) == [("A005", "steps.1")]
    assert odd(when(big, ASK), **booked) == [("A005", "steps.0.then.0")]
    assert codes(wait(hours=1), ASK, MAIL, **booked) == []
    assert codes(MAIL, ASK, on="session.booked", limit={"per": "24h", "over": "defer"}) == []


def test_a_charge_is_not_added_for_what_is_merged() -> None:
    missed: dict[str, Any] = {"on": "booking.no_show"} | LIMITED
    fee = {"add_charge": {"description": "Absence", "price": {"amount": 2000, "currency": "EUR"}, "fee": "price_kept"}}
    assert odd(fee, ASK, **missed) == [("A006", "steps.0")]
    assert codes(fee, ASK, on="booking.no_show", limit={"per": "24h", "over": "defer"}) == []
