"""R17 in billing: whoever claims a charge first has it; links claim nothing; money settles charges where they stand."""

import pytest

from models.db import raw
from models.scenario_file import load_scenario
from tasks.simulate import Simulation
from tests.scenarios.billing import bill, billed
from tests.scenarios.story import ASK, Databases, Story, seat

FIRST, SECOND = "2027-02-01 08:00", "2027-03-01 08:00"


def linked(shop: Story) -> None:
    """Let billing ask by links, and zoe owe 10 € in January."""
    bill(shop, mode="payment_link")
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.span("2027-01-01 00:00", "2027-03-15 00:00")


# Races


def test_what_an_automation_invoiced_first_is_not_billed(shop: Story) -> None:
    bill(shop)
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    assert billed(shop.run()) == [("2027-01-05 10:00", 4500), (FIRST, 1000)]


def test_what_was_billed_first_no_automation_invoices(shop: Story) -> None:
    bill(shop)
    shop.automation("ask", "session.ended", ASK)
    shop.books("zoe", seat("cut", "2027-02-01 07:30"), at="2027-01-05 10:00")
    lines = shop.run()
    assert billed(lines) == [(FIRST, 4500)]
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_charge_that_was_cancelled_between_is_not_billed(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.owes("zoe", 2000, at="2027-01-05 10:00")
    shop.owes_no_more("c1", at="2027-01-31 10:00")
    assert billed(shop.run()) == [(FIRST, 2000)]


def test_a_booking_cancelled_in_the_very_instant_of_billing_is_not_billed(shop: Story) -> None:
    """Events go first (R3)."""
    bill(shop)
    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.cancels(order.booking, at=FIRST)
    assert not shop.run().of("invoice")


def test_money_of_the_very_instant_of_billing_comes_first(shop: Story) -> None:
    bill(shop)
    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at=FIRST, order=order.id)
    lines = shop.run()
    assert not lines.of("invoice", status="issued")
    assert not lines.of("alert")


