"""R28: cancelling ends what is unpaid; `refund` speaks of the money received; a full refund leaves nothing due."""

import pytest

from tests.scenarios.story import Data, Lines, Order, Story, euros, seat

REQUEST: Data = {"request_payment": {"due_in": {"days": 14}}}
NOW = "2027-01-05 10:00"
PAID = "2027-01-06 10:00"
CANCELLED = "2027-01-07 10:00"


def invoiced(shop: Story, *services: str) -> Order:
    """Book and invoice at once."""
    shop.automation("request", "session.booked", REQUEST)
    return shop.books("zoe", *(services or ("cut",)), at=NOW, when="2027-01-12 14:00")


def credited(lines: Lines) -> int:
    """Return what credit notes gave back."""
    return sum(lines.of("credit_note").each("total"))


# --- before invoicing


def test_an_unpaid_booking_that_is_cancelled_owes_nothing(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.cancels(order.booking, at=CANCELLED)
    lines = shop.run()
    assert not lines.of("invoice")
    assert not lines.of("event", type="session.ended")
    assert lines.one("event", type="booking.cancelled")["contact"] == "zoe"


def test_what_was_paid_is_kept_by_default(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED)
    lines = shop.run()
    assert not lines.of("refund")
    assert not lines.of("alert")


def test_money_that_is_kept_is_not_credit(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED)
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "colour", at="2027-01-08 10:00", when="2027-01-13 14:00")
    assert shop.run().of("invoice")[-1]["amount_due"] == 8000


