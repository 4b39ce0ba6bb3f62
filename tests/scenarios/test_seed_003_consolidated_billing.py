"""What help page 003 says about automated billing: everything due in one document or link, at regular intervals.

Where the page says that all clients are billed or none, single clients and groups of clients may be billed otherwise.
"""

from typing import Any

import pytest

from tests.scenarios.story import Lines, Story, euros

MOBILE = "+33612345678"
FIRST = "2027-02-01 08:00"
PACK = {"id": "ten-cuts", "kind": "package", "description": "Forfait 10 coupes", "price": euros(40000)}
OIL = {"id": "oil", "kind": "product", "description": "Huile", "price": euros(2400)}


def bill(shop: Story, **settings: Any) -> None:
    """Switch billing on, on the first of each month unless something else is said."""
    shop.business["billing"] = {"enabled": True} | settings


def january(shop: Story) -> None:
    """Let Zoé book a cut and a colour, buy a package and a product."""
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.books("zoe", "colour", at="2027-01-06 10:00", when="2027-01-14 14:00", items=[PACK])
    shop.books("zoe", at="2027-01-07 10:00", items=[OIL])


def channels(lines: Lines) -> list[str]:
    return lines.of("message", "zoe").each("channel")


# An invoice or a request for payment, at regular intervals, of all that is due and not yet invoiced


def test_bookings_packages_and_products_are_one_invoice(shop: Story) -> None:
    bill(shop)
    january(shop)
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert sorted(line["description"] for line in invoice["lines"]) == [
        "Couleur",
        "Coupe",
        "Forfait 10 coupes",
        "Huile",
    ]
    assert (invoice["total"], invoice["status"], invoice["number"]) == (54900, "issued", "2027-0001")
    assert lines.times("invoice", "zoe") == lines.times("message", "zoe") == [FIRST]
    assert invoice["cause"] == {"billing": "monthly 1 08:00 2027-02-01"}


def test_what_is_invoiced_already_is_not_billed_again(shop: Story) -> None:
    bill(shop)
    shop.automation("ask", "session.booked", {"request_payment": {}}, services=["colour"])
    january(shop)
    lines = shop.run()
    assert lines.of("invoice", "zoe").each("total") == [48000, 6900]


def test_what_is_paid_already_is_not_asked_for(shop: Story) -> None:
    bill(shop)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=4500)
    shop.books("zoe", "colour", at="2027-01-05 10:00", when="2027-01-12 14:00")
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"]) == (8000, 8000)


def test_a_booking_makes_a_request_by_the_price_of_its_service(shop: Story) -> None:
    bill(shop)
    shop.service("cut", 5200)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    assert shop.run().one("invoice", "zoe")["total"] == 5200


def test_every_client_is_billed_once_it_is_on(shop: Story) -> None:
    bill(shop)
    for client in ("zoe", "ada"):
        shop.books(client, "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert sorted(lines.of("invoice").each("contact")) == ["ada", "zoe"]
    assert lines.one("event", type="billing.completed")["at"] == "2027-02-01T08:00:00+01:00"


def test_nobody_is_billed_while_it_is_off(shop: Story) -> None:
    bill(shop, enabled=False)
    january(shop)
    lines = shop.run()
    assert not lines.of("invoice")
    assert not lines.of("message")


# Drafts, invoices, payment links


def test_draft_mode_makes_a_draft_and_writes_to_nobody(shop: Story) -> None:
    bill(shop, mode="draft")
    january(shop)
    lines = shop.run()
    draft = lines.one("invoice", "zoe")
    assert (draft["status"], draft["number"], draft["total"]) == ("draft", None, 54900)
    assert lines.times("event", "zoe", type="invoice.drafted") == [FIRST]
    assert not lines.of("message", "zoe")


def test_invoice_mode_sends_the_invoice_at_once(shop: Story) -> None:
    bill(shop, mode="invoice")
    january(shop)
    message = shop.run().one("message", "zoe")
    assert (message["purpose"], message["template"]) == ("legal", "request_payment")
    assert "549,00" in message["text"]


def test_payment_link_mode_asks_for_the_total_and_makes_no_invoice(shop: Story) -> None:
    bill(shop, mode="payment_link")
    january(shop)
    lines = shop.run(until="2027-02-15 00:00")
    link = lines.one("payment_link", "zoe")
    assert (link["amount"], link["cause"]) == (54900, {"billing": "monthly 1 08:00 2027-02-01"})
    assert lines.times("message", "zoe") == [FIRST]
    assert "https://pay.example/pay/" in lines.one("message", "zoe")["text"]
    assert not lines.of("invoice")


# Daily, weekly, monthly; nothing due, no message


@pytest.mark.parametrize(
    ("settings", "times"),
    [
        ({"cycle": "daily"}, ["2027-01-06 08:00", "2027-01-08 08:00", "2027-01-19 08:00"]),
        ({"cycle": "weekly"}, ["2027-01-11 08:00", "2027-01-25 08:00"]),
        ({"cycle": "weekly", "anchor": "thu"}, ["2027-01-07 08:00", "2027-01-14 08:00", "2027-01-21 08:00"]),
        ({"cycle": "monthly"}, [FIRST]),
        ({"cycle": "monthly", "anchor": 7, "at": "18:00"}, ["2027-01-07 18:00", "2027-02-07 18:00"]),
        ({"cycle": "monthly", "anchor": ["last", 15]}, ["2027-01-15 08:00", "2027-01-31 08:00"]),
        ({"cycle": "weekly", "every": 2, "from": "2027-01-04"}, ["2027-01-18 08:00", "2027-02-01 08:00"]),
    ],
)
def test_a_client_is_billed_daily_weekly_or_monthly(shop: Story, settings: dict[str, Any], times: list[str]) -> None:
    bill(shop, **settings)
    for day in ("2027-01-05 10:00", "2027-01-07 10:00", "2027-01-18 10:00"):
        shop.owes("zoe", 2000, at=day)
    lines = shop.run()
    assert lines.times("invoice", "zoe") == lines.times("message", "zoe") == times
    assert sum(lines.of("invoice", "zoe").each("total")) == 6000


@pytest.mark.parametrize("mode", ["draft", "invoice", "payment_link"])
def test_who_owes_nothing_gets_no_message(shop: Story, mode: str) -> None:
    bill(shop, mode=mode, cycle="daily")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=4500)
    lines = shop.run()
    assert lines.of("message").each("template") == ["receipt"]
    assert not lines.of("invoice")
    assert not lines.of("payment_link")
    assert not lines.of("event", type="billing.completed")


