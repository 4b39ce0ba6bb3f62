"""R15-R17: marked as paid, paid in parts, paid twice, bounced; money settles its charges wherever they stand."""

import pytest

from tests.scenarios.story import Data, Story, euros, seat

REQUEST: Data = {"request_payment": {"due_in": {"days": 14}}}
NOW = "2027-01-05 10:00"


def invoiced(shop: Story, contact: str = "zoe", at: str = NOW) -> None:
    """Issue an invoice of 45 €."""
    if not shop.file["automations"]:
        shop.automation("request", "session.booked", REQUEST)
    shop.books(contact, "cut", at=at, when="2027-01-12 14:00")


def test_marking_as_paid_books_the_open_balance(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 1000, at="2027-01-06 10:00", invoice="2027-0001")
    shop.does("mark_paid", at="2027-01-07 10:00", contact="zoe", method="cash")
    lines = shop.run()
    marked = lines.of("payment")[1]
    assert (marked["amount"], marked["method"], marked["documents"]) == (3500, "cash", ["2027-0001"])
    assert lines.times("event", type="invoice.paid") == ["2027-01-07 10:00"]
    assert lines.times("event", type="invoice.partially_paid") == ["2027-01-06 10:00"]


def test_marking_as_paid_twice_is_refused(shop: Story) -> None:
    invoiced(shop)
    shop.does("mark_paid", at="2027-01-07 10:00", number="2027-0001")
    shop.does("mark_paid", at="2027-01-08 10:00", number="2027-0001")
    lines = shop.run()
    assert len(lines.of("payment")) == 1
    assert [line["cause"] for line in lines.of("skipped")] == [{"act": "mark_paid"}]


def test_a_debt_that_was_given_up_can_still_be_marked_as_paid(shop: Story) -> None:
    """R13."""
    invoiced(shop)
    shop.does("write_off", at="2027-01-20 10:00", number="2027-0001")
    shop.does("mark_paid", at="2027-02-01 10:00", number="2027-0001", method="cash")
    lines = shop.run()
    assert lines.one("payment")["amount"] == 4500
    assert lines.times("event", type="invoice.paid") == ["2027-02-01 10:00"]


def test_an_act_on_nothing_says_so(shop: Story) -> None:
    shop.does("pay", at=NOW, contact="zoe")
    shop.does("mark_paid", at=NOW, number="2027-0099")
    assert [line["cause"]["act"] for line in shop.run().of("skipped")] == ["pay", "mark_paid"]


def test_paying_settles_everything_by_default(shop: Story) -> None:
    invoiced(shop)
    shop.does("pay", at="2027-01-07 10:00", contact="zoe")
    lines = shop.run()
    assert (lines.one("payment")["amount"], lines.one("payment")["method"]) == (4500, "card")
    assert lines.one("event", type="invoice.paid")["contact"] == "zoe"
    assert lines.one("event", type="order.paid")["contact"] == "zoe"


@pytest.mark.parametrize(
    ("rules", "amount", "accepted"),
    [
        ({"allowed": True, "minimum": 1000}, 1000, True),
        ({"allowed": True, "minimum": 1000}, 999, False),
        ({"allowed": True}, 1, True),
        ({"allowed": False}, 1000, False),
        (None, 1000, False),
        (None, 4500, True),
    ],
)
def test_the_tenants_rules_for_parts(shop: Story, rules: object, amount: int, accepted: bool) -> None:
    if rules is not None:
        shop.business["partial_payments"] = rules
    invoiced(shop)
    shop.does("pay", at="2027-01-07 10:00", contact="zoe", amount=euros(amount))
    lines = shop.run()
    assert bool(lines.of("payment")) is accepted
    assert bool(lines.of("skipped")) is not accepted


def test_the_last_part_may_be_below_the_minimum(shop: Story) -> None:
    shop.business["partial_payments"] = {"allowed": True, "minimum": 1000}
    invoiced(shop)
    shop.does("pay", at="2027-01-07 10:00", contact="zoe", amount=euros(4000))
    shop.does("pay", at="2027-01-08 10:00", contact="zoe", amount=euros(500))
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-08 10:00"]


