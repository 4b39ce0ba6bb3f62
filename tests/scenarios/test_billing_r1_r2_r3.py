"""R1, R2, R3 in billing: every date from its anchor, at its wall time; what was missed is made up for once."""

from typing import Any

import pytest

from tests.scenarios.billing import bill, billed
from tests.scenarios.story import ASK, Story


def monthly(shop: Story, contact: str = "zoe", *, until: int = 6) -> None:
    """Let a client owe 10 € on the tenth of each month."""
    for month in range(1, until + 1):
        shop.owes(contact, 1000, at=f"2027-{month:02}-10 10:00")


def test_the_31st_is_the_last_day_of_a_shorter_month_and_comes_back(shop: Story) -> None:
    bill(shop, anchor=31)
    monthly(shop)
    assert billed(shop.run(until="2027-07-01 00:00")) == [
        ("2027-01-31 08:00", 1000),
        ("2027-02-28 08:00", 1000),
        ("2027-03-31 08:00", 1000),
        ("2027-04-30 08:00", 1000),
        ("2027-05-31 08:00", 1000),
        ("2027-06-30 08:00", 1000),
    ]


def test_the_30th_and_the_last_of_a_month_are_one_date_in_february(shop: Story) -> None:
    bill(shop, anchor=[30, "last"])
    shop.owes("zoe", 1000, at="2027-01-30 10:00")
    shop.owes("zoe", 1000, at="2027-02-10 10:00")
    assert billed(shop.run()) == [("2027-01-31 08:00", 1000), ("2027-02-28 08:00", 1000)]


def test_every_second_week_is_counted_from_its_first_day(shop: Story) -> None:
    bill(shop, cycle="weekly", anchor="wed", every=2, **{"from": "2027-01-07"})
    for day in ("04", "12", "14", "26"):
        shop.owes("zoe", 1000, at=f"2027-01-{day} 10:00")
    assert billed(shop.run()) == [("2027-01-13 08:00", 2000), ("2027-01-27 08:00", 2000)]


def test_the_wall_time_stays_over_a_change_of_clocks(shop: Story) -> None:
    bill(shop, anchor=28, at="02:30")
    shop.span("2027-02-01 00:00", "2027-05-01 00:00")
    for month in (2, 3, 4):
        shop.owes("zoe", 1000, at=f"2027-{month:02}-10 10:00")
    assert shop.run().times("invoice", "zoe") == ["2027-02-28 02:30", "2027-03-28 03:00", "2027-04-28 02:30"]


def test_a_time_that_comes_twice_is_the_first(shop: Story) -> None:
    bill(shop, anchor="last", at="02:30")
    shop.span("2027-10-01 00:00", "2027-11-10 00:00")
    shop.owes("zoe", 1000, at="2027-10-10 10:00")
    assert shop.run().of("invoice", "zoe").each("at") == ["2027-10-31T02:30:00+02:00"]


def test_the_first_date_is_strictly_after_billing_was_switched_on(shop: Story) -> None:
    bill(shop, anchor=1)
    shop.span("2027-01-01 08:00", "2027-03-01 00:00")
    shop.owes("zoe", 1000, at="2027-01-01 08:00")
    assert billed(shop.run()) == [("2027-02-01 08:00", 1000)]


def test_switched_on_at_the_very_instant_it_begins_at_the_next_date(shop: Story) -> None:
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.does("set_billing", at="2027-02-01 08:00", billing={"enabled": True, "anchor": [1, 15]})
    assert billed(shop.run()) == [("2027-02-15 08:00", 1000)]


def test_switched_on_a_second_before_it_begins_at_once(shop: Story) -> None:
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.does("set_billing", at="2027-02-01 07:59:59", billing={"enabled": True})
    assert billed(shop.run()) == [("2027-02-01 08:00", 1000)]


def test_switched_off_nobody_is_billed_until_it_is_on_again(shop: Story) -> None:
    bill(shop)
    monthly(shop, until=4)
    shop.does("set_billing", at="2027-02-15 10:00", billing={"enabled": False})
    shop.does("set_billing", at="2027-04-05 10:00", billing={"enabled": True})
    assert billed(shop.run(until="2027-06-01 00:00")) == [("2027-02-01 08:00", 1000), ("2027-05-01 08:00", 3000)]


