"""What help page 004 says about online payments: links, electronic invoices, reminders with Pay, payment in parts."""

from tests.scenarios.story import ASK, REMIND, Story, euros, wait

BY_LINK = {"request_payment": {"document": "payment_link"}}


def test_a_payment_link_asks_a_client_for_an_amount_of_ones_own(shop: Story) -> None:
    """A link is not bound to a booking or an invoice: it is for custom amounts and services."""
    shop.automation("by-link", "charge.added", BY_LINK)
    shop.owes("zoe", 3600, at="2027-01-05 10:00", description="Panier cadeau et séance d'essai")
    lines = shop.run()
    link = lines.one("payment_link", "zoe")
    assert (link["amount"], link["charges"]) == (3600, ["c1"])
    message = lines.one("message", "zoe")
    assert "Panier cadeau et séance d'essai" in message["text"]
    assert "https://pay.example/pay/" in message["text"]
    assert not lines.of("invoice")


def test_a_client_pays_straight_from_the_invoice_that_was_sent(shop: Story) -> None:
    """The Pay link of the message leads to the payment at once."""
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.does("pay", at="2027-01-05 10:30", contact="zoe")
    lines = shop.run()
    assert "Payer en ligne : https://pay.example/invoice/" in lines.one("message", "zoe")["text"]
    assert lines.one("event", "zoe", type="invoice.paid")


def test_a_reminder_of_an_invoice_leads_to_paying_it(shop: Story) -> None:
    shop.automation("remind", "invoice.overdue", wait(days=1), REMIND)
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    asked, reminded = lines.of("message", "zoe").each("text")
    way = "Payer en ligne : https://pay.example/invoice/"
    assert way in asked
    assert way in reminded


def test_nothing_leads_to_paying_what_is_paid(shop: Story) -> None:
    shop.automation("ask", "order.paid", "issue_paid_invoice")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=4500)
    assert "https://pay.example" not in shop.run().one("message", "zoe", template="issue_paid_invoice")["text"]


def test_clients_pay_an_invoice_in_parts_where_the_settings_allow_it(shop: Story) -> None:
    """A deposit now, the rest later."""
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.does("pay", at="2027-01-06 10:00", contact="zoe", amount=euros(2000))
    assert shop.run().reasons("zoe") == ["refused"]
    shop.business["partial_payments"] = {"allowed": True, "minimum": 1000}
    shop.does("pay", at="2027-01-07 10:00", contact="zoe", amount=euros(2500))
    lines = shop.run()
    assert lines.of("payment", "zoe").each("amount") == [2000, 2500]
    assert lines.of("event", "zoe").each("type").count("invoice.partially_paid") == 1
    assert lines.one("event", "zoe", type="invoice.paid")