# E-mail, SMS or both


@pytest.mark.parametrize("mode", ["invoice", "payment_link"])
@pytest.mark.parametrize("wanted", [["email"], ["sms"], ["email", "sms"]])
def test_clients_are_told_by_e_mail_sms_or_both(shop: Story, mode: str, wanted: list[str]) -> None:
    bill(shop, mode=mode, channels=wanted)
    shop.client("zoe", phone=MOBILE)
    january(shop)
    lines = shop.run(until="2027-02-15 00:00")
    assert sorted(channels(lines)) == wanted


def test_without_a_valid_mobile_number_it_is_an_e_mail(shop: Story) -> None:
    bill(shop, mode="payment_link", channels=["sms"])
    shop.client("zoe", phone="01 42 68 53 00")
    january(shop)
    assert channels(shop.run(until="2027-02-15 00:00")) == ["email"]


# Drafts are found, edited and confirmed


def test_a_draft_is_edited_confirmed_and_the_client_told(shop: Story) -> None:
    bill(shop, mode="draft", channels=["email"], payment_terms={"days": 10})
    january(shop)
    shop.does("edit_draft", at="2027-02-02 10:00", contact="zoe", remove=["oil"])
    shop.does("confirm_draft", at="2027-02-03 10:00", contact="zoe")
    lines = shop.run(until="2027-02-15 00:00")
    invoice = lines.one("invoice", "zoe", status="issued")
    assert (invoice["total"], invoice["issued_on"], invoice["due_on"]) == (52500, "2027-02-03", "2027-02-13")
    assert lines.times("message", "zoe") == ["2027-02-03 10:00"]


def test_a_confirmed_draft_is_told_of_by_the_channels_of_the_settings(shop: Story) -> None:
    bill(shop, mode="draft", channels=["email", "sms"])
    shop.client("zoe", phone=MOBILE)
    january(shop)
    shop.does("confirm_draft", at="2027-02-03 10:00", contact="zoe")
    assert sorted(channels(shop.run())) == ["email", "sms"]


# What the client sees


def test_a_client_pays_a_link_online(shop: Story) -> None:
    bill(shop, mode="payment_link")
    january(shop)
    shop.does("pay", at="2027-02-02 10:00", contact="zoe", document="link")
    lines = shop.run()
    assert lines.one("payment", "zoe")["amount"] == 54900
    assert lines.one("receipt", "zoe")["amount"] == 54900
    assert not lines.of("invoice")


def test_a_client_pays_an_invoice_online(shop: Story) -> None:
    bill(shop)
    january(shop)
    shop.does("pay", at="2027-02-02 10:00", contact="zoe")
    lines = shop.run()
    assert "https://pay.example/invoice/" in lines.one("message", "zoe", template="request_payment")["text"]
    assert lines.one("event", "zoe", type="invoice.paid")


# Its limit removed: single clients and groups of clients


def test_a_single_client_is_billed_where_the_others_are_not(shop: Story) -> None:
    shop.client("zoe", billing={"enabled": True})
    for client in ("zoe", "ada"):
        shop.books(client, "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    assert shop.run().of("invoice").each("contact") == ["zoe"]


def test_a_single_client_is_left_out_where_the_others_are_billed(shop: Story) -> None:
    bill(shop)
    shop.client("zoe", billing={"enabled": False})
    for client in ("zoe", "ada"):
        shop.books(client, "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    assert shop.run().of("invoice").each("contact") == ["ada"]


def test_a_group_is_billed_in_its_own_way_and_the_first_of_several_wins(shop: Story) -> None:
    bill(shop, groups={"by-week": {"cycle": "weekly"}, "linked": {"mode": "payment_link", "cycle": "daily"}})
    shop.client("zoe", tags=["linked", "by-week"])
    shop.client("eve", tags=["linked"])
    for client in ("zoe", "ada", "eve"):
        shop.books(client, "cut", at="2027-01-05 10:00", when="2027-01-07 14:00")
    lines = shop.run(until="2027-02-15 00:00")
    assert lines.times("payment_link", "zoe")[0] == "2027-01-11 08:00"
    assert lines.times("payment_link", "eve")[0] == "2027-01-07 08:00"
    assert lines.times("invoice", "ada") == [FIRST]
    assert lines.of("invoice").each("contact") == ["ada"]


def test_a_client_goes_before_its_group_key_by_key(shop: Story) -> None:
    bill(shop, groups={"vip": {"cycle": "weekly", "anchor": "fri", "payment_terms": {"days": 20}}})
    shop.client("zoe", tags=["vip"], billing={"payment_terms": {"days": 5}, "at": "09:30"})
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-06 14:00")
    lines = shop.run()
    assert lines.times("invoice", "zoe") == ["2027-01-08 09:30"]
    assert lines.one("invoice", "zoe")["due_on"] == "2027-01-13"
