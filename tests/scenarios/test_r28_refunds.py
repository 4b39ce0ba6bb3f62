"""R28: a refund step gives back what was paid, never more; after invoicing by a credit note and, apart, the money."""

import pytest

from models.scenario_file import load_scenario
from tasks.simulate import Simulation
from tests.scenarios.story import ASK, Data, Databases, Lines, Order, Story, euros, holds, mail, seat, wait
from tests.scenarios.ways import told

NOW, THERE, PAID = "2027-01-05 10:00", "2027-01-12 14:00", "2027-01-06 10:00"
BACK = "2027-01-12 15:00"
ALL: Data = {"refund": {}}


def some(amount: int, currency: str = "EUR") -> Data:
    return {"refund": {"amount": euros(amount, currency)}}


def unhappy(shop: Story, *steps: Data, paid: int | None = 4500, invoiced: bool = False) -> Order:
    """Let zoe pay for a cut and not like it: upstream says so by checking her in."""
    if invoiced:
        shop.automation("ask", "session.booked", {"request_payment": {"due_in": {"days": 30}}})
    shop.automation("sorry", "booking.checked_in", *steps)
    order = shop.books("zoe", "cut", at=NOW, when=THERE)
    if paid:
        shop.pays("zoe", paid, at=PAID, order=order.id)
    shop.attends(order.booking, "checked_in", at=BACK)
    return order


def back(lines: Lines) -> list[int]:
    return lines.of("refund").each("amount")


def credited(lines: Lines) -> list[int]:
    return lines.of("credit_note").each("total")


# Before invoicing


def test_all_that_was_paid_goes_back_and_nothing_is_due_any_more(shop: Story) -> None:
    unhappy(shop, ALL, wait(days=1), ASK)
    lines = shop.run()
    refund = lines.one("refund", "zoe")
    assert (refund["at"], refund["amount"], refund["method"]) == ("2027-01-12T15:00:00+01:00", 4500, "card")
    assert refund["cause"]["automation"] == "sorry"
    assert lines.times("event", type="payment.refunded") == [BACK]
    assert lines.of("invoice") == []
    assert lines.reasons() == ["nothing_due"]


def test_the_owner_is_told_to_pay_it_out_and_the_client_that_it_comes(shop: Story) -> None:
    unhappy(shop, ALL)
    lines = shop.run()
    assert lines.one("alert")["reason"] == "refund_to_pay_out"
    message = lines.one("message", template="refund")
    assert (message["contact"], message["purpose"]) == ("zoe", "service")
    assert "Nous vous remboursons" in message["text"]


def test_a_sum_goes_back_and_the_rest_stands_on_the_invoice(shop: Story) -> None:
    unhappy(shop, some(1000))
    shop.automation("bill", "session.ended", wait(days=1), ASK)
    shop.automation("paid", "order.paid", wait(days=20), {"issue_paid_invoice": {}})
    lines = shop.run()
    assert back(lines) == [1000]
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (3500, 0, "paid")


def test_never_more_goes_back_than_was_paid(shop: Story) -> None:
    unhappy(shop, some(9900), some(100), paid=3000)
    lines = shop.run()
    assert back(lines) == [3000]
    assert lines.reasons() == ["nothing_paid"]


def test_nothing_paid_is_nothing_to_give_back(shop: Story) -> None:
    unhappy(shop, ALL, mail("Bonjour"), paid=None)
    lines = shop.run()
    assert lines.reasons() == ["nothing_paid"]
    assert lines.of("message").each("subject") == ["Bonjour"]
    assert lines.of("refund") == lines.of("alert") == []


def test_a_sum_of_another_currency_is_nothing(shop: Story) -> None:
    unhappy(shop, some(1000, "CHF"))
    assert shop.run().reasons() == ["nothing_paid"]


def test_what_was_partly_paid_and_partly_given_back_still_owes_the_rest(shop: Story) -> None:
    unhappy(shop, some(1000), paid=2000)
    shop.automation("bill", "session.ended", wait(days=1), ASK)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["total"], invoice["amount_due"]) == (3500, 2500)


# After invoicing


