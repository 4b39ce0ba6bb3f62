"""R18: VAT in integers, half away from zero; gross prices stay what is owed; the price is that of the event's time."""

import pytest

from tests.scenarios.story import Data, Story, euros

NOW = "2027-01-05 10:00"


def invoice_of(shop: Story, *items: Data) -> Data:
    """Return the invoice of an order of these items."""
    shop.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    order = shop.books("zoe", at=NOW, items=list(items))
    shop.was_paid_upstream(order.id, at="2027-01-06 10:00")
    return shop.run().one("invoice")


def item(id_: str, price: int, **keys: object) -> Data:
    """Return an item of an order."""
    return {"id": id_, "kind": "product", "description": id_, "price": euros(price)} | keys


def test_31_times_7_99_gross_at_20_per_cent(shop: Story) -> None:
    invoice = invoice_of(shop, *(item(f"i{number:02}", 799) for number in range(31)))
    assert (invoice["total"], invoice["net"], invoice["tax"]) == (24769, 20641, 4128)


def test_a_gross_total_without_an_exact_net_stays_what_is_owed(shop: Story) -> None:
    invoice = invoice_of(shop, item("odd", 4503))
    assert (invoice["total"], invoice["net"], invoice["tax"]) == (4503, 3753, 750)


@pytest.mark.parametrize(
    ("price", "rate", "net", "tax"),
    [(10550, "5.5", 10000, 550), (1999, "5.5", 1895, 104), (1000, "0", 1000, 0), (121, "20.6", 100, 21)],
)
def test_gross_prices(shop: Story, price: int, rate: str, net: int, tax: int) -> None:
    invoice = invoice_of(shop, item("one", price, tax_rate=rate))
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (net, tax, price)


def test_net_prices_are_taxed_once_per_rate(shop: Story) -> None:
    invoice = invoice_of(shop, *(item(f"i{number}", 102, tax_included=False) for number in range(3)))
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (306, 61, 367)
    assert [line["amount"] for line in invoice["lines"]] == [102, 102, 102]


def test_net_prices_of_an_order_are_paid_by_what_their_document_will_say(shop: Story) -> None:
    shop.books("zoe", at=NOW, items=[item(f"i{number}", 102, tax_included=False) for number in range(3)], paid=367)
    lines = shop.run()
    assert lines.times("event", type="order.paid") == [NOW]
    assert lines.one("receipt")["amount"] == 367


def test_half_a_cent_is_rounded_away_from_zero(shop: Story) -> None:
    invoice = invoice_of(shop, item("half", 100, tax_included=False, tax_rate="5.5"))
    assert invoice["tax"] == 6


def test_mixed_rates_are_kept_apart(shop: Story) -> None:
    invoice = invoice_of(shop, item("book", 2110, tax_rate="5.5"), item("soap", 1200), item("stamp", 500, tax_rate="0"))
    taxes = {group["rate"]: (group["net"], group["tax"]) for group in invoice["taxes"]}
    assert taxes == {"5.5": (2000, 110), "20": (1000, 200), "0": (500, 0)}
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (3500, 310, 3810)


def test_gross_and_net_prices_under_one_rate_are_reckoned_apart_and_added(shop: Story) -> None:
    invoice = invoice_of(shop, item("gross", 4503), item("net", 1003, tax_included=False))
    assert invoice["taxes"] == [{"rate": "20", "net": 3753 + 1003, "tax": 750 + 201}]


def test_a_fraction_of_a_unit_is_rounded_once(shop: Story) -> None:
    invoice = invoice_of(shop, item("hours", 3333, quantity="1.5"))
    assert (invoice["lines"][0]["quantity"], invoice["lines"][0]["amount"]) == (1.5, 5000)


def test_the_price_is_the_services_at_the_time_of_the_event(shop: Story) -> None:
    shop.automation("after", "session.ended", {"request_payment": {}})
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.event("service.updated", "2027-01-06 10:00", {"service": {"id": "cut", "name": "Coupe", "price": euros(9900)}})
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-13 14:00")
    assert shop.run().of("invoice").each("total") == [4500, 9900]


def test_a_price_that_was_already_changed_when_the_order_was_placed_counts_even_if_told_later(shop: Story) -> None:
    shop.automation("after", "session.ended", {"request_payment": {}})
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.event(
        "service.updated",
        "2027-01-06 10:00",
        {"service": {"id": "cut", "name": "Coupe", "price": euros(5000)}},
        time="2027-01-04 10:00",
    )
    assert shop.run().one("invoice")["total"] == 5000


def test_a_price_that_changes_at_the_instant_of_the_order_counts(shop: Story) -> None:
    shop.automation("after", "session.ended", {"request_payment": {}})
    shop.event("service.updated", NOW, {"service": {"id": "cut", "name": "Coupe", "price": euros(5000)}}, time=NOW)
    shop.books("zoe", "cut", at="2027-01-05 11:00", when="2027-01-12 14:00", time=NOW)
    assert shop.run().one("invoice")["total"] == 5000


def test_a_late_order_has_the_price_of_its_own_time(shop: Story) -> None:
    shop.automation("after", "session.ended", {"request_payment": {}})
    shop.event("service.updated", "2027-01-06 10:00", {"service": {"id": "cut", "name": "Coupe", "price": euros(9900)}})
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00", time=NOW)
    assert shop.run().one("invoice")["total"] == 4500


def test_parts_of_a_credit_give_back_exactly_the_whole(shop: Story) -> None:
    shop.automation("request", "session.booked", {"request_payment": {}})
    for service, price in (("one", 3334), ("two", 3334), ("three", 3333)):
        shop.service(service, price, tax_included=False)
    order = shop.books("zoe", "one", "two", "three", at=NOW, when="2027-01-12 14:00")
    for number, booking in enumerate(order.bookings, 6):
        shop.cancels(booking, at=f"2027-01-{number:02} 10:00")
    lines = shop.run()
    invoice, notes = lines.one("invoice"), lines.of("credit_note")
    assert (invoice["net"], invoice["tax"]) == (10001, 2000)
    assert sum(notes.each("net")) == 10001
    assert sum(notes.each("tax")) == 2000
    assert len(lines.of("event", type="invoice.voided")) == 1
