"""Coupons are allowances of their lines, never more than these cost (R10, R18)."""

import pytest

from tests.scenarios.story import ASK, Data, Story, euros, seat

NOW = "2027-01-05 10:00"
THERE = "2027-01-12 14:00"


@pytest.fixture
def salon(shop: Story) -> Story:
    """Let the shop ask for what is booked, and have a coupon of ten per cent."""
    shop.automation("ask", "session.booked", ASK)
    shop.file["coupons"] = [{"code": "spring", "percent": 10}]
    return shop


def coupon(salon: Story, **keys: object) -> None:
    """Let the only coupon be another one."""
    salon.file["coupons"] = [{"code": "SPRING"} | keys]


def test_per_cents_come_off_each_line_before_its_vat(salon: Story) -> None:
    salon.books("zoe", "cut", "colour", at=NOW, when=THERE, coupon="Spring ")
    lines = salon.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["net"], invoice["tax"]) == (11250, 9375, 1875)
    assert [line["amount"] for line in invoice["lines"]] == [4050, 7200]
    text = lines.one("message", "zoe")["text"]
    assert "Coupe, 1 × 45,00\xa0€ - 4,50\xa0€ SPRING : 33,75\xa0€ HT, TVA 20 %, 40,50\xa0€" in text


def test_per_cents_may_have_a_fraction(salon: Story) -> None:
    coupon(salon, percent="12.5")
    salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    assert salon.run().one("invoice")["total"] == 4500 - 563


def test_an_amount_is_used_line_after_line_until_nothing_is_left_of_it(salon: Story) -> None:
    coupon(salon, amount=euros(5000))
    salon.books("zoe", "cut", "colour", at=NOW, when=THERE, coupon="SPRING")
    invoice = salon.run().one("invoice")
    assert [line["amount"] for line in invoice["lines"]] == [7500], "what is free is not billed"
    assert invoice["total"] == 7500


def test_a_discount_never_exceeds_what_it_is_for(salon: Story) -> None:
    coupon(salon, amount=euros(50000))
    salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    lines = salon.run()
    assert not lines.of("invoice")
    assert not lines.of("credit_note")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_only_the_services_that_it_is_for_are_cheaper(salon: Story) -> None:
    coupon(salon, percent=50, services=["colour"])
    salon.books("zoe", "cut", "colour", at=NOW, when=THERE, coupon="SPRING")
    assert [line["amount"] for line in salon.run().one("invoice")["lines"]] == [4500, 4000]


def test_an_amount_is_taken_off_what_costs_its_currency(salon: Story) -> None:
    coupon(salon, amount=euros(1000))
    salon.books("zoe", seat("yoga", THERE, price=euros(2000, "USD")), seat("cut", THERE), at=NOW, coupon="SPRING")
    found = {line["currency"]: line["total"] for line in salon.run().of("invoice")}
    assert found == {"USD": 2000, "EUR": 3500}


def test_net_prices_are_taxed_after_the_discount(salon: Story) -> None:
    salon.service("cut", 10001, tax_included=False)
    salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    invoice = salon.run().one("invoice")
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (9001, 1800, 10801)


def test_several_seats_are_discounted_together(salon: Story) -> None:
    salon.books("zoe", seat("yoga", THERE, quantity=3), at=NOW, coupon="SPRING")
    assert salon.run().one("invoice")["total"] == 4050


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"expires": "2027-01-04"}, "has expired on 2027-01-04"),
        ({"from": "2027-01-06"}, "holds from 2027-01-06 on"),
        ({"services": ["yoga"]}, "suits nothing"),
        ({"code": "AUTUMN"}, "is unknown"),
    ],
)
def test_one_that_does_not_hold_leaves_the_price_and_tells_the_owner_once(salon: Story, keys: Data, why: str) -> None:
    coupon(salon, percent=10, **keys)
    order = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.moves(order.booking, to="2027-01-13 14:00", at="2027-01-06 10:00")
    lines = salon.run()
    assert lines.one("invoice")["total"] == 4500
    alert = lines.to_owner("alert")[0]
    assert alert["reason"] == "coupon_refused"
    assert why in alert["text"]
    assert len(lines.to_owner("alert")) == 1


def test_the_last_day_is_still_a_day(salon: Story) -> None:
    coupon(salon, percent=10, **{"from": "2027-01-05", "expires": "2027-01-05"})
    salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    assert salon.run().one("invoice")["total"] == 4050


def test_an_order_that_is_told_late_has_it_on_the_day_on_which_it_was_placed(salon: Story) -> None:
    coupon(salon, percent=10, expires="2027-01-05")
    salon.books("zoe", "cut", at="2027-01-06 10:00", when=THERE, coupon="SPRING", time=NOW)
    assert salon.run().one("invoice")["total"] == 4050


def test_it_is_used_as_often_as_it_may_be(salon: Story) -> None:
    coupon(salon, percent=10, uses=2)
    for day, client in ((5, "zoe"), (6, "ada"), (7, "zoe")):
        salon.books(client, "cut", at=f"2027-01-{day:02} 10:00", when=THERE, coupon="SPRING")
    lines = salon.run()
    assert lines.of("invoice").each("total") == [4050, 4050, 4500]
    assert "is used up" in lines.to_owner("alert")[0]["text"]