def test_after_invoicing_a_credit_note_and_apart_the_money(shop: Story) -> None:
    unhappy(shop, ALL, invoiced=True)
    lines = shop.run()
    assert (credited(lines), back(lines)) == ([4500], [4500])
    assert lines.one("credit_note")["of"] == "2027-0001"
    assert lines.one("refund")["documents"] == ["2027-0001"]
    assert lines.times("event", type="invoice.voided") == [BACK]


def test_a_part_of_an_invoice_is_credited_and_given_back(shop: Story) -> None:
    unhappy(shop, some(1500), invoiced=True)
    lines = shop.run()
    note = lines.one("credit_note")
    assert (note["total"], note["tax"], back(lines)) == (1500, 250, [1500])
    assert lines.of("event", type="invoice.voided") == []


def test_all_of_a_part_payment_ends_the_invoice(shop: Story) -> None:
    unhappy(shop, ALL, invoiced=True, paid=2000)
    lines = shop.run(until="2027-04-01 00:00")
    assert (sum(credited(lines)), back(lines)) == (4500, [2000])
    assert lines.of("event", type="invoice.overdue") == []


def test_a_part_of_a_part_payment_leaves_the_rest_due(shop: Story) -> None:
    unhappy(shop, some(500), invoiced=True, paid=2000)
    shop.pays("zoe", 2500, at="2027-01-20 10:00", order="o1")
    lines = shop.run(until="2027-04-01 00:00")
    assert (credited(lines), back(lines)) == ([500], [500])
    assert lines.times("event", type="invoice.paid") == ["2027-01-20 10:00"]