def test_money_for_a_charge_that_was_billed_meanwhile_settles_its_invoice(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.pays("zoe", 1000, at="2027-02-01 08:00:01", charges=["c1"])
    lines = shop.run()
    assert lines.one("event", "zoe", type="invoice.paid")
    assert not lines.of("alert")


def test_money_for_what_is_paid_already_is_credit_and_the_next_date_uses_it(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    for hour in ("09", "10"):
        shop.pays("zoe", 1000, at=f"2027-02-01 {hour}:00", charges=["c1"])
    shop.owes("zoe", 3000, at="2027-02-05 10:00")
    lines = shop.run(until="2027-03-15 00:00")
    assert lines.one("alert")["reason"] == "paid_twice"
    assert lines.of("invoice", "zoe").each("amount_due") == [1000, 2000]


def test_a_charge_of_the_day_waits_for_the_next_date(shop: Story) -> None:
    bill(shop)
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.owes("zoe", 2000, at="2027-02-01 08:00:01")
    assert billed(shop.run(until="2027-03-15 00:00")) == [(FIRST, 1000), (SECOND, 2000)]


# Links


def test_a_link_claims_nothing(shop: Story) -> None:
    linked(shop)
    shop.does("set_billing", at="2027-02-10 10:00", billing={"mode": "invoice"})
    lines = shop.run()
    assert lines.times("payment_link", "zoe") == [FIRST]
    assert billed(lines) == [(SECOND, 1000)]


def test_the_next_date_makes_a_new_link_for_everything_due(shop: Story) -> None:
    linked(shop)
    shop.owes("zoe", 500, at="2027-02-05 10:00")
    lines = shop.run()
    assert lines.of("payment_link", "zoe").each("amount") == [1000, 1500]
    assert lines.of("payment_link", "zoe").each("charges") == [["c1"], ["c1", "c2"]]


def test_also_if_nothing_new_came(shop: Story) -> None:
    linked(shop)
    lines = shop.run()
    assert lines.times("payment_link", "zoe") == lines.times("message", "zoe") == [FIRST, SECOND]
    assert lines.of("payment_link", "zoe").each("amount") == [1000, 1000]


def test_paid_by_link_its_charges_are_settled_and_not_asked_for_again(shop: Story) -> None:
    linked(shop)
    shop.does("pay", at="2027-02-10 10:00", contact="zoe", document="link")
    lines = shop.run()
    assert lines.one("payment", "zoe")["amount"] == 1000
    assert lines.times("payment_link", "zoe") == [FIRST]
    assert lines.one("receipt", "zoe")["amount"] == 1000


def test_a_business_payer_who_paid_by_link_gets_an_issued_paid_invoice(shop: Story) -> None:
    linked(shop)
    shop.client("zoe", kind="business", legal_name="Martin SARL", siren="732829320")
    shop.does("pay", at="2027-02-10 10:00", contact="zoe", document="link")
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", 1000, 0)


def test_what_was_paid_by_an_older_link_is_left_out_of_the_new_one(shop: Story) -> None:
    linked(shop)
    shop.does("pay", at="2027-02-10 10:00", contact="zoe", document="link")
    shop.owes("zoe", 500, at="2027-02-12 10:00")
    shop.does("pay", at="2027-03-02 10:00", contact="zoe", document="link")
    lines = shop.run()
    assert lines.of("payment_link", "zoe").each("charges") == [["c1"], ["c2"]]
    assert lines.of("payment", "zoe").each("amount") == [1000, 500]
    assert not lines.of("alert")


def test_a_link_whose_charges_moved_onto_an_invoice_pays_the_invoice(shop: Story) -> None:
    linked(shop)
    shop.does("set_billing", at="2027-02-10 10:00", billing={"mode": "invoice"})
    shop.does("pay", at="2027-03-02 10:00", contact="zoe", document="link")
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert lines.one("payment", "zoe")["documents"] == [invoice["number"]]
    assert lines.one("event", "zoe", type="invoice.paid")


def test_its_message_carries_the_detailed_note(shop: Story) -> None:
    bill(shop, mode="payment_link")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    message = shop.run(until="2027-02-15 00:00").one("message", "zoe")
    assert "– Coupe, 12 janv. 2027 : HT 37,50\xa0€, TVA 20 % 7,50\xa0€, TTC 45,00\xa0€" in message["text"]
    assert message["purpose"] == "service"


# To what an older link leads


def standings(databases: Databases, shop: Story) -> list[tuple[str, bool]]:
    """How each link stands after a story, and whether it leads to the newest."""
    scenario = load_scenario(shop.text(), "story.yaml", lambda _node, name: (name, ""))
    with databases() as engine:
        list(Simulation(engine, scenario, window=1).run())  # links are read back from their rows
        with engine.connect() as connection:
            rows = raw(connection).execute("SELECT id, state, superseded_by FROM payment_links ORDER BY id").fetchall()
    return [(state, leads_to == rows[-1][0]) for _, state, leads_to in rows]


def test_an_older_link_leads_to_the_new_one(databases: Databases, shop: Story) -> None:
    linked(shop)
    shop.owes("zoe", 500, at="2027-02-05 10:00")
    assert standings(databases, shop) == [("superseded", True), ("open", False)]


def test_also_where_a_part_of_what_it_asked_for_was_paid_meanwhile(databases: Databases, shop: Story) -> None:
    linked(shop)
    shop.owes("zoe", 500, at="2027-01-06 10:00")
    shop.pays("zoe", 1000, at="2027-02-03 10:00", charges=["c1"])
    assert standings(databases, shop) == [("superseded", True), ("open", False)]


def test_one_that_is_paid_stays_as_it_is(databases: Databases, shop: Story) -> None:
    linked(shop)
    shop.pays("zoe", 1000, at="2027-02-03 10:00", charges=["c1"])
    shop.owes("zoe", 500, at="2027-02-05 10:00")
    assert standings(databases, shop) == [("open", False), ("open", False)]


def test_one_that_asks_for_what_the_new_one_does_not_stays_open(databases: Databases, shop: Story) -> None:
    """An automation asked for a service that is left out of billing."""
    linked(shop)
    bill(shop, mode="payment_link", exclude={"services": ["yoga"]})
    shop.automation("by-link", "session.booked", {"request_payment": {"document": "payment_link"}})
    shop.books("zoe", "cut", "yoga", at="2027-01-05 10:00", when="2027-01-12 14:00")
    assert [state for state, _ in standings(databases, shop)] == ["open", "superseded", "open"]


# Recurring payments


@pytest.mark.parametrize("mode", ["invoice", "payment_link"])
def test_recurring_payments_wait_for_billing(shop: Story, mode: str) -> None:
    bill(shop, mode=mode, cycle="monthly", anchor=15)
    shop.subscribes("zoe", 3000, at="2027-01-10 10:00", starts_on="2027-01-12")
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    lines = shop.run(until="2027-02-01 00:00")
    kind = "invoice" if mode == "invoice" else "payment_link"
    assert lines.times(kind, "zoe") == ["2027-01-15 08:00"]
    assert lines.one(kind, "zoe")["charges"] == ["c1", "recurring:rp1:2027-01-12"]


def test_recurring_payments_that_are_left_out_are_invoiced_at_once(shop: Story) -> None:
    bill(shop, exclude={"kinds": ["recurring"]})
    shop.subscribes("zoe", 3000, at="2027-01-10 10:00", starts_on="2027-01-12")
    assert billed(shop.run(until="2027-02-10 00:00")) == [("2027-01-12 00:00", 3000)]