def test_a_client_uses_it_as_often_as_each_may(salon: Story) -> None:
    coupon(salon, percent=10, per_client=1)
    for day, client in ((5, "zoe"), (6, "zoe"), (7, "ada")):
        salon.books(client, "cut", at=f"2027-01-{day:02} 10:00", when=THERE, coupon="SPRING")
    assert salon.run().of("invoice").each("total") == [4050, 4500, 4050]


def test_an_order_told_again_uses_it_once(salon: Story) -> None:
    coupon(salon, percent=10, uses=2)
    salon.automation("later", "session.ended", ASK)
    salon.file["automations"] = salon.file["automations"][1:]
    first = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.books("zoe", "colour", at="2027-01-06 10:00", when=THERE, order=first.id, coupon="SPRING")
    salon.books("ada", "cut", at="2027-01-07 10:00", when=THERE, coupon="SPRING")
    assert salon.run().of("invoice").each("total") == [7200, 4050]


@pytest.mark.parametrize("limit", ["uses", "per_client"])
def test_an_order_told_again_keeps_the_only_use_there_is(salon: Story, limit: str) -> None:
    coupon(salon, percent=10, **{limit: 1})
    salon.file["automations"] = []
    salon.automation("later", "session.ended", ASK)
    first = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.books("zoe", "colour", at="2027-01-06 10:00", when=THERE, order=first.id, coupon="SPRING")
    lines = salon.run()
    assert lines.one("invoice")["total"] == 7200
    assert not lines.to_owner("alert")


@pytest.fixture
def billed_later(salon: Story) -> Story:
    """Let the shop ask after the session, and have two coupons that each hold once."""
    salon.file["automations"] = []
    salon.automation("later", "session.ended", ASK)
    salon.file["coupons"] = [{"code": "SPRING", "percent": 10, "uses": 1}, {"code": "HALF", "percent": 50, "uses": 1}]
    return salon


def test_an_order_told_again_without_its_coupon_costs_the_whole_and_gives_it_back(billed_later: Story) -> None:
    order = billed_later.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    billed_later.books("zoe", "cut", at="2027-01-06 10:00", when=THERE, order=order.id)
    billed_later.books("ada", "cut", at="2027-01-07 10:00", when=THERE, coupon="SPRING")
    lines = billed_later.run()
    assert lines.of("invoice").each("total") == [4500, 4050]
    assert not lines.to_owner("alert")


@pytest.mark.parametrize("payer", ["zoe", "ada"])
def test_an_order_told_again_with_another_coupon_has_that_one_alone(billed_later: Story, payer: str) -> None:
    order = billed_later.books("zoe", "cut", "colour", at=NOW, when=THERE, coupon="SPRING")
    billed_later.books(payer, "cut", "colour", at="2027-01-06 10:00", when=THERE, order=order.id, coupon="HALF")
    billed_later.books("zoe", "yoga", at="2027-01-07 10:00", when="2027-01-11 14:00", coupon="SPRING")
    billed_later.books("zoe", "yoga", at="2027-01-07 10:00", when="2027-01-11 14:00", coupon="HALF")
    lines = billed_later.run()
    assert sorted(lines.of("invoice").each("total")) == [1350, 1500, 2250, 4000]
    assert "is used up" in lines.to_owner("alert", reason="coupon_refused")[0]["text"]


def test_what_was_invoiced_with_a_coupon_that_is_taken_back_is_billed_again(salon: Story) -> None:
    """R20."""
    order = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.pays("zoe", 4050, at="2027-01-05 12:00", order=order.id)
    salon.books("zoe", "cut", at="2027-01-06 10:00", when=THERE, order=order.id)
    salon.automation("later", "session.ended", ASK)
    lines = salon.run()
    assert lines.one("credit_note")["total"] == 4050
    assert [(one["total"], one["amount_due"]) for one in lines.of("invoice")] == [(4050, 4050), (4500, 450)]


def test_a_coupon_is_taken_back_also_where_the_order_grows_by_what_is_not_known_yet(salon: Story) -> None:
    order = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.pays("zoe", 4050, at="2027-01-05 12:00", order=order.id)
    salon.books("zoe", "cut", "nails", at="2027-01-06 10:00", when=THERE, order=order.id)
    assert salon.run().one("credit_note")["total"] == 4050


def test_per_cents_count_to_their_last_digit(salon: Story) -> None:
    coupon(salon, percent="33.333")
    salon.books("zoe", seat("cut", THERE, price=euros(1_000_000)), at=NOW, coupon="SPRING")
    assert salon.run().one("invoice")["total"] == 1_000_000 - 333_330


def test_a_part_credited_of_a_discounted_line_gives_back_no_more_than_was_asked(salon: Story) -> None:
    order = salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING")
    salon.pays("zoe", 4050, at="2027-01-06 10:00", order=order.id)
    salon.cancels(order.booking, at="2027-01-07 10:00", refund="full")
    lines = salon.run()
    assert lines.one("credit_note")["total"] == 4050
    assert lines.one("refund")["amount"] == 4050


def test_payment_with_the_order_is_for_the_discounted_price(salon: Story) -> None:
    salon.books("zoe", "cut", at=NOW, when=THERE, coupon="SPRING", paid=4050)
    lines = salon.run()
    assert lines.times("event", type="order.paid") == [NOW]
    assert not lines.to_owner("alert")
