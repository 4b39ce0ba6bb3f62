"""`relance coupons`: create, list, revoke, and take one off a due charge."""

import pytest

from tests.database.conftest import Relance
from tests.database.upstream import Upstream
from tests.samples import encoded

CHARGE = {"id": "c1", "kind": "other", "description": "Gel", "price": {"amount": 4500, "currency": "EUR"}}


@pytest.fixture
def desk(shop: Relance, upstream: Upstream) -> Relance:
    """Let zoe owe 45 euros in the shop."""
    upstream.sends(encoded("charge.added", {"contact": {"id": "zoe"}, "charge": CHARGE}, time=None))
    return shop


def test_a_coupon_is_created_listed_and_revoked(shop: Relance) -> None:
    made = shop("coupons", "create", "spring", "--percent", "12.5", "--services", "cut, colour", "--uses", "3",
                "--expires", "2027-05-01", "--by", "olga")  # fmt: skip
    assert made.code == 0, made.err
    line = shop("coupons", "list", "--json").line
    assert (line["id"], line["percent"], line["services"]) == ("SPRING", "12.5", ["cut", "colour"])
    assert (line["used"], line["most_uses"], line["expires_on"], line["actor"]) == (0, 3, "2027-05-01", "olga")
    assert shop("coupons", "revoke", "spring", "--yes").code == 0
    assert shop("coupons", "list", "--json").line["revoked_at"]
    assert "is revoked already" in shop("coupons", "revoke", "spring", "--yes").error


def test_a_code_is_there_once_and_says_one_thing(shop: Relance) -> None:
    assert shop("coupons", "create", "SPRING", "--amount", "10.00").code == 0
    assert "There is a coupon SPRING already" in shop("coupons", "create", "spring", "--percent", "5").error
    assert "Say what it takes off" in shop("coupons", "create", "X").error
    assert "Say what it takes off" in shop("coupons", "create", "X", "--percent", "5", "--amount", "1").error
    assert "no date" in shop("coupons", "create", "X", "--percent", "5", "--expires", "soon").error
    assert "has no coupon 'SPRIN'" in (error := shop("coupons", "revoke", "sprin", "--yes").error)
    assert "SPRING" in error


def test_the_desk_takes_one_off_a_due_charge_once(desk: Relance) -> None:
    desk("coupons", "create", "TEN", "--amount", "10.00", "--per-client", "2")
    done = desk("coupons", "apply", "ten", "--charge", "c1", "--by", "olga")
    assert done.code == 0, done.err
    assert desk("coupons", "list", "--json").line["used"] == 1
    assert "can't have a coupon" in desk("coupons", "apply", "ten", "--charge", "c1").error
    assert "has no charge 'c9'" in desk("coupons", "apply", "ten", "--charge", "c9").error
    made = desk("invoices", "create", "--contact", "zoe", "--json")
    assert made.code == 0, made.err
    assert desk("invoices", "list", "--json").line["total"] == 3500
    assert "is on a document already" in desk("coupons", "apply", "ten", "--charge", "c1").error


def test_one_that_does_not_hold_is_refused_with_its_reason(desk: Relance) -> None:
    desk("coupons", "create", "OLD", "--percent", "10", "--expires", "2020-01-01")
    assert "Coupon OLD has expired on 2020-01-01." in desk("coupons", "apply", "OLD", "--charge", "c1").error
    desk("coupons", "create", "CUTS", "--percent", "10", "--services", "cut")
    assert "is not for Gel: it is for cut only." in desk("coupons", "apply", "CUTS", "--charge", "c1").error


def test_why_it_is_not_for_a_voucher_or_another_currency_is_said(desk: Relance, upstream: Upstream) -> None:
    price = {"amount": 5000, "currency": "EUR"}
    bon = {"id": "v1", "kind": "voucher", "voucher": "multi_purpose", "description": "Bon", "price": price}
    tea = {"id": "t1", "kind": "product", "description": "Thé", "price": {"amount": 900, "currency": "JPY"}}
    order = {"contact": {"id": "zoe"}, "order": {"id": "o1", "items": [bon, tea]}}
    upstream.sends(encoded("order.placed", order, id="o1", time=None))
    desk("coupons", "create", "TEN", "--amount", "10.00")
    told = desk("coupons", "apply", "TEN", "--charge", "v1").error
    assert "is not for Bon: a voucher for anything is money, of which nothing is taken off" in told
    assert "that is in JPY, the coupon in EUR." in desk("coupons", "apply", "TEN", "--charge", "t1").error