def test_a_full_refund_gives_back_what_was_paid(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    lines = shop.run()
    refund = lines.one("refund", "zoe")
    assert (refund["amount"], refund["currency"], refund["method"]) == (4500, "EUR", "upstream")
    assert lines.one("event", type="payment.refunded")["contact"] == "zoe"
    assert len(lines.to_owner("alert")) == 1


def test_a_refund_of_an_amount_keeps_the_rest(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED, refund=euros(3000))
    assert shop.run().one("refund")["amount"] == 3000


def test_a_refund_is_never_more_than_was_paid(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=1000)
    shop.cancels(order.booking, at=CANCELLED, refund=euros(3000))
    assert shop.run().one("refund")["amount"] == 1000


def test_a_refund_in_another_currency_is_none(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED, refund=euros(3000, "USD"))
    assert not shop.run().of("refund")


def test_nothing_paid_is_nothing_to_refund(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.cancels(order.booking, at=CANCELLED, refund="full", notify={"refund": True})
    lines = shop.run()
    assert not lines.of("refund")
    assert not lines.of("message", template="refund")


def test_what_is_kept_of_a_paid_booking_stands_on_the_invoice_of_its_order(shop: Story) -> None:
    shop.automation("paid", "order.paid", {"delay": {"days": 5}}, {"issue_paid_invoice": {}}, keep_on_cancel=True)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(order.booking, at=CANCELLED, refund=euros(3000))
    invoice = shop.run().one("invoice")
    assert (invoice["total"], invoice["tax"], invoice["amount_due"], invoice["status"]) == (1500, 250, 0, "paid")


# --- after invoicing


def test_an_unpaid_invoice_is_credited_whole(shop: Story) -> None:
    order = invoiced(shop)
    shop.cancels(order.booking, at=CANCELLED)
    lines = shop.run()
    note = lines.one("credit_note", "zoe")
    assert (note["total"], note["net"], note["tax"], note["of"]) == (4500, 3750, 750, "2027-0001")
    assert note["type"] == "381"
    assert lines.times("event", type="invoice.voided") == [CANCELLED]
    assert not lines.of("event", type="invoice.overdue")
    assert not lines.of("event", type="invoice.paid")
    assert not lines.of("refund")


def test_one_booking_of_two_leaves_the_other_due(shop: Story) -> None:
    order = invoiced(shop, "cut", "colour")
    shop.cancels(order.bookings[0], at=CANCELLED)
    shop.does("pay", at="2027-01-08 10:00", contact="zoe")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 4500
    assert lines.one("payment")["amount"] == 8000
    assert len(lines.of("event", type="invoice.paid")) == 1
    assert not lines.of("event", type="invoice.voided")


def test_the_open_part_ends_when_the_rest_was_paid_before(shop: Story) -> None:
    order = invoiced(shop, "cut", "colour")
    shop.pays("zoe", 4500, at=PAID, charges=[order.bookings[0]])
    shop.cancels(order.bookings[1], at=CANCELLED)
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 8000
    assert not lines.of("event", type="invoice.overdue")
    assert not lines.of("event", type="invoice.voided")


@pytest.mark.parametrize("how", ["event", "mark_paid", "pay", "upstream", "order", "untargeted"])
def test_an_invoice_that_was_paid_is_kept_by_default(shop: Story, how: str) -> None:
    order = invoiced(shop)
    pay(shop, order, how)
    shop.cancels(order.booking, at=CANCELLED)
    lines = shop.run()
    assert not lines.of("credit_note")
    assert not lines.of("refund")
    assert len(lines.of("event", type="invoice.paid")) == 1


@pytest.mark.parametrize("how", ["event", "mark_paid", "pay", "upstream", "order", "untargeted"])
def test_a_full_refund_of_a_paid_invoice_is_a_credit_note_and_a_refund(shop: Story, how: str) -> None:
    order = invoiced(shop)
    pay(shop, order, how)
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    lines = shop.run()
    assert credited(lines) == 4500
    refund = lines.one("refund")
    assert refund["amount"] == 4500
    assert refund["documents"] == ["2027-0001"]
    assert lines.times("event", type="invoice.voided") == [CANCELLED]


def pay(shop: Story, order: Order, how: str) -> None:
    """Pay an order's invoice in one of the ways there are."""
    match how:
        case "event":
            shop.pays("zoe", 4500, at=PAID, invoice="2027-0001")
        case "order":
            shop.pays("zoe", 4500, at=PAID, order=order.id)
        case "untargeted":
            shop.pays("zoe", 4500, at=PAID)
        case "upstream":
            shop.was_paid_upstream(order.id, at=PAID)
        case _:
            shop.does(how, at=PAID, contact="zoe")


def test_a_partly_paid_invoice_keeps_the_part_and_ends_the_rest(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 2000, at=PAID, invoice="2027-0001")
    shop.cancels(order.booking, at=CANCELLED)
    lines = shop.run()
    assert credited(lines) == 2500
    assert not lines.of("refund")
    assert not lines.of("event", type="invoice.overdue")


def test_a_full_refund_of_a_partly_paid_invoice_leaves_nothing(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 2000, at=PAID, invoice="2027-0001")
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    lines = shop.run()
    assert credited(lines) == 4500
    assert lines.one("refund")["amount"] == 2000


def test_a_refund_of_an_amount_after_invoicing(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, invoice="2027-0001")
    shop.cancels(order.booking, at=CANCELLED, refund=euros(1500))
    lines = shop.run()
    note = lines.one("credit_note")
    assert (note["total"], note["tax"]) == (1500, 250)
    assert lines.one("refund")["amount"] == 1500
    assert not lines.of("event", type="invoice.voided")


def test_a_deposit_on_an_invoice_is_kept_or_refunded_with_it(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=1000)
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    lines = shop.run()
    assert credited(lines) == 4500
    assert lines.one("refund")["amount"] == 1000


def test_cash_of_two_payments_is_refunded_to_both(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 2000, at=PAID, invoice="2027-0001", method="cash")
    shop.pays("zoe", 2500, at="2027-01-06 11:00", invoice="2027-0001", method="transfer")
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    lines = shop.run()
    assert sorted((line["method"], line["amount"]) for line in lines.of("refund")) == [
        ("cash", 2000),
        ("transfer", 2500),
    ]


def test_the_newest_money_goes_back_first(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 2000, at=PAID, invoice="2027-0001", method="cash")
    shop.pays("zoe", 2500, at="2027-01-06 11:00", invoice="2027-0001", method="transfer")
    shop.cancels(order.booking, at=CANCELLED, refund=euros(2600))
    back = [(line["method"], line["amount"]) for line in shop.run().of("refund")]
    assert sorted(back) == [("cash", 100), ("transfer", 2500)]


def test_a_cancelled_session_ends_every_live_booking_of_it(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    tuesday: Data = {"id": "tuesday", "kind": "class"}
    shop.books("zoe", seat("yoga", "2027-01-12 18:00", session=tuesday), at=NOW)
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=tuesday, quantity=2), at=NOW)
    shop.pays("ada", 3000, at=PAID, order="o2")
    shop.cancels_session("tuesday", at=CANCELLED, refund="full")
    lines = shop.run()
    assert lines.one("credit_note", "zoe")["total"] == 1500
    assert lines.one("credit_note", "ada")["total"] == 3000
    assert lines.one("refund", "ada")["amount"] == 3000
    assert len(lines.of("event", type="booking.cancelled")) == 2
    assert not lines.of("event", type="session.ended")


def test_a_booking_that_was_cancelled_before_its_session_keeps_its_own_terms(shop: Story) -> None:
    tuesday: Data = {"id": "tuesday", "kind": "class"}
    order = shop.books("zoe", seat("yoga", "2027-01-12 18:00", session=tuesday), at=NOW, paid=1500)
    shop.cancels(order.booking, at=PAID)
    shop.cancels_session("tuesday", at=CANCELLED, refund="full")
    lines = shop.run()
    assert not lines.of("refund")
    assert len(lines.of("event", type="booking.cancelled")) == 1


def test_a_booking_cancelled_twice_is_cancelled_once(shop: Story) -> None:
    order = invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order=order.id)
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    shop.cancels(order.booking, at="2027-01-08 10:00", refund="full")
    lines = shop.run()
    assert len(lines.of("refund")) == 1
    assert credited(lines) == 4500
    assert len(lines.of("event", type="booking.cancelled")) == 1