def test_about_an_invoice_all_its_charges_are_given_back(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("sorry", "invoice.paid", wait(days=1), ALL)
    shop.books("zoe", "cut", "colour", at=NOW, when=THERE)
    shop.pays("zoe", 12500, at=PAID, order="o1")
    lines = shop.run()
    assert (sum(credited(lines)), sum(back(lines))) == (12500, 12500)
    assert lines.times("event", type="invoice.voided") == ["2027-01-07 10:00"]


def test_a_sum_is_spread_over_the_charges_of_an_order(shop: Story) -> None:
    shop.automation("sorry", "order.paid", some(6000))
    shop.books("zoe", "cut", "colour", at=NOW, when=THERE, paid=12500)
    lines = shop.run()
    assert sorted(back(lines)) == [1500, 4500]


# Payments


def test_a_payment_is_given_back_whole_and_the_debt_is_smaller(shop: Story) -> None:
    shop.automation("ask", "session.booked", {"request_payment": {"due_in": {"days": 60}}})
    shop.automation(
        "no-cheques",
        "payment.succeeded",
        ALL,
        where={"property": "payment.method", "operator": "equals", "value": "cheque"},
    )
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.pays("zoe", 2000, at=PAID, order="o1")
    shop.pays("zoe", 1000, at="2027-01-07 10:00", order="o1", method="cheque")
    shop.pays("zoe", 1500, at="2027-01-08 10:00", order="o1")
    lines = shop.run()
    assert [(line["amount"], line["method"]) for line in lines.of("refund")] == [(1000, "cheque")]
    assert credited(lines) == [1000]
    assert lines.times("event", type="invoice.paid") == ["2027-01-08 10:00"]


def test_credit_is_given_back_without_a_credit_note(shop: Story) -> None:
    shop.automation("unknown", "payment.succeeded", wait(days=2), ALL)
    shop.pays("zoe", 3000, at=PAID)
    shop.books("zoe", "yoga", at="2027-01-10 10:00", when=THERE)
    shop.automation("ask", "session.booked", ASK)
    lines = shop.run()
    assert back(lines) == [3000]
    assert lines.of("credit_note") == []
    assert lines.one("invoice")["amount_due"] == 1500


def test_money_of_a_payment_that_bounces_later_is_not_given_back(shop: Story) -> None:
    order = unhappy(shop, some(1000), invoiced=True)
    shop.bounces("p1", at="2027-01-14 10:00")
    lines = shop.run()
    assert back(lines) == [1000]
    assert {"refund_withdrawn", "taken_off_invoice"} <= set(lines.of("alert").each("reason"))
    assert credited(lines) == [1000, 3500], "all of it is owed again, and billed anew"
    assert order.booking


# Cancelled


def test_a_cancellation_long_before_is_given_back_by_an_automation(shop: Story) -> None:
    shop.automation(
        "early",
        "booking.cancelled",
        ALL,
        where=holds("session.starts_at", "after", "2027-01-10"),
    )
    shop.automation("ask", "session.booked", ASK)
    for contact, when in (("zoe", "2027-01-12 14:00"), ("ada", "2027-01-08 14:00")):
        order = shop.books(contact, "cut", at=NOW, when=when)
        shop.pays(contact, 4500, at=PAID, order=order.id)
        shop.cancels(order.booking, at="2027-01-07 10:00")
    lines = shop.run()
    assert lines.of("refund").each("contact") == ["zoe"]
    assert lines.of("credit_note").each("contact") == ["zoe"]
    assert "À la suite de l'annulation" in lines.one("message", template="refund")["text"]


def test_what_a_cancellation_has_given_back_is_not_given_back_again(shop: Story) -> None:
    shop.automation("all", "booking.cancelled", ALL)
    order = shop.books("zoe", "cut", at=NOW, when=THERE, paid=4500)
    shop.cancels(order.booking, at="2027-01-07 10:00", refund=euros(3000))
    lines = shop.run()
    assert sorted(back(lines)) == [1500, 3000]


def test_a_cancellation_after_a_refund_gives_back_only_what_is_left(shop: Story) -> None:
    order = unhappy(shop, some(1000), invoiced=True)
    shop.cancels(order.booking, at="2027-01-14 10:00", refund="full")
    lines = shop.run()
    assert (credited(lines), back(lines)) == ([1000, 3500], [1000, 3500])


def test_each_seat_of_a_class_is_given_back_apart(shop: Story) -> None:
    shop.automation(
        "sorry", "session.ended", ALL, where={"property": "contact.id", "operator": "equals", "value": "zoe"}
    )
    monday: Data = {"id": "monday", "kind": "class"}
    for contact in ("zoe", "ada"):
        shop.books(contact, seat("yoga", THERE, session=monday), at=NOW, paid=1500)
    lines = shop.run()
    assert lines.of("refund").each("contact") == ["zoe"]


@pytest.mark.parametrize("step", [ALL, some(1000)])
def test_while_money_is_paused_nothing_goes_back(shop: Story, step: Data) -> None:
    unhappy(shop, step)
    shop.does("pause", at="2027-01-12 14:30", money=True, until="2027-01-20")
    assert shop.run().times("refund") == ["2027-01-20 00:00"]


def test_over_the_cap_the_refund_waits_with_its_message(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    unhappy(shop, mail("Pardon"), ALL)
    shop.does("resume_automation", at="2027-01-13 10:00", automation="sorry")
    lines = shop.run()
    assert lines.times("refund") == ["2027-01-13 10:00"]
    assert lines.times("message", template="refund") == ["2027-01-13 10:00"]


def test_money_goes_back_from_the_newest_document_on_which_there_is_any(shop: Story, databases: Databases) -> None:
    """However many newer ones were given up since, in whatever windows the story is cut."""
    shop.automation("ask", "session.booked", ASK)
    for day in range(5, 9):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when="2027-01-20 14:00")
    shop.pays("zoe", 4500, at="2027-01-09 10:00", invoice="2027-0001")
    for number in range(2, 5):
        shop.does("write_off", at="2027-01-10 10:00", number=f"2027-000{number}")
    shop.does("refund", at="2027-01-11 10:00", contact="zoe")
    lines = shop.run()
    line = lines.one("refund", "zoe")
    assert (line["amount"], line["documents"]) == (4500, ["2027-0001"])
    scenario = load_scenario(shop.text(), "story.yaml", lambda _node, name: (name, shop.named_files[name]))
    with databases() as engine:
        assert told(list(Simulation(engine, scenario, window=1).run())) == told(lines)
