"""What the law does not like in settings of billing (R9, R24)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.billing_month import latest_days, month_complaint
from models.billing_warnings import billing_warnings
from models.schedules import Monthly
from tests.unit.test_mentions import shop_of

IN_TIME = {"enabled": True, "cycle": "monthly", "anchor": "last"}
TOO_LATE = "a business payer is to be billed by the end of the month of service, 7 days later at most"
BY_LINK = "a business payer is owed an invoice of each service"


def warnings(
    billing: dict[str, Any], *clients: tuple[str, dict[str, Any]], professionals: bool = True, **facts: Any
) -> list[str]:
    """What is said of the billing of a French business, or of another."""
    business = shop_of(billing=billing, **{"payment_terms_days": 30} | facts).business
    own = [(name, [settings]) for name, settings in clients]
    return list(billing_warnings(business, own, professionals=professionals))


def test_a_month_billed_on_its_last_day_within_thirty_days_is_as_the_law_wants_it() -> None:
    assert warnings(IN_TIME) == []
    assert warnings(IN_TIME | {"anchor": 31}) == []
    assert warnings(IN_TIME | {"anchor": [15, "last"]}) == []


@pytest.mark.parametrize("cycle", [{"cycle": "daily"}, {"cycle": "weekly"}, {"anchor": 1}, {"anchor": [7, 20]}, {}])
def test_so_are_shorter_cycles_and_the_first_days_after_the_month_which_hold_unsaid(cycle: dict[str, Any]) -> None:
    assert warnings({"enabled": True} | cycle) == []


def test_nothing_is_said_of_billing_that_is_off() -> None:
    assert warnings({"anchor": 1, "payment_terms": {"days": 90}}) == []


# Terms: 45 days for periodic invoices to businesses, 30 for public payers


@pytest.mark.parametrize(
    ("days", "said"), [(30, None), (31, "30 for a public payer"), (45, "30 for a public payer"),
                       (46, "45 for a business payer and 30 for a public payer")],
)  # fmt: skip
def test_terms_beyond_the_law(days: int, said: str | None) -> None:
    expected = f"billing: {days} days to pay are more than FR allows on a periodic invoice: {said}."
    assert warnings(IN_TIME | {"payment_terms": {"days": days}}) == ([expected] if said else [])


def test_the_terms_of_the_business_hold_where_billing_says_none() -> None:
    assert "50 days to pay" in warnings(IN_TIME, payment_terms_days=50)[0]
    assert warnings(IN_TIME | {"payment_terms": {"days": 10}}, payment_terms_days=50) == []


def test_a_link_gives_no_days() -> None:
    assert "days to pay" not in " ".join(warnings(IN_TIME | {"mode": "payment_link"}, payment_terms_days=50))


# Months: billed by their end, or in the week after it


@pytest.mark.parametrize(("anchor", "days"), [(8, 8), (15, 15), (30, 30), ([10, 25], 10)])
def test_a_month_of_service_that_is_long_over_when_it_is_billed(anchor: Any, days: int) -> None:
    (found,) = warnings(IN_TIME | {"anchor": anchor})
    assert TOO_LATE in found
    assert f"up to {days} days later" in found


@pytest.mark.parametrize(("every", "days"), [(2, 13), (5, 34)])
def test_weeks_that_leave_the_end_of_a_month_for_too_long(every: int, days: int) -> None:
    (found,) = warnings({"enabled": True, "cycle": "weekly", "every": every, "from": "2027-02-01"})
    assert f"up to {days} days later" in found


@given(st.lists(st.integers(1, 31), min_size=1, max_size=4), st.integers(0, 400))
def test_no_service_of_a_monthly_cycle_is_billed_later_after_its_month_than_is_said(days: list[int], ago: int) -> None:
    anchor, service = Monthly(tuple(days)), date(2027, 1, 1) + timedelta(days=ago)
    after = (next(anchor.dates(service)) - end_of_month(service)).days
    assert after <= latest_days(anchor)
    if service == date(2027, 7, 31):
        assert max(after, 0) == latest_days(anchor)


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def test_links_instead_of_invoices() -> None:
    (found,) = warnings(IN_TIME | {"mode": "payment_link"})
    assert BY_LINK in found


def test_of_dates_and_links_only_a_business_with_professional_clients_is_told() -> None:
    assert warnings({"enabled": True, "mode": "payment_link"}, professionals=False) == []
    assert warnings({"enabled": True, "anchor": 15}, professionals=False) == []
    assert warnings({"enabled": True}, professionals=False, payment_terms_days=60) != []


def test_where_the_law_says_nothing_nothing_is_said() -> None:
    assert warnings({"enabled": True, "anchor": 15, "payment_terms": {"days": 90}}, country="CH") == []


# Whose they are


def test_a_group_and_a_client_are_named() -> None:
    groups = [["vip", {"payment_terms": {"days": 60}}]]
    found = warnings(IN_TIME | {"groups": groups}, ("client acme", {"anchor": 20}))
    assert [one.partition(":")[0] for one in found] == ["billing of group vip", "billing of client acme"]
    assert "60 days" in found[0]
    assert TOO_LATE in found[1]


def test_what_the_whole_business_is_told_is_not_said_again() -> None:
    groups = [["vip", {"at": "09:00"}]]
    found = warnings({"enabled": True, "anchor": 15, "groups": groups}, ("client acme", {"minimum": 5}))
    assert len(found) == 1


def test_a_group_that_is_billed_where_the_others_are_not() -> None:
    (found,) = warnings({"groups": [["vip", {"enabled": True, "anchor": 15}]]})
    assert found.startswith("billing of group vip: ")


def test_a_client_is_billed_as_its_groups_say_where_it_says_nothing() -> None:
    business = shop_of(billing={"anchor": "last"}, payment_terms_days=30).business
    (found,) = billing_warnings(business, [("client acme", [{"enabled": True}, {"anchor": 15}])])
    assert found.startswith("billing of client acme: a business payer is to be billed by the end")
    assert list(billing_warnings(business, [("client acme", [{"enabled": True, "anchor": 1}, {"anchor": 15}])])) == []


def test_what_its_group_is_told_a_client_is_not_told_again() -> None:
    vip = {"payment_terms": {"days": 60}}
    business = shop_of(billing=IN_TIME | {"groups": [["vip", vip]]}, payment_terms_days=30).business
    (found,) = billing_warnings(business, [("client acme", [{"mode": "draft"}, vip])])
    assert found.startswith("billing of group vip")


# A document of a day


@pytest.mark.parametrize(
    ("payer", "service", "on", "said"),
    [
        ("business", date(2027, 1, 31), date(2027, 1, 31), None),
        ("business", date(2027, 1, 2), date(2027, 2, 1), "wants a business payer billed by then, or in the 7 days"),
        ("business", date(2027, 1, 2), date(2027, 2, 7), "in the 7 days after it"),
        ("public", date(2026, 12, 2), date(2027, 2, 8), "billed by then, and it is 39 days later."),
        ("consumer", date(2026, 12, 2), date(2027, 2, 8), None),
        ("business", date(2027, 3, 2), date(2027, 2, 8), None),
        ("business", None, date(2027, 2, 8), None),
    ],
)  # fmt: skip
def test_a_document_whose_month_of_service_is_over(
    payer: str, service: date | None, on: date, said: str | None
) -> None:
    found = month_complaint("FR", payer, service, on)
    assert found is None if said is None else said in str(found)
    assert month_complaint("CH", payer, service, on) is None
