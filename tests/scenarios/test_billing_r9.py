"""R9 in billing: what stands on one document, what on several, and one notice of them all."""

from tests.scenarios.billing import bill, billed
from tests.scenarios.story import Story, euros, seat

FIRST, APRIL = "2027-02-01 08:00", "2027-04-01 08:00"
COMPANY = {"kind": "business", "legal_name": "Martin SARL", "siren": "732829320"}


def quarter(shop: Story) -> None:
    """Let Zoé have a cut in January, one in February and one in March, and billing begin after that."""
    for month in ("01", "02", "03"):
        shop.books("zoe", "cut", at="2027-01-05 10:00", when=f"2027-{month}-12 14:00")
    shop.does("set_billing", at="2027-03-20 10:00", billing={"enabled": True})
    shop.span("2027-01-01 00:00", "2027-04-20 00:00")


def test_all_that_a_client_owes_is_one_document_and_one_notice(shop: Story) -> None:
    bill(shop)
    for amount in (1000, 2000, 3000):
        shop.owes("zoe", amount, at="2027-01-05 10:00")
    lines = shop.run()
    assert billed(lines) == [(FIRST, 6000)]
    assert len(lines.one("invoice", "zoe")["lines"]) == 3
    assert lines.times("message", "zoe") == [FIRST]


def test_each_payer_has_a_document_of_its_own(shop: Story) -> None:
    bill(shop)
    for client in ("zoe", "ada"):
        shop.owes(client, 1000, at="2027-01-05 10:00")
    lines = shop.run()
    assert (billed(lines, "ada"), billed(lines, "zoe")) == ([(FIRST, 1000)], [(FIRST, 1000)])
    assert sorted(lines.of("message").each("contact")) == ["ada", "zoe"]


def test_who_pays_for_several_gets_one_document_over_all_of_them(shop: Story) -> None:
    bill(shop)
    shop.client("mum")
    for client in ("zoe", "ada"):
        shop.client(client, bill_to="mum")
        shop.owes(client, 1000, at="2027-01-05 10:00")
    lines = shop.run()
    assert billed(lines, "mum") == [(FIRST, 2000)]
    assert lines.of("message").each("contact") == ["mum"]


def test_the_settings_of_who_pays_hold(shop: Story) -> None:
    shop.client("mum", billing={"enabled": True, "cycle": "weekly"})
    shop.client("zoe", bill_to="mum", billing={"enabled": True, "cycle": "daily"})
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    assert billed(shop.run(), "mum") == [("2027-01-11 08:00", 1000)]


