"""R17: a payment link claims nothing, asks for what is due when it is opened, and leads to where the debt has gone."""

import pytest

from tests.scenarios.story import ASK, Story, euros, holds, mail, remind, wait, when

BY_LINK = {"request_payment": {"document": "payment_link"}}
NOTE = "– Coupe, 12 janv. 2027 : HT 37,50\xa0€, TVA 20 % 7,50\xa0€, TTC 45,00\xa0€"


@pytest.fixture
def asked(shop: Story) -> Story:
    """Zoé has booked a cut; a payment link asks her for it."""
    shop.automation("by-link", "session.booked", BY_LINK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    return shop


def test_a_link_asks_for_what_is_due_and_issues_no_invoice(asked: Story) -> None:
    lines = asked.run()
    link = lines.one("payment_link", "zoe")
    assert (link["amount"], link["currency"], link["charges"]) == (4500, "EUR", ["o1-b1"])
    assert link["cause"]["automation"] == "by-link"
    assert not lines.of("invoice")


def test_its_message_carries_the_detailed_note_and_the_way_to_pay(asked: Story) -> None:
    lines = asked.run()
    message = lines.one("message", "zoe")
    assert (message["template"], message["purpose"]) == ("request_payment", "service")
    assert message["subject"] == "Demande de paiement – Atelier Lumière"
    assert NOTE in message["text"]
    assert "Payer en ligne : https://pay.example/pay/" in message["text"]
    sent = lines.one("event", type="payment_link.sent")
    assert (sent["contact"], sent["at"]) == ("zoe", message["at"])


def test_paid_by_link_a_consumer_gets_a_receipt_with_the_note(asked: Story) -> None:
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    lines = asked.run()
    payment = lines.one("payment", "zoe")
    assert (payment["amount"], payment["method"], payment["documents"]) == (4500, "card", [])
    assert payment["cause"] == {"act": "pay"}
    receipt = lines.one("receipt", "zoe")
    assert receipt["amount"] == 4500
    text = lines.one("message", "zoe", template="receipt")["text"]
    assert NOTE in text
    assert lines.one("event", type="order.paid")
    assert not lines.of("invoice")


def test_paid_by_link_a_business_payer_gets_an_issued_paid_invoice(asked: Story) -> None:
    asked.client("zoe", kind="business")
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    lines = asked.run()
    invoice = lines.one("invoice", "zoe")
    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", 4500, 0)
    assert invoice["charges"] == ["o1-b1"]
    assert lines.one("message", "zoe", template="issue_paid_invoice")["purpose"] == "legal"
    assert not lines.of("receipt")


def test_a_second_payment_by_the_same_link_is_credit_and_the_owner_is_told(asked: Story) -> None:
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    asked.does("pay", at="2027-01-06 09:05", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("payment", "zoe").each("amount") == [4500, 4500]
    assert lines.one("alert")["reason"] == "paid_twice"
    assert lines.of("receipt", "zoe").each("amount") == [4500]


def test_money_beyond_what_a_link_asked_for_is_credit_and_the_owner_is_told(asked: Story) -> None:
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link", amount=euros(6000))
    lines = asked.run()
    assert lines.one("alert")["reason"] == "paid_twice"
    assert "15.00 EUR" in lines.one("alert")["text"]


def test_the_amount_is_read_when_the_link_is_opened(asked: Story) -> None:
    """A second charge of the order that is cancelled is not asked for any more."""
    asked.books("ada", "cut", "colour", at="2027-01-05 11:00", when="2027-01-12 15:00")
    asked.cancels("o2-b2", at="2027-01-06 08:00")
    asked.does("pay", at="2027-01-06 09:00", contact="ada", document="link")
    lines = asked.run()
    assert lines.one("payment_link", "ada")["amount"] == 12500
    assert lines.one("payment", "ada")["amount"] == 4500


def test_what_was_paid_otherwise_meanwhile_leaves_a_link_nothing_to_ask_for(asked: Story) -> None:
    asked.pays("zoe", 4500, at="2027-01-06 08:00", order="o1")
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("payment", "zoe").each("amount") == [4500, 4500]
    assert lines.one("alert")["reason"] == "paid_twice"


def test_a_link_whose_charge_moved_onto_an_invoice_pays_the_invoice(asked: Story) -> None:
    asked.automation("ask", "session.started", ASK)
    asked.does("pay", at="2027-01-13 09:00", contact="zoe", document="link")
    lines = asked.run()
    invoice = lines.one("invoice", "zoe")
    assert invoice["status"] == "issued"
    assert lines.one("payment", "zoe")["documents"] == [invoice["number"]]
    assert lines.one("event", type="invoice.paid")
    assert not lines.of("receipt")


def test_a_newer_link_over_the_same_charges_takes_the_place_of_the_older(asked: Story) -> None:
    asked.automation("again", "session.started", BY_LINK)
    asked.does("pay", at="2027-01-12 15:00", contact="zoe", document="link")
    asked.does("pay", at="2027-01-12 15:05", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("payment_link", "zoe").each("amount") == [4500, 4500]
    assert lines.of("payment", "zoe").each("amount") == [4500, 4500]
    assert lines.one("alert")["reason"] == "paid_twice"


def test_a_part_is_taken_by_a_link_only_as_the_settings_allow(asked: Story) -> None:
    """R16."""
    asked.does("pay", at="2027-01-06 09:00", contact="zoe", document="link", amount=euros(2000))
    assert asked.run().one("skipped")["reason"] == "refused"
    asked.business["partial_payments"] = {"allowed": True, "minimum": 1000}
    asked.does("pay", at="2027-01-07 09:00", contact="zoe", document="link", amount=euros(999))
    asked.does("pay", at="2027-01-08 09:00", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("payment", "zoe").each("amount") == [2000, 2500]
    assert lines.one("skipped")["reason"] == "refused"
    assert lines.of("receipt", "zoe").each("amount") == [2000, 2500]


def test_who_has_no_link_has_none_to_pay(shop: Story) -> None:
    shop.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    assert shop.run().one("skipped", "zoe")["reason"] == "nothing_due"


def test_a_link_that_has_expired_takes_nothing(asked: Story) -> None:
    asked.business["payment_links"] = {"days": 10}
    asked.does("pay", at="2027-01-16 09:00", contact="zoe", document="link")
    lines = asked.run()
    assert lines.one("skipped", "zoe")["reason"] == "refused"
    assert not lines.of("payment")


@pytest.mark.parametrize(("at", "taken"), [("2027-01-15 09:59:59", 1), ("2027-01-15 10:00", 0)])
def test_a_link_expires_at_the_instant_that_was_said(asked: Story, at: str, taken: int) -> None:
    asked.business["payment_links"] = {"days": 10}
    asked.does("pay", at=at, contact="zoe", document="link")
    assert len(asked.run().of("payment")) == taken


def test_a_link_that_was_paid_is_paid_also_after_it_has_expired(asked: Story) -> None:
    asked.business["payment_links"] = {"days": 10}
    for day in ("06", "16"):
        asked.does("pay", at=f"2027-01-{day} 10:00", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("payment", "zoe").each("amount") == [4500, 4500]
    assert lines.one("alert")["reason"] == "paid_twice"


def test_a_reminder_of_a_link_goes_while_something_is_due_and_is_silent_after(shop: Story) -> None:
    """R5."""
    steps = (BY_LINK, wait(days=1), remind("Un rappel"), wait(days=2), remind("Deux"))
    shop.automation("by-link", "session.booked", *steps)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.does("pay", at="2027-01-07 09:00", contact="zoe", document="link")
    lines = shop.run()
    assert lines.of("message", "zoe", template="send_reminder").each("subject") == ["Un rappel"]
    assert lines.reasons("zoe") == ["nothing_due"]


def test_payment_link_sent_starts_reminders_and_supplies_the_link(shop: Story) -> None:
    shop.automation("by-link", "session.booked", BY_LINK)
    many = holds("payment_link.amount_due", "greater_than", 40)
    shop.automation("remind", "payment_link.sent", wait(days=3), when(many, {"send_reminder": {}}))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    reminder = lines.one("message", "zoe", template="send_reminder")
    assert reminder["at"].startswith("2027-01-08T10:00")
    assert "il reste 45,00\xa0€ à régler à Atelier Lumière" in reminder["text"]
    assert "https://pay.example/pay/" in reminder["text"]


def test_a_payment_by_the_link_is_a_goal_of_what_the_link_began(shop: Story) -> None:
    shop.automation("by-link", "session.booked", BY_LINK)
    shop.automation("remind", "payment_link.sent", wait(days=3), mail("Encore ?"), stop_when=["payment.succeeded"])
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.does("pay", at="2027-01-06 09:00", contact="zoe", document="link")
    lines = shop.run()
    assert lines.reasons("zoe") == ["goal"]


def test_one_link_for_each_payer_and_currency(shop: Story) -> None:
    shop.client("ada", bill_to="zoe")
    shop.automation("by-link", "session.booked", BY_LINK)
    shop.service("usd")
    shop.file["services"][-1]["price"] = euros(1000, "USD")
    shop.books("ada", "cut", "usd", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert sorted((line["amount"], line["currency"]) for line in lines.of("payment_link", "zoe")) == [
        (1000, "USD"),
        (4500, "EUR"),
    ]


def test_a_link_that_was_paid_while_the_night_held_its_message_is_not_sent(asked: Story) -> None:
    """R5, R19."""
    asked.business["quiet_hours"] = {"from": "09:00", "to": "20:00"}
    asked.does("pay", at="2027-01-05 12:00", contact="zoe", document="link")
    lines = asked.run()
    assert lines.of("message", "zoe").each("template") == ["receipt"]
    assert lines.reasons("zoe") == ["nothing_due"]
    assert not lines.of("event", type="payment_link.sent")


def test_a_link_is_not_made_where_its_message_would_be_one_too_many(shop: Story) -> None:
    """R21."""
    shop.business["daily_cap"] = 1
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.automation("late", "session.booked", wait(hours=1), BY_LINK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run(until="2027-01-06 00:00")
    assert not lines.of("payment_link")
    assert "cap" in lines.of("alert").each("reason") + lines.reasons()