def test_money_that_has_arrived_is_booked_whatever_the_rules_say(shop: Story) -> None:
    shop.business["partial_payments"] = {"allowed": False}
    invoiced(shop)
    shop.pays("zoe", 700, at="2027-01-07 10:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.one("payment")["documents"] == ["2027-0001"]
    assert lines.one("event", type="invoice.partially_paid")["contact"] == "zoe"


def test_money_for_nothing_in_particular_pays_what_is_due_first(shop: Story) -> None:
    """R16."""
    invoiced(shop)
    invoiced(shop, at="2027-01-06 10:00")
    shop.does("set_due", at="2027-01-07 09:00", number="2027-0002", due_on="2027-01-10")
    shop.pays("zoe", 4500, at="2027-01-07 10:00")
    assert shop.run().one("payment")["documents"] == ["2027-0002"]


def test_money_for_nothing_in_particular_leaves_what_was_given_up(shop: Story) -> None:
    """R16."""
    invoiced(shop)
    invoiced(shop, at="2027-01-06 10:00")
    shop.does("write_off", at="2027-01-08 10:00", number="2027-0001")
    shop.pays("zoe", 4500, at="2027-01-09 10:00")
    assert shop.run().one("payment")["documents"] == ["2027-0002"]


def test_paying_what_is_already_paid_is_credit_and_an_alert(shop: Story) -> None:
    invoiced(shop)
    shop.does("mark_paid", at="2027-01-06 10:00", contact="zoe")
    shop.does("pay", at="2027-01-07 10:00", contact="zoe")
    invoiced(shop, at="2027-01-08 10:00")
    lines = shop.run()
    assert lines.of("payment").each("amount")[:2] == [4500, 4500]
    assert len(lines.to_owner("alert")) == 1
    assert len(lines.of("event", type="invoice.paid")) == 2
    assert lines.of("invoice")[1]["status"] == "paid"
    assert lines.one("payment", method="credit")["documents"] == ["2027-0002"]


def test_upstream_money_for_what_is_already_paid_is_credit_and_an_alert(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", invoice="2027-0001")
    shop.pays("zoe", 4500, at="2027-01-07 10:00", invoice="2027-0001")
    lines = shop.run()
    assert len(lines.to_owner("alert")) == 1
    assert lines.of("payment")[1]["documents"] == []
    assert len(lines.of("event", type="invoice.paid")) == 1


def test_what_of_money_was_for_what_is_already_paid_is_told(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 2000, at="2027-01-06 10:00", invoice="2027-0001")
    shop.pays("zoe", 4500, at="2027-01-07 10:00", invoice="2027-0001")
    (alert,) = shop.run().to_owner("alert", reason="paid_twice")
    assert "20.00 EUR of payment p2" in alert["text"]


def test_the_rest_of_money_that_nothing_else_has_paid_is_credit_without_an_alert(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 6000, at="2027-01-06 10:00", invoice="2027-0001")
    assert not shop.run().to_owner("alert")


def test_more_than_a_page_asked_for_is_credit_and_an_alert(shop: Story) -> None:
    invoiced(shop)
    shop.does("pay", at="2027-01-06 10:00", contact="zoe", amount=euros(6000))
    (alert,) = shop.run().to_owner("alert")
    assert "15.00 EUR came for 2027-0001" in alert["text"]


def test_older_money_that_is_told_of_later_frees_the_newer_and_the_owner_is_told(shop: Story) -> None:
    """R20."""
    invoiced(shop)
    shop.pays("zoe", 4500, at="2027-01-08 10:00", invoice="2027-0001")
    older = {"id": "older", "amount": euros(4500), "method": "card"}
    data = {"contact": {"id": "zoe"}, "payment": older, "for": {"invoice": "2027-0001"}}
    shop.event("payment.received", "2027-01-09 10:00", data, time="2027-01-07 10:00")
    (alert,) = shop.run().to_owner("alert")
    assert "45.00 EUR of payment p1" in alert["text"]


def test_an_online_payment_after_it_was_marked_as_paid_is_credit_and_an_alert(shop: Story) -> None:
    invoiced(shop)
    shop.does("mark_paid", at="2027-01-06 10:00", contact="zoe", method="cash")
    shop.pays("zoe", 4500, at="2027-01-07 10:00", order="o1")
    lines = shop.run()
    assert len(lines.to_owner("alert")) == 1


def test_a_deposit_online_the_rest_in_person_is_one_history(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 1500, at="2027-01-06 10:00", invoice="2027-0001")
    shop.pays("zoe", 1500, at="2027-01-07 10:00", method="cash", invoice="2027-0001")
    shop.does("mark_paid", at="2027-01-08 10:00", contact="zoe", method="cheque")
    lines = shop.run()
    assert lines.of("payment").each("amount") == [1500, 1500, 1500]
    assert len(lines.of("event", type="invoice.partially_paid")) == 2
    assert len(lines.of("event", type="invoice.paid")) == 1


def test_a_payment_settles_an_invoice_that_holds_its_order(shop: Story) -> None:
    invoiced(shop)
    shop.was_paid_upstream("o1", at="2027-01-07 10:00")
    lines = shop.run()
    assert lines.one("payment")["documents"] == ["2027-0001"]
    assert lines.one("event", type="invoice.paid")["contact"] == "zoe"


def test_a_bounced_payment_opens_the_balance_again(shop: Story) -> None:
    invoiced(shop)
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", method="cheque", invoice="2027-0001")
    shop.bounces(payment, at="2027-01-10 10:00")
    lines = shop.run()
    assert lines.one("event", type="payment.reversed")["contact"] == "zoe"
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_a_payment_that_bounces_after_the_due_date_makes_it_overdue_at_once(shop: Story) -> None:
    invoiced(shop)
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", method="cheque", invoice="2027-0001")
    shop.bounces(payment, at="2027-01-25 10:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-25 10:00"]


def test_what_upstream_collected_may_bounce_too(shop: Story) -> None:
    invoiced(shop)
    shop.was_paid_upstream("o1", at="2027-01-06 10:00")
    shop.bounces("order:o1:rest:EUR", at="2027-01-10 10:00")
    shop.does("mark_paid", at="2027-01-12 10:00", contact="zoe")
    lines = shop.run()
    assert lines.times("event", type="payment.reversed") == ["2027-01-10 10:00"]
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00", "2027-01-12 10:00"]


def test_what_upstream_collected_again_after_it_bounced_pays(shop: Story) -> None:
    invoiced(shop)
    shop.was_paid_upstream("o1", at="2027-01-06 10:00")
    shop.bounces("order:o1:rest:EUR", at="2027-01-10 10:00")
    shop.was_paid_upstream("o1", at="2027-01-12 10:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00", "2027-01-12 10:00"]


def test_what_upstream_collected_of_an_order_that_has_grown_pays_what_was_added(shop: Story) -> None:
    """The second rest is a payment of its own; the first keeps its day and its amount."""
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", order="o1")
    shop.was_paid_upstream("o1", at="2027-01-06 10:00")
    grown = seat("cut", "2027-01-12 14:00"), seat("cut", "2027-01-13 14:00")
    shop.books("zoe", *grown, at="2027-01-07 10:00", order="o1")
    shop.was_paid_upstream("o1", at="2027-01-08 10:00")
    shop.bounces("order:o1:rest:EUR:2", at="2027-01-10 10:00")
    lines = shop.run()
    assert lines.of("payment").each("amount") == [4500, 4500]
    assert lines.times("payment") == ["2027-01-06 10:00", "2027-01-08 10:00"]
    assert lines.times("event", type="payment.reversed") == ["2027-01-10 10:00"]


def grows_by_what_is_not_known(shop: Story) -> None:
    """Tell an order again, with a service that nobody knows yet."""
    grown = seat("cut", "2027-01-12 14:00"), seat("nails", "2027-01-12 14:00")
    shop.books("zoe", *grown, at="2027-01-07 10:00", order="o1")


def test_money_stays_on_an_order_that_grows_by_what_is_not_known_yet(shop: Story) -> None:
    """R20."""
    shop.automation("added", "charge.added", REQUEST)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", order="o1")
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    grows_by_what_is_not_known(shop)
    shop.was_paid_upstream("o1", at="2027-01-07 11:00")
    shop.owes("zoe", 1000, at="2027-01-08 10:00")
    lines = shop.run()
    assert lines.one("invoice")["amount_due"] == 1000
    assert not lines.to_owner("alert")


def test_a_seat_is_cancelled_though_its_order_grew_by_what_is_not_known_yet(shop: Story) -> None:
    """R28."""
    invoiced(shop)
    grows_by_what_is_not_known(shop)
    shop.cancels("o1-b1", at="2027-01-08 10:00")
    assert shop.run().one("credit_note")["total"] == 4500


def test_money_that_was_kept_and_bounces_leaves_nothing_owed(shop: Story) -> None:
    """R28."""
    invoiced(shop)
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", method="cheque", invoice="2027-0001")
    shop.cancels("o1-b1", at="2027-01-07 10:00")
    shop.bounces(payment, at="2027-01-10 10:00")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 4500
    assert lines.times("event", type="invoice.voided") == ["2027-01-10 10:00"]
    assert not lines.of("event", type="invoice.overdue")


def test_a_payment_bounces_once(shop: Story) -> None:
    invoiced(shop)
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", method="cheque", invoice="2027-0001")
    for at in ("2027-01-10 10:00", "2027-01-11 10:00"):
        shop.bounces(payment, at=at)
    assert shop.run().times("event", type="payment.reversed") == ["2027-01-10 10:00"]


def test_a_bounced_payment_is_no_credit_any_more(shop: Story) -> None:
    payment = shop.pays("zoe", 4500, at="2027-01-04 10:00", method="cheque")
    shop.bounces(payment, at="2027-01-04 12:00")
    invoiced(shop)
    assert shop.run().one("invoice")["amount_due"] == 4500


def test_a_payment_that_named_a_later_document_leaves_what_others_paid_there_when_it_bounces(shop: Story) -> None:
    early = shop.pays("zoe", 4500, at="2027-01-04 10:00", method="cheque", invoice="2027-0002")
    invoiced(shop)
    invoiced(shop, at="2027-01-06 10:00")
    shop.pays("zoe", 4500, at="2027-01-07 10:00")
    shop.bounces(early, at="2027-01-08 10:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-05 10:00", "2027-01-07 10:00"]
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_a_payment_that_bounced_before_it_came_settles_nothing(shop: Story) -> None:
    invoiced(shop)
    shop.bounces("p1", at="2027-01-06 10:00")
    shop.pays("zoe", 4500, at="2027-01-07 10:00", invoice="2027-0001")
    lines = shop.run()
    assert not lines.of("event", type="invoice.paid")
    assert len(lines.of("event", type="payment.reversed")) == 1


def test_an_invoice_whose_payment_bounced_can_be_paid_again(shop: Story) -> None:
    invoiced(shop)
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", method="cheque", invoice="2027-0001")
    shop.bounces(payment, at="2027-01-10 10:00")
    shop.does("mark_paid", at="2027-01-12 10:00", contact="zoe", method="cash")
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00", "2027-01-12 10:00"]
    assert len(lines.of("event", type="order.paid")) == 1


def test_a_repeated_payment_event_is_booked_once(shop: Story) -> None:
    invoiced(shop)
    for _ in range(2):
        shop.pays("zoe", 4500, at="2027-01-06 10:00", payment="same", invoice="2027-0001")
    lines = shop.run()
    assert len(lines.of("payment")) == 1
    assert len(lines.of("event", type="invoice.paid")) == 1


def test_a_payment_told_again_with_another_amount_holds_as_it_was_told_last_and_the_owner_is_told(shop: Story) -> None:
    """R16."""
    invoiced(shop)
    for day, amount in ((6, 4500), (7, 2000)):
        shop.pays("zoe", amount, at=f"2027-01-{day:02} 10:00", payment="same", invoice="2027-0001")
    shop.does("mark_paid", at="2027-01-08 10:00", number="2027-0001")
    lines = shop.run()
    assert lines.to_owner("alert").each("reason") == ["payment_conflict"]
    assert lines.one("payment", cause={"act": "mark_paid"})["amount"] == 2500


def test_an_older_telling_of_a_payment_that_comes_later_changes_nothing(shop: Story) -> None:
    """R16, R20."""
    invoiced(shop)
    shop.pays("zoe", 4500, at="2027-01-07 10:00", payment="same", invoice="2027-0001")
    older = {"id": "same", "amount": euros(1000), "method": "card"}
    data = {"contact": {"id": "zoe"}, "payment": older, "for": {"invoice": "2027-0001"}}
    shop.event("payment.received", "2027-01-08 10:00", data, time="2027-01-06 10:00")
    shop.does("mark_paid", at="2027-01-09 10:00", number="2027-0001")
    assert shop.run().of("payment").each("amount") == [4500]


def test_a_payment_names_an_invoice_of_anybody(shop: Story) -> None:
    invoiced(shop)
    shop.pays("ada", 4500, at="2027-01-06 10:00", invoice="2027-0001")
    assert shop.run().one("event", type="invoice.paid")["contact"] == "zoe"


def test_paying_in_another_currency_is_refused(shop: Story) -> None:
    invoiced(shop)
    shop.does("pay", at="2027-01-07 10:00", contact="zoe", amount=euros(4500, "USD"))
    lines = shop.run()
    assert not lines.of("payment")
    assert lines.one("skipped")["cause"] == {"act": "pay"}


def test_the_newest_document_of_a_client_that_is_open_is_meant(shop: Story) -> None:
    invoiced(shop)
    invoiced(shop, at="2027-01-06 10:00")
    shop.does("pay", at="2027-01-07 10:00", contact="zoe")
    shop.does("pay", at="2027-01-08 10:00", contact="zoe")
    assert shop.run().of("payment").each("documents") == [["2027-0002"], ["2027-0001"]]