def test_each_currency_is_a_document_and_one_notice_tells_of_both(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.owes("zoe", 0, at="2027-01-05 10:00", price=euros(2000, "CHF"))
    lines = shop.run()
    assert sorted(lines.of("invoice", "zoe").each("currency")) == ["CHF", "EUR"]
    message = lines.one("message", "zoe")
    assert "10,00\xa0€" in message["text"]
    assert "20,00\xa0CHF" in message["text"]


def test_what_is_outside_vat_stands_alone(shop: Story) -> None:
    bill(shop)
    fee = {"description": "Absence", "price": euros(2000), "fee": "indemnity"}
    shop.automation("absent", "booking.no_show", {"add_charge": fee})
    agreed = {"id": "fees-2027", "accepted_at": "2027-01-05T09:00:00Z"}
    order = shop.books("zoe", seat("cut", "2027-01-12 14:00", policy=agreed), at="2027-01-05 10:00")
    shop.attends(order.booking, "no_show", at="2027-01-12 14:30")
    lines = shop.run()
    assert sorted((one["total"], one["tax"]) for one in lines.of("invoice", "zoe")) == [(2000, 0), (4500, 750)]
    assert lines.times("message", "zoe") == [FIRST]


def test_two_rates_stand_on_one_document(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1200, at="2027-01-05 10:00")
    shop.owes("zoe", 1055, at="2027-01-05 10:00", tax_rate="5.5")
    taxes = shop.run().one("invoice", "zoe")["taxes"]
    assert sorted((group["net"], group["tax"]) for group in taxes) == [(1000, 55), (1000, 200)]


def test_a_business_payer_gets_a_document_for_each_month_and_one_notice(shop: Story) -> None:
    shop.client("zoe", **COMPANY)
    quarter(shop)
    lines = shop.run()
    assert billed(lines) == [(APRIL, 4500)] * 3
    assert lines.of("invoice", "zoe").each("number") == ["2027-0001", "2027-0002", "2027-0003"]
    message = lines.one("message", "zoe")
    assert all(number in message["text"] for number in lines.of("invoice", "zoe").each("number"))


def test_a_catch_up_makes_a_document_for_each_month_and_one_notice(shop: Story) -> None:
    bill(shop)
    shop.client("zoe", **COMPANY)
    for month in ("01", "02", "03"):
        shop.owes("zoe", 4500, at=f"2027-{month}-12 10:00")
    shop.does("outage", at="2027-01-31 10:00", hours=24 * 63)
    lines = shop.run(until="2027-04-20 00:00")
    assert billed(lines) == [("2027-04-04 11:00", 4500)] * 3
    assert lines.times("message", "zoe") == ["2027-04-04 11:00"]


def test_a_consumer_gets_one_document_over_all_months(shop: Story) -> None:
    quarter(shop)
    assert billed(shop.run()) == [(APRIL, 13500)]


def test_so_does_a_business_payer_where_the_law_asks_for_no_split(shop: Story) -> None:
    shop.business.update(country="CH", timezone="Europe/Zurich", tax_rate="8.1")
    shop.client("zoe", kind="business")
    quarter(shop)
    assert billed(shop.run()) == [(APRIL, 13500)]


def test_each_line_carries_its_own_date_of_service(shop: Story) -> None:
    quarter(shop)
    text = shop.run().one("message", "zoe")["text"]
    assert all(day in text for day in ("12/01/2027", "12/02/2027", "12/03/2027"))


def test_a_line_over_nothing_makes_no_document(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 0, at="2027-01-05 10:00")
    lines = shop.run()
    assert not lines.of("invoice")
    assert not lines.of("message")


# A minimum is carried over


def test_a_consumer_who_owes_less_than_the_minimum_waits_for_a_later_date(shop: Story) -> None:
    bill(shop, minimum=2500)
    for month in ("01", "02", "03"):
        shop.owes("zoe", 1000, at=f"2027-{month}-05 10:00")
    lines = shop.run(until="2027-06-01 00:00")
    assert billed(lines) == [("2027-04-01 08:00", 3000)]
    assert lines.times("message", "zoe") == ["2027-04-01 08:00"]


def test_exactly_the_minimum_is_enough(shop: Story) -> None:
    bill(shop, minimum=2500)
    shop.owes("zoe", 2500, at="2027-01-05 10:00")
    assert billed(shop.run()) == [(FIRST, 2500)]


def test_a_business_payer_is_billed_whatever_it_owes(shop: Story) -> None:
    bill(shop, minimum=2500)
    shop.client("zoe", **COMPANY)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    assert billed(shop.run()) == [(FIRST, 1000)]


def test_a_total_in_another_currency_has_no_minimum(shop: Story) -> None:
    bill(shop, minimum=2500)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.owes("zoe", 0, at="2027-01-05 10:00", price=euros(500, "CHF"))
    lines = shop.run()
    assert lines.one("invoice", "zoe")["currency"] == "CHF"


# What is left out


def test_services_and_kinds_that_are_left_out_are_never_billed_by_cycles(shop: Story) -> None:
    bill(shop, exclude={"services": ["yoga"], "kinds": ["product"]})
    shop.books("zoe", "cut", "yoga", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.owes("zoe", 700, at="2027-01-05 10:00", kind="product")
    assert billed(shop.run(until="2027-04-01 00:00")) == [(FIRST, 4500)]
    assert shop.run(until="2027-04-01 00:00").of("message").each("contact") == ["zoe"]


def test_who_owes_only_what_is_left_out_hears_nothing(shop: Story) -> None:
    bill(shop, exclude={"kinds": ["other"]})
    shop.owes("zoe", 700, at="2027-01-05 10:00")
    lines = shop.run()
    assert not lines.of("invoice")
    assert not lines.of("message")