def test_off_and_on_again_on_a_date_does_not_bill_it_twice(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-10 10:00")
    shop.owes("zoe", 1000, at="2027-02-01 09:00")
    shop.does("set_billing", at="2027-02-01 10:00", billing={"enabled": False})
    shop.does("set_billing", at="2027-02-01 10:00", billing={"enabled": True})
    assert billed(shop.run(until="2027-04-01 00:00")) == [("2027-02-01 08:00", 1000), ("2027-03-01 08:00", 1000)]


def test_a_new_cycle_begins_at_its_own_next_date(shop: Story) -> None:
    bill(shop)
    monthly(shop, until=3)
    shop.does("set_billing", at="2027-02-20 10:00", billing={"cycle": "weekly", "anchor": "fri"})
    assert billed(shop.run(until="2027-04-01 00:00")) == [
        ("2027-02-01 08:00", 1000),
        ("2027-02-26 08:00", 1000),
        ("2027-03-12 08:00", 1000),
    ]


def test_a_client_s_own_cycle_begins_when_it_is_set(shop: Story) -> None:
    bill(shop)
    for client in ("zoe", "ada"):
        monthly(shop, client, until=2)
    shop.does("set_billing", at="2027-01-12 10:00", contact="zoe", billing={"cycle": "weekly", "anchor": "mon"})
    lines = shop.run()
    assert billed(lines) == [("2027-01-18 08:00", 1000), ("2027-02-15 08:00", 1000)]
    assert billed(lines, "ada") == [("2027-02-01 08:00", 1000)]


# R3


def test_after_an_outage_the_latest_date_covers_everything_once(shop: Story) -> None:
    bill(shop, anchor=[1, 15])
    monthly(shop, until=4)
    shop.does("outage", at="2027-01-14 10:00", hours=24 * 80)  # until 4 April, 11:00 in summer
    lines = shop.run(until="2027-05-01 00:00")
    assert billed(lines) == [("2027-04-04 11:00", 3000), ("2027-04-15 08:00", 1000)]
    assert lines.times("message", "zoe") == ["2027-04-04 11:00", "2027-04-15 08:00"]
    assert lines.of("invoice", "zoe").each("cause") == [
        {"billing": "monthly 1,15 08:00 2027-04-01"},
        {"billing": "monthly 1,15 08:00 2027-04-15"},
    ]


def test_what_came_during_the_outage_is_decided_first(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-10 10:00")
    shop.does("outage", at="2027-02-01 07:00", hours=5)
    shop.owes("zoe", 500, at="2027-02-01 07:30")
    shop.pays("zoe", 1000, at="2027-02-01 09:00", charges=["c1"])
    lines = shop.run()
    assert billed(lines) == [("2027-02-01 12:00", 500)]


def test_what_is_due_only_after_the_date_waits_for_the_next_one(shop: Story) -> None:
    """The date of an occurrence counts, not the day on which it is made up for."""
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-10 10:00", due_on="2027-02-01")
    shop.owes("zoe", 2000, at="2027-01-10 10:00", due_on="2027-02-02")
    shop.does("outage", at="2027-02-01 07:00", hours=48)
    assert billed(shop.run(until="2027-03-02 00:00")) == [("2027-02-03 07:00", 1000), ("2027-03-01 08:00", 2000)]


def test_at_one_instant_billing_comes_after_everything_else(shop: Story) -> None:
    bill(shop, at="10:00", cycle="daily")
    shop.automation("ask", "session.ended", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-07 09:00")
    lines = shop.run()
    assert lines.one("invoice", "zoe")["cause"]["automation"] == "ask"
    assert lines.times("invoice", "zoe") == ["2027-01-07 10:00"]


def test_a_charge_of_the_very_instant_waits_for_the_next_date(shop: Story) -> None:
    """What was recorded before the instant is taken."""
    bill(shop, cycle="daily")
    shop.owes("zoe", 1000, at="2027-01-05 07:59:59")
    shop.owes("zoe", 2000, at="2027-01-05 08:00")
    assert billed(shop.run()) == [("2027-01-05 08:00", 1000), ("2027-01-06 08:00", 2000)]


def test_old_charges_are_taken_whatever_their_age(shop: Story) -> None:
    shop.owes("zoe", 1000, at="2027-01-05 10:00", due_on="2019-05-01")
    shop.does("set_billing", at="2027-02-20 10:00", billing={"enabled": True})
    assert billed(shop.run(until="2027-04-01 00:00")) == [("2027-03-01 08:00", 1000)]


@pytest.mark.parametrize("scope", [{}, {"money": True}])
def test_what_a_pause_held_is_made_up_for_once(shop: Story, scope: dict[str, Any]) -> None:
    bill(shop)
    monthly(shop, until=4)
    shop.does("pause", at="2027-01-20 10:00", **scope)
    shop.does("resume", at="2027-04-10 12:00", **scope)
    lines = shop.run(until="2027-05-02 00:00")
    assert billed(lines) == [("2027-04-10 12:00", 3000), ("2027-05-01 08:00", 1000)]