def test_a_charge_that_was_cancelled_before_its_booking_keeps_what_was_paid(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.owes_no_more(order.booking, at=PAID)
    shop.cancels(order.booking, at=CANCELLED, refund="full")
    assert not shop.run().of("refund")


def test_an_added_charge_that_is_cancelled_is_credited(shop: Story) -> None:
    shop.automation("request", "charge.added", REQUEST)
    charge = shop.owes("zoe", 900, at=NOW)
    shop.owes_no_more(charge, at=CANCELLED)
    lines = shop.run()
    assert credited(lines) == 900
    assert lines.one("event", type="invoice.voided")["contact"] == "zoe"


def test_an_added_charge_that_was_cancelled_first_is_never_owed(shop: Story) -> None:
    shop.automation("request", "charge.added", REQUEST)
    shop.owes_no_more("c1", at=NOW)
    shop.owes("zoe", 900, at=PAID, charge="c1")
    assert not shop.run().of("invoice")


def test_notices_are_sent_only_when_asked_for(shop: Story) -> None:
    first = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    second = shop.books("ada", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    shop.cancels(first.booking, at=CANCELLED, refund="full")
    shop.cancels(second.booking, at=CANCELLED, refund="full", notify={"cancellation": True, "refund": True})
    messages = [line for line in shop.run().of("message") if line["template"] != "receipt"]
    assert {(line["contact"], line["template"]) for line in messages} == {
        ("ada", "booking_cancelled"),
        ("ada", "refund"),
    }


def test_who_was_to_come_hears_of_the_seat_and_who_paid_of_the_money(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    kid = seat("cut", "2027-01-12 14:00", contact={"id": "kid", "name": "Kid", "email": "kid@example.org"})
    order = shop.books("zoe", kid, at=NOW)
    shop.pays("zoe", 4500, at=PAID, order=order.id)
    shop.cancels(order.booking, at=CANCELLED, refund="full", notify={"cancellation": True, "refund": True})
    lines = shop.run()
    told = [line for line in lines.of("message") if line["template"] in {"booking_cancelled", "refund"}]
    assert [(line["contact"], line["template"], "Avoir A2027-0001" in line["text"]) for line in told] == [
        ("kid", "booking_cancelled", False),
        ("zoe", "booking_cancelled", True),
        ("zoe", "refund", True),
    ]


def test_a_voided_invoice_is_one_credit_note_that_names_it(shop: Story) -> None:
    invoiced(shop, "cut", "colour")
    shop.does("void", at=CANCELLED, number="2027-0001")
    lines = shop.run()
    note = lines.one("credit_note")
    assert (note["total"], note["of"], len(note["lines"])) == (12500, "2027-0001", 2)
    assert lines.times("event", type="invoice.voided") == [CANCELLED]


def test_a_paid_invoice_is_not_voided(shop: Story) -> None:
    invoiced(shop)
    shop.does("pay", at=PAID, contact="zoe")
    shop.does("void", at=CANCELLED, number="2027-0001")
    lines = shop.run()
    assert not lines.of("credit_note")
    assert lines.one("skipped")["cause"] == {"act": "void"}


def test_an_invoice_of_which_a_part_is_paid_is_not_voided(shop: Story) -> None:
    """R13."""
    invoiced(shop)
    shop.pays("zoe", 1500, at=PAID, invoice="2027-0001")
    shop.does("void", at=CANCELLED, number="2027-0001")
    lines = shop.run()
    assert not lines.of("credit_note")
    assert "15.00 EUR of it is paid" in lines.one("skipped")["detail"]["text"]


def test_money_that_comes_after_the_cancellation_is_credit(shop: Story) -> None:
    order = invoiced(shop)
    shop.cancels(order.booking, at=PAID)
    shop.pays("zoe", 4500, at=CANCELLED, order=order.id)
    shop.books("zoe", "cut", at="2027-01-08 10:00", when="2027-01-13 14:00")
    assert shop.run().of("invoice")[1]["amount_due"] == 0


def test_a_rescheduled_booking_keeps_its_invoice(shop: Story) -> None:
    order = invoiced(shop)
    shop.moves(order.booking, to="2027-02-12 14:00", at=PAID)
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert not lines.of("credit_note")
    assert lines.times("event", type="session.ended") == ["2027-02-12 15:00"]


def test_a_rescheduled_booking_is_billed_when_its_new_session_ends(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.moves(order.booking, to="2027-01-20 16:00", at=PAID)
    assert shop.run().times("invoice") == ["2027-01-20 17:00"]


def test_one_seat_of_a_class_that_is_cancelled_leaves_the_others(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    tuesday: Data = {"id": "tuesday", "kind": "class"}
    first = shop.books("zoe", seat("yoga", "2027-01-12 18:00", session=tuesday), at=NOW)
    shop.books("ada", seat("yoga", "2027-01-12 18:00", session=tuesday), at=NOW)
    shop.cancels(first.booking, at=PAID)
    assert shop.run().of("invoice").each("contact") == ["ada"]


# --- by a person, on a document


def test_a_person_gives_back_all_that_was_paid_on_a_document(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order="o1")
    shop.does("refund", at=CANCELLED, contact="zoe")
    lines = shop.run()
    assert (lines.one("refund", "zoe")["amount"], credited(lines)) == (4500, 4500)
    assert lines.one("refund")["cause"] == {"act": "refund"}
    assert lines.times("event", type="invoice.voided") == [CANCELLED]


def test_a_person_gives_back_a_part(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order="o1")
    shop.does("refund", at=CANCELLED, number="2027-0001", amount=euros(1000))
    lines = shop.run()
    assert (lines.one("refund")["amount"], credited(lines)) == (1000, 1000)
    assert lines.times("event", type="invoice.overdue") == []


def test_a_person_gives_back_exactly_what_was_paid(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order="o1")
    shop.does("refund", at=CANCELLED, number="2027-0001", amount=euros(4500))
    lines = shop.run()
    assert (lines.one("refund")["amount"], credited(lines)) == (4500, 4500)


def test_a_person_gives_back_money_of_the_newest_document_that_has_any(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order="o1")
    shop.books("zoe", "colour", at="2027-01-06 12:00", when="2027-01-13 14:00")
    shop.does("refund", at=CANCELLED, contact="zoe")
    assert shop.run().one("refund")["documents"] == ["2027-0001"]


@pytest.mark.parametrize("amount", [euros(4501), euros(0), euros(4500, "USD")])
def test_a_person_gives_back_no_more_than_was_paid(shop: Story, amount: Data) -> None:
    invoiced(shop)
    shop.pays("zoe", 4500, at=PAID, order="o1")
    shop.does("refund", at=CANCELLED, contact="zoe", amount=amount)
    lines = shop.run()
    assert not lines.of("refund")
    assert lines.one("skipped")["cause"] == {"act": "refund"}


def test_where_nothing_was_paid_nothing_goes_back(shop: Story) -> None:
    invoiced(shop)
    shop.does("refund", at=CANCELLED, contact="zoe")
    lines = shop.run()
    assert not lines.of("refund")
    assert lines.one("skipped")["cause"] == {"act": "refund"}
