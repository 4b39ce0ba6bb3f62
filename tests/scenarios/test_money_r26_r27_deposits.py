"""R26: money before its invoice is a deposit. R27: what is paid is split over the VAT groups that are open."""

from tests.scenarios.story import Data, Story, seat

REQUEST: Data = {"request_payment": {}}
NOW = "2027-01-05 10:00"


def test_a_consumers_deposit_gets_a_receipt_at_once(shop: Story) -> None:
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=1500)
    lines = shop.run()
    receipt = lines.one("receipt", "zoe")
    assert (receipt["amount"], receipt["currency"], receipt["at"][:16]) == (1500, "EUR", "2027-01-05T10:00")
    message = lines.one("message", "zoe")
    assert (message["template"], message["purpose"]) == ("receipt", "legal")
    assert "15,00" in message["text"]
    assert not lines.of("invoice")


def test_the_later_invoice_shows_the_deposit_as_paid(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=1500)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["net"], invoice["tax"], invoice["amount_due"]) == (4500, 3750, 750, 3000)
    assert "30,00" in lines.of("message", template="request_payment")[0]["text"]
    assert not lines.of("payment", method="credit")


def test_a_deposit_by_payment_event_gets_a_receipt_too(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 1000, at="2027-01-06 10:00", order=order.id)
    lines = shop.run()
    assert lines.times("receipt", "zoe") == ["2027-01-06 10:00"]


def test_money_beyond_what_is_owed_is_on_no_receipt(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 6000, at="2027-01-06 10:00", order=order.id)
    assert shop.run().one("receipt")["amount"] == 4500


def test_money_for_an_issued_invoice_is_no_deposit(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 1000, at="2027-01-06 10:00", invoice="2027-0001")
    assert not shop.run().of("receipt")


def test_credit_without_a_target_is_no_deposit(shop: Story) -> None:
    shop.pays("zoe", 1000, at="2027-01-06 10:00")
    assert not shop.run().of("receipt")


def test_a_deposit_that_waited_for_its_order_gets_its_receipt_then(shop: Story) -> None:
    shop.pays("zoe", 1000, at=NOW, order="o1")
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    assert shop.run().times("receipt", "zoe") == ["2027-01-06 10:00"]


def test_a_deposit_for_one_charge_of_two_is_on_the_document_of_both(shop: Story) -> None:
    shop.automation("request", "session.booked", {"delay": {"days": 2}}, REQUEST)
    order = shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-06 10:00", charges=[order.bookings[0]])
    invoice = shop.run().one("invoice")
    assert (invoice["total"], invoice["amount_due"], sorted(invoice["charges"])) == (12500, 8000, ["o1-b1", "o1-b2"])


def test_a_deposit_that_bounces_is_owed_again(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    payment = shop.pays("zoe", 1000, at="2027-01-06 10:00", order=order.id)
    shop.bounces(payment, at="2027-01-07 10:00")
    assert shop.run().one("invoice")["amount_due"] == 4500


def test_groups_of_two_rates_close_when_the_document_closes(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.service("book", 2110, tax_rate="5.5")
    order = shop.books("zoe", seat("cut", "2027-01-12 14:00"), seat("book", "2027-01-13 14:00"), at=NOW, paid=1001)
    for day, amount in ((6, 333), (7, 1), (8, 2222)):
        shop.pays("zoe", amount, at=f"2027-01-{day:02} 10:00", order=order.id)
    shop.does("mark_paid", at="2027-01-09 10:00", contact="zoe")
    lines = shop.run()
    assert lines.of("payment").each("amount") == [1001, 333, 1, 2222, 6610 - 1001 - 333 - 1 - 2222]
    assert lines.times("event", type="invoice.paid") == ["2027-01-09 10:00"]


def test_a_bounced_part_opens_its_share_of_both_rates(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.service("book", 2110, tax_rate="5.5")
    order = shop.books("zoe", seat("cut", "2027-01-12 14:00"), seat("book", "2027-01-13 14:00"), at=NOW)
    first = shop.pays("zoe", 1000, at="2027-01-06 10:00", order=order.id)
    shop.pays("zoe", 5610, at="2027-01-07 10:00", order=order.id)
    shop.bounces(first, at="2027-01-08 10:00")
    shop.does("mark_paid", at="2027-01-09 10:00", contact="zoe")
    lines = shop.run()
    assert lines.of("payment")[2]["amount"] == 1000
    assert lines.times("event", type="invoice.paid") == ["2027-01-07 10:00", "2027-01-09 10:00"]


def test_what_was_paid_of_a_rate_that_is_credited_closes_the_other(shop: Story) -> None:
    """The books, which are looked at in the end, say that no group holds more than it is of."""
    shop.automation("request", "session.booked", REQUEST)
    shop.service("book", 2110, tax_rate="5.5")
    order = shop.books("zoe", seat("cut", "2027-01-12 14:00"), seat("book", "2027-01-13 14:00"), at=NOW)
    shop.pays("zoe", 1000, at="2027-01-06 10:00", order=order.id)
    shop.cancels(order.bookings[1], at="2027-01-07 10:00")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 2110
    assert not lines.of("event", type="invoice.paid")
