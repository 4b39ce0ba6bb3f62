"""R10 in billing: the total is what was sold, the amount due what is left after payments and credit."""

from tests.scenarios.billing import bill, billed
from tests.scenarios.story import Story, seat

FIRST = "2027-02-01 08:00"


def test_credit_that_covers_it_issues_a_paid_invoice_that_asks_for_nothing(shop: Story) -> None:
    bill(shop)
    shop.pays("zoe", 10000, at="2027-01-04 10:00")
    shop.owes("zoe", 4500, at="2027-01-05 10:00")
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (4500, 0, "paid")
    message = lines.one("message", "zoe", template="issue_paid_invoice")
    assert "Payer en ligne" not in message["text"]
    assert not lines.of("message", "zoe", template="request_payment")
    assert not lines.of("event", type="invoice.overdue")


def test_credit_that_covers_a_part_leaves_the_rest_to_pay(shop: Story) -> None:
    bill(shop)
    shop.pays("zoe", 1000, at="2027-01-04 10:00")
    shop.owes("zoe", 4500, at="2027-01-05 10:00")
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (4500, 3500, "issued")
    assert "35,00\xa0€" in lines.one("message", "zoe", template="request_payment")["text"]


def test_credit_goes_over_several_dates_until_it_is_used_up(shop: Story) -> None:
    bill(shop)
    shop.pays("zoe", 5000, at="2027-01-04 10:00")
    for month in ("01", "02", "03"):
        shop.owes("zoe", 3000, at=f"2027-{month}-05 10:00")
    invoices = shop.run(until="2027-05-01 00:00").of("invoice", "zoe")
    assert invoices.each("amount_due") == [0, 1000, 3000]


def test_where_credit_covers_one_of_several_documents_one_notice_asks_for_the_rest(shop: Story) -> None:
    bill(shop, enabled=False)
    shop.client("zoe", kind="business", legal_name="Martin SARL", siren="732829320")
    shop.pays("zoe", 4500, at="2027-01-04 10:00")
    for month in ("01", "02"):
        shop.books("zoe", "cut", at="2027-01-05 10:00", when=f"2027-{month}-12 14:00")
    shop.does("set_billing", at="2027-02-20 10:00", billing={"enabled": True})
    lines = shop.run(until="2027-03-20 00:00")
    assert lines.of("invoice", "zoe").each("status") == ["paid", "issued"]
    assert lines.of("invoice", "zoe").each("amount_due") == [0, 4500]
    message = lines.one("message", "zoe", template="request_payment")
    assert all(number in message["text"] for number in lines.of("invoice", "zoe").each("number"))


def test_a_part_paid_before_is_shown_as_paid(shop: Story) -> None:
    bill(shop)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=2000)
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"]) == (4500, 2500)


def test_a_package_is_billed_when_sold_and_its_sessions_are_settled_lines(shop: Story) -> None:
    pack = {
        "id": "ten-cuts",
        "kind": "package",
        "description": "Forfait",
        "price": {"amount": 40000, "currency": "EUR"},
    }
    bill(shop)
    shop.books("zoe", seat("cut", "2027-01-12 14:00", package="ten-cuts"), at="2027-01-05 10:00", items=[pack])
    shop.books("zoe", seat("cut", "2027-02-12 14:00", package="ten-cuts"), at="2027-02-05 10:00")
    assert billed(shop.run(until="2027-05-01 00:00")) == [(FIRST, 40000)]


def test_a_link_asks_only_for_what_is_open(shop: Story) -> None:
    bill(shop, mode="payment_link")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=2000)
    assert shop.run(until="2027-02-15 00:00").one("payment_link", "zoe")["amount"] == 2500


def test_a_draft_that_credit_covers_asks_for_nothing_when_confirmed(shop: Story) -> None:
    bill(shop, mode="draft")
    shop.pays("zoe", 4500, at="2027-01-04 10:00")
    shop.owes("zoe", 4500, at="2027-01-05 10:00")
    shop.does("confirm_draft", at="2027-02-02 10:00", contact="zoe")
    lines = shop.run()
    assert lines.of("invoice", "zoe").each("status") == ["draft", "paid"]
    assert not lines.of("message", "zoe", template="request_payment")
