"""What the law does not like in settings of billing (R9, R24)."""

from typing import Any

import pytest

from models.billing_warnings import billing_warnings
from tests.unit.test_mentions import shop_of

IN_TIME = {"enabled": True, "cycle": "monthly", "anchor": "last"}
TOO_LATE = "within the month of service, which is over on these dates"
BY_LINK = "a business payer is owed an invoice of each service"


def warnings(
    billing: dict[str, Any], *clients: tuple[str, dict[str, Any]], professionals: bool = True, **facts: Any
) -> list[str]:
    """What is said of the billing of a French business, or of another."""
    business = shop_of(billing=billing, **{"payment_terms_days": 30} | facts).business
    return list(billing_warnings(business, clients, professionals=professionals))


def test_a_month_billed_on_its_last_day_within_thirty_days_is_as_the_law_wants_it() -> None:
    assert warnings(IN_TIME) == []
    assert warnings(IN_TIME | {"anchor": 31}) == []
    assert warnings(IN_TIME | {"anchor": [15, "last"]}) == []


@pytest.mark.parametrize("cycle", [{"cycle": "daily"}, {"cycle": "weekly"},
                                   {"cycle": "weekly", "every": 4, "from": "2027-02-01"}])  # fmt: skip
def test_shorter_cycles_are_too(cycle: dict[str, Any]) -> None:
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


# Months: billed within, and no more than one


@pytest.mark.parametrize("anchor", [1, 15, 30, [1, 15]])
def test_a_month_of_service_that_is_over_when_it_is_billed(anchor: Any) -> None:
    (found,) = warnings(IN_TIME | {"anchor": anchor})
    assert TOO_LATE in found


def test_the_first_of_the_month_that_holds_unsaid_is_one_of_them() -> None:
    (found,) = warnings({"enabled": True})
    assert TOO_LATE in found


def test_weeks_that_are_more_than_a_month() -> None:
    (found,) = warnings({"enabled": True, "cycle": "weekly", "every": 5, "from": "2027-02-01"})
    assert found == "billing: 5 weeks are more than the calendar month that a business payer's invoice may group."


def test_links_instead_of_invoices() -> None:
    (found,) = warnings(IN_TIME | {"mode": "payment_link"})
    assert BY_LINK in found


def test_of_dates_and_links_only_a_business_with_professional_clients_is_told() -> None:
    assert warnings({"enabled": True, "mode": "payment_link"}, professionals=False) == []
    assert warnings({"enabled": True}, professionals=False) == []
    assert warnings({"enabled": True}, professionals=False, payment_terms_days=60) != []


def test_where_the_law_says_nothing_nothing_is_said() -> None:
    assert warnings({"enabled": True, "payment_terms": {"days": 90}}, country="CH") == []


# Whose they are


def test_a_group_and_a_client_are_named() -> None:
    groups = [["vip", {"payment_terms": {"days": 60}}]]
    found = warnings(IN_TIME | {"groups": groups}, ("client acme", {"anchor": 1}))
    assert [one.partition(":")[0] for one in found] == ["billing of group vip", "billing of client acme"]
    assert "60 days" in found[0]
    assert TOO_LATE in found[1]


def test_what_the_whole_business_is_told_is_not_said_again() -> None:
    found = warnings({"enabled": True, "groups": [["vip", {"at": "09:00"}]]}, ("client acme", {"minimum": 5}))
    assert len(found) == 1


def test_a_group_that_is_billed_where_the_others_are_not() -> None:
    (found,) = warnings({"groups": [["vip", {"enabled": True}]]})
    assert found.startswith("billing of group vip: ")
