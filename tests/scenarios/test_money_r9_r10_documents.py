"""R9: one document per payer and currency, in the currency's own digits. R10: total and amount due are two figures."""

import pytest

from tests.scenarios.story import Data, Story, euros, seat

REQUEST: Data = {"request_payment": {}}
NOW = "2027-01-05 10:00"


@pytest.mark.parametrize(("currency", "price", "shown"), [("JPY", 5500, "5\u202f500"), ("KWD", 12345, "12,345")])
def test_minor_units_follow_the_currency(shop: Story, currency: str, price: int, shown: str) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.business["currency"] = currency
    shop.business["tax_rate"] = "10"
    shop.books("zoe", seat("cut", "2027-01-12 14:00", price=euros(price, currency)), at=NOW)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["currency"]) == (price, currency)
    assert invoice["tax"] == {"JPY": 500, "KWD": 1122}[currency]
    assert shown in lines.one("message")["text"]


def test_credit_in_another_currency_does_not_pay(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", euros(9000, "USD"), at=NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    assert shop.run().one("invoice")["amount_due"] == 4500


def test_an_upstream_payment_in_another_currency_is_credit(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=euros(4500, "USD"))
    lines = shop.run()
    assert lines.one("invoice")["amount_due"] == 4500
    assert lines.one("payment")["currency"] == "USD"


def test_an_invoice_that_credit_covers_is_issued_as_paid_and_asks_for_nothing(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", 5000, at=NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", 4500, 0)
    assert lines.one("payment", method="credit")["amount"] == 4500
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00"]
    assert "Reste à payer" not in lines.one("message")["text"]


def test_credit_is_used_oldest_first(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", 3000, at="2027-01-04 10:00", payment="younger")
    shop.event(
        "payment.received",
        NOW,
        {
            "contact": {"id": "zoe"},
            "payment": {"id": "older", "amount": euros(3000), "method": "cash", "received_at": "2027-01-03T10:00:00Z"},
        },
    )
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    shop.bounces("older", at="2027-01-07 10:00")
    shop.does("mark_paid", at="2027-01-08 10:00", contact="zoe")
    lines = shop.run()
    assert lines.one("invoice")["amount_due"] == 0
    lines.one("event", type="payment.reversed")
    assert lines.one("payment", cause={"act": "mark_paid"})["amount"] == 3000, "all of the older was used"


def test_what_credit_left_is_paid_and_the_credit_stays_used(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", 3000, at=NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00", order="o1")
    shop.pays("zoe", 1500, at="2027-01-07 10:00", order="o1")
    lines = shop.run()
    assert lines.one("invoice")["amount_due"] == 1500
    assert lines.times("event", type="invoice.paid") == ["2027-01-07 10:00"]


def test_partial_credit_leaves_the_rest_to_pay(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", 1000, at=NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert (lines.one("invoice")["status"], lines.one("invoice")["amount_due"]) == ("issued", 3500)
    assert "35,00" in lines.one("message")["text"]


def test_lines_that_sum_to_nothing_make_no_document(shop: Story) -> None:
    shop.automation("request", "charge.added", REQUEST)
    shop.owes("zoe", 0, at=NOW)
    lines = shop.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_free_line_leaves_an_invoice_as_it_is(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    free = {"id": "gift", "kind": "product", "description": "Cadeau", "price": euros(0)}
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", items=[free])
    assert shop.run().one("invoice")["total"] == 4500


def test_the_credit_of_a_client_is_not_anothers(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("ada", 4500, at=NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    assert shop.run().one("invoice")["amount_due"] == 4500


def test_an_exempt_seller_charges_no_tax(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.business["legal"] = {"vat_exempt": True}
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    invoice = shop.run().one("invoice")
    assert (invoice["net"], invoice["tax"], invoice["total"]) == (4500, 0, 4500)
