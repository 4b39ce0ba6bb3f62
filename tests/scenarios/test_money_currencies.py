"""R9: minor units after ISO 4217, one currency a document; VAT in the seller's currency is the one converted figure."""

import pytest

from tests.scenarios.story import ASK, Data, Lines, Story, euros, seat

NOW = "2027-01-05 10:00"
THERE = "2027-01-12 14:00"
USD = [
    {"currency": "USD", "rate": "0.90", "on": "2026-12-01", "source": "BCE"},
    {"currency": "USD", "rate": "0.9234", "on": "2027-01-05", "source": "BCE"},
    {"currency": "USD", "rate": "0.50", "on": "2027-01-06", "source": "BCE"},
]


@pytest.fixture
def salon(shop: Story) -> Story:
    """Let the shop ask for what is booked; its prices are in yen and dinars, too."""
    shop.automation("ask", "session.booked", ASK)
    for name, amount, currency in (("tea", 5500, "JPY"), ("oud", 12345, "KWD"), ("tour", 12001, "USD")):
        shop.service(name)
        shop.file["services"][-1]["price"] = euros(amount, currency)
    return shop


def total(lines: Lines, key: str) -> int:
    return int(sum(lines.of("invoice").each(key)) - sum(lines.of("credit_note").each(key)))


def test_yen_have_no_decimals_from_issue_to_the_last_credit_note(salon: Story) -> None:
    order = salon.books("zoe", seat("tea", THERE), at=NOW)
    salon.pays("zoe", euros(1501, "JPY"), at="2027-01-06 10:00", order=order.id)
    salon.cancels(order.booking, at="2027-01-07 10:00", refund=euros(501, "JPY"))
    lines = salon.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["net"], invoice["tax"], invoice["currency"]) == (5500, 4583, 917, "JPY")
    assert "5\u202f500\xa0JPY" in (text := lines.one("message", "zoe")["text"]), text
    assert lines.one("refund")["amount"] == 501
    assert (total(lines, "total"), total(lines, "tax")) == (1000, 167)


def test_dinars_have_three_decimals_from_issue_to_the_last_payment(salon: Story) -> None:
    order = salon.books("zoe", seat("oud", THERE), at=NOW)
    salon.pays("zoe", euros(345, "KWD"), at="2027-01-06 10:00", order=order.id)
    salon.pays("zoe", euros(12000, "KWD"), at="2027-01-07 10:00", order=order.id)
    lines = salon.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["net"], invoice["tax"]) == (12345, 10288, 2057)
    assert "12,345\xa0KWD" in lines.one("message", "zoe")["text"]
    assert lines.times("event", type="invoice.paid") == ["2027-01-07 10:00"]


def test_each_currency_of_a_client_has_a_document_of_its_own(salon: Story) -> None:
    salon.books("zoe", seat("tea", THERE), seat("oud", THERE), seat("cut", THERE), at=NOW)
    lines = salon.run()
    found = {line["currency"]: line["total"] for line in lines.of("invoice")}
    assert found == {"JPY": 5500, "KWD": 12345, "EUR": 4500}


def test_money_in_another_currency_is_credit_and_pays_nothing(salon: Story) -> None:
    order = salon.books("zoe", seat("tea", THERE), at=NOW)
    payment = salon.pays("zoe", 5500, at="2027-01-06 10:00", order=order.id)
    lines = salon.run()
    assert not lines.of("event", type="invoice.paid")
    alert = lines.to_owner("alert").one("alert", reason="other_currency")
    assert alert["text"] == (
        f"55.00 EUR of payment {payment} came for what is in JPY. Money is never converted: it is the client's credit "
        "now, and the debt stays as it was."
    )


def test_vat_is_stated_in_euros_at_the_newest_rate_of_the_day(salon: Story) -> None:
    salon.business["exchange_rates"] = USD
    salon.books("zoe", seat("tour", THERE), at=NOW)
    lines = salon.run()
    assert (lines.one("invoice")["total"], lines.one("invoice")["tax"]) == (12001, 2000)
    text = lines.one("message", "zoe")["text"]
    assert "TVA : 18,47\xa0€ (1 USD = 0,9234 EUR, BCE, 05/01/2027)" in text, text
    assert not lines.to_owner("alert")


def test_vat_of_yen_is_stated_in_cents(salon: Story) -> None:
    salon.business["exchange_rates"] = [{"currency": "JPY", "rate": "0.0062", "on": "2027-01-01", "source": "BCE"}]
    salon.books("zoe", seat("tea", THERE), at=NOW)
    text = salon.run().one("message", "zoe")["text"]
    assert "TVA : 5,69\xa0€ (1 JPY = 0,0062 EUR" in text, text


def test_without_a_rate_the_invoice_is_issued_and_the_owner_is_told(salon: Story) -> None:
    salon.books("zoe", seat("tour", THERE), at=NOW)
    lines = salon.run()
    assert lines.one("invoice")["number"] == "2027-0001"
    assert lines.to_owner("alert").each("reason") == ["no_exchange_rate"]
    assert "1 USD" not in lines.one("message", "zoe")["text"]


def test_a_seller_without_vat_has_nothing_to_state(salon: Story) -> None:
    salon.business["legal"] = {"vat_regime": "franchise"}
    salon.books("zoe", seat("tour", THERE), at=NOW)
    assert not salon.run().to_owner("alert")


@pytest.mark.parametrize(
    ("rate", "said"),
    [({"currency": "USX"}, "no currency in use"), ({"rate": "0"}, "is no rate"), ({"rate": "much"}, "a number"),
     ({"source": None}, "source")],
)  # fmt: skip
def test_a_rate_that_is_wrong_is_refused_where_it_stands(salon: Story, rate: Data, said: str) -> None:
    wrong = {key: value for key, value in (USD[0] | rate).items() if value is not None}
    salon.business["exchange_rates"] = [wrong]
    with pytest.raises(Exception, match=said):
        salon.run()
