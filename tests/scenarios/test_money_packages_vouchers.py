"""R10: a package is invoiced when sold, its sessions are taken; a voucher for anything is credit, not revenue."""

import pytest

from tests.scenarios.story import ASK, Story, euros, seat

NOW = "2027-01-05 10:00"
THERE = "2027-01-12 14:00"
TEN = {"id": "ten-cuts", "kind": "package", "description": "Forfait 10 coupes", "price": euros(40000)}
GIFT = {"id": "gift", "kind": "voucher", "voucher": "multi_purpose", "description": "Bon", "price": euros(5000)}


@pytest.fixture
def salon(shop: Story) -> Story:
    """Let the shop ask for what is booked."""
    shop.automation("ask", "session.booked", ASK)
    return shop


def test_a_package_is_invoiced_when_it_is_sold_with_its_vat(salon: Story) -> None:
    salon.books("zoe", seat("cut", THERE, package="ten-cuts"), at=NOW, items=[TEN])
    invoice = salon.run().one("invoice")
    assert (invoice["total"], invoice["tax"]) == (40000, 6667)
    assert [(line["description"], line["amount"]) for line in invoice["lines"]] == [
        ("Forfait 10 coupes", 40000), ("Coupe", 0),
    ]  # fmt: skip


def test_a_session_taken_from_a_package_asks_for_nothing(salon: Story) -> None:
    salon.books("zoe", seat("cut", THERE, package="ten-cuts"), at=NOW)
    lines = salon.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_it_is_shown_as_taken_beside_what_is_to_be_paid(salon: Story) -> None:
    salon.books("zoe", seat("cut", THERE, package="ten-cuts"), seat("colour", THERE), at=NOW)
    lines = salon.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], [line["amount"] for line in invoice["lines"]]) == (8000, [0, 8000])
    assert "Coupe, 1 × 45,00\xa0€ - 45,00\xa0€ ten-cuts : 0,00\xa0€" in lines.one("message", "zoe")["text"]


def test_a_booking_that_is_no_longer_taken_from_it_costs_its_price(salon: Story) -> None:
    salon.file["automations"] = []
    salon.automation("after", "session.ended", ASK)
    order = salon.books("zoe", seat("cut", THERE, package="ten-cuts"), at=NOW)
    salon.books("zoe", seat("cut", THERE), at="2027-01-06 10:00", order=order.id)
    assert salon.run().one("invoice")["total"] == 4500


def test_a_cancelled_session_of_a_package_gives_nothing_back(salon: Story) -> None:
    order = salon.books("zoe", seat("cut", THERE, package="ten-cuts"), at=NOW)
    salon.cancels(order.booking, at="2027-01-06 10:00", refund="full")
    lines = salon.run()
    assert not lines.of("refund")
    assert not lines.of("credit_note")


def test_a_paid_voucher_for_anything_is_credit_and_no_document_but_a_receipt(salon: Story) -> None:
    salon.books("zoe", at=NOW, items=[GIFT], paid=5000)
    lines = salon.run()
    assert not lines.of("invoice")
    assert lines.of("receipt").each("amount") == [5000]
    assert [(line["amount"], line["method"]) for line in lines.of("payment")] == [(5000, "upstream"), (5000, "voucher")]


@pytest.mark.parametrize(
    ("locale", "said", "promised"),
    [
        ("fr", "votre bon est un crédit qui règle ce que vous réservez", "déduit de votre facture"),
        ("en", "your voucher is credit that pays for what you book", "Your invoice will show it"),
    ],
)
def test_the_receipt_for_a_voucher_promises_no_invoice(salon: Story, locale: str, said: str, promised: str) -> None:
    salon.client("zoe", locale=locale)
    salon.client("ada", locale=locale)
    salon.books("zoe", at=NOW, items=[GIFT], paid=5000)
    salon.books("ada", "cut", at=NOW, when=THERE, paid=4500)
    lines = salon.run()
    texts = [lines.one("message", who, template="receipt")["text"] for who in ("zoe", "ada")]
    assert [(said in text, promised in text) for text in texts] == [(True, False), (False, True)]


def test_the_voucher_pays_what_is_booked_later_and_that_has_its_vat(salon: Story) -> None:
    salon.books("zoe", at=NOW, items=[GIFT], paid=5000)
    salon.books("zoe", "colour", at="2027-01-06 10:00", when=THERE)
    lines = salon.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["tax"], invoice["amount_due"]) == (8000, 1333, 3000)
    assert lines.of("payment", method="credit").each("amount") == [5000]


def test_a_voucher_that_is_not_paid_is_no_credit(salon: Story) -> None:
    salon.books("zoe", at=NOW, items=[GIFT], paid=3000)
    salon.books("zoe", "cut", at="2027-01-06 10:00", when=THERE)
    lines = salon.run()
    assert lines.one("invoice")["amount_due"] == 4500
    assert not lines.of("payment", method="voucher")


def test_a_voucher_for_anything_stands_on_no_document_beside_what_is_asked_for(salon: Story) -> None:
    salon.books("zoe", "cut", at=NOW, when=THERE, items=[GIFT])
    invoice = salon.run().one("invoice")
    assert (invoice["total"], invoice["charges"]) == (4500, ["o1-b1"])


def test_a_voucher_whose_money_bounces_is_no_credit_any_more(salon: Story) -> None:
    order = salon.books("zoe", at=NOW, items=[GIFT])
    payment = salon.pays("zoe", 5000, at="2027-01-06 10:00", order=order.id)
    salon.bounces(payment, at="2027-01-07 10:00")
    salon.books("zoe", "cut", at="2027-01-08 10:00", when=THERE)
    lines = salon.run()
    assert lines.one("invoice")["amount_due"] == 4500
    assert not lines.to_owner("alert")


def test_what_of_it_was_spent_stays_spent_and_the_owner_is_told(salon: Story) -> None:
    order = salon.books("zoe", at=NOW, items=[GIFT])
    payment = salon.pays("zoe", 5000, at="2027-01-06 10:00", order=order.id)
    salon.books("zoe", "cut", at="2027-01-07 10:00", when=THERE)
    salon.bounces(payment, at="2027-01-08 10:00")
    lines = salon.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-07 10:00"]
    (alert,) = lines.to_owner("alert", reason="voucher_spent")
    assert "45.00 EUR" in alert["text"]


def test_a_business_that_buys_a_voucher_gets_no_invoice_for_it(salon: Story) -> None:
    salon.client("zoe", kind="business")
    salon.books("zoe", at=NOW, items=[GIFT], paid=5000)
    lines = salon.run()
    assert not lines.of("invoice")
    assert lines.of("payment").each("method") == ["upstream", "voucher"]


def test_a_voucher_for_one_thing_is_sold_and_taxed_like_it(salon: Story) -> None:
    single = GIFT | {"voucher": "single_purpose"}
    salon.books("zoe", "cut", at=NOW, when=THERE, items=[single])
    invoice = salon.run().one("invoice")
    assert (invoice["total"], invoice["tax"]) == (9500, 1583)
