"""`contact.merged`: one client goes on as another, with debts, credit and documents."""

from tests.scenarios.story import Data, Story

REQUEST: Data = {"request_payment": {}}
NOW = "2027-01-05 10:00"


def merges(shop: Story, contact: str, into: str, at: str) -> None:
    """Merge one contact into another."""
    shop.event("contact.merged", at, {"contact": {"id": contact}, "into": into})


def test_a_merged_clients_next_invoice_goes_to_the_other(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    merges(shop, "zoe", "ada", NOW)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "ada"
    assert lines.one("message")["to"] == "ada@example.org"


def test_the_credit_of_a_merged_client_pays_the_others_invoices(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.pays("zoe", 4500, at=NOW)
    merges(shop, "zoe", "ada", "2027-01-06 10:00")
    shop.books("ada", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    assert shop.run().one("invoice")["status"] == "paid"


def test_a_merged_clients_money_settles_debts_from_before_and_after(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    merges(shop, "zoe", "ada", "2027-01-06 10:00")
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-13 14:00")
    shop.pays("ada", 9000, at="2027-01-08 10:00")
    lines = shop.run()
    assert len(lines.of("event", type="invoice.paid")) == 2


def test_merges_follow_each_other(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.client("eve")
    merges(shop, "zoe", "ada", NOW)
    merges(shop, "ada", "eve", "2027-01-06 10:00")
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "eve"
    assert not lines.of("alert")


def test_two_clients_merged_into_each_other_are_still_served(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    merges(shop, "zoe", "ada", NOW)
    merges(shop, "ada", "zoe", "2027-01-06 10:00")
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    shop.books("ada", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert len(lines.of("invoice")) == 2


def test_a_merge_into_a_client_who_comes_later(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    merges(shop, "zoe", "new", NOW)
    shop.event("contact.updated", "2027-01-06 10:00", {"contact": {"id": "new", "email": "new@example.org"}})
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    assert shop.run().one("message")["to"] == "new@example.org"


def test_bill_to_a_merged_payer_goes_on_to_the_other(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.client("zoe", bill_to="mum")
    shop.client("mum")
    merges(shop, "mum", "ada", NOW)
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    assert shop.run().one("invoice")["contact"] == "ada"
