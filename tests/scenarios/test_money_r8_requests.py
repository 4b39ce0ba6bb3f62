"""R8: what each trigger bills, on whose document, and that nothing is billed twice."""

from typing import Any

from tests.scenarios.story import Data, Seat, Story, euros, seat

REQUEST: Data = {"request_payment": {}}
PAID: Data = {"issue_paid_invoice": {}}
NOW = "2027-01-05 10:00"


def yoga(booking_of: str | None = None, **more: Any) -> Seat:
    """Return a seat in the class of Tuesday evening."""
    contact: Data = {"contact": {"id": booking_of}} if booking_of else {}
    return seat("yoga", "2027-01-12 18:00", session={"id": "tuesday", "kind": "class"}, **contact, **more)


def test_an_order_is_one_document_whatever_the_service_filter_let_in(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST, services=["cut"])
    shop.books("zoe", "colour", "cut", at=NOW, when="2027-01-12 14:00")
    shop.books("ada", "colour", at=NOW, when="2027-01-13 14:00")
    lines = shop.run()
    assert lines.one("invoice")["charges"] == ["o1-b1", "o1-b2"]


def test_a_second_request_for_the_same_order_finds_nothing_due(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.automation("again", "session.booked", {"delay": {"days": 1}}, REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_sessions_end_bills_that_session_only(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.books("zoe", seat("cut", "2027-01-12 14:00"), seat("colour", "2027-01-14 14:00"), at=NOW)
    lines = shop.run()
    assert lines.times("invoice") == ["2027-01-12 15:00", "2027-01-14 15:00"]
    assert lines.of("invoice").each("charges") == [["o1-b1"], ["o1-b2"]]


def test_a_class_ends_with_one_invoice_for_each_participant(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.books("zoe", yoga(), at=NOW)
    shop.books("ada", yoga(quantity=3), at=NOW)
    lines = shop.run()
    assert lines.one("invoice", "zoe")["total"] == 1500
    assert [(line["quantity"], line["amount"]) for line in lines.one("invoice", "ada")["lines"]] == [(3, 4500)]


def test_participants_of_one_payer_get_a_document_each_from_their_own_run(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.client("kid")
    shop.books("zoe", yoga(), yoga("kid"), at=NOW)
    lines = shop.run()
    assert sorted(line["charges"] for line in lines.of("invoice")) == [["o1-b1"], ["o1-b2"]]
    assert {line["contact"] for line in lines.of("invoice")} == {"zoe"}


def test_a_participants_seats_of_two_orders_stand_on_one_document(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.books("zoe", yoga(), at=NOW)
    shop.books("zoe", yoga(), at="2027-01-06 10:00")
    lines = shop.run()
    assert sorted(lines.one("invoice")["charges"]) == ["o1-b1", "o2-b1"]


def test_a_participants_seats_of_two_payers_stand_on_two_documents(shop: Story) -> None:
    shop.automation("after", "session.ended", REQUEST)
    shop.client("kid")
    shop.books("zoe", yoga("kid"), at=NOW)
    shop.books("ada", yoga("kid"), at="2027-01-06 10:00")
    lines = shop.run()
    assert {(line["contact"], *line["charges"]) for line in lines.of("invoice")} == {("zoe", "o1-b1"), ("ada", "o2-b1")}


def test_checking_in_bills_that_booking(shop: Story) -> None:
    shop.automation("door", "booking.checked_in", REQUEST)
    order = shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    shop.attends(order.bookings[1], "checked_in", at="2027-01-12 14:00")
    assert shop.run().one("invoice")["charges"] == [order.bookings[1]]


def test_an_added_charge_is_billed_alone(shop: Story) -> None:
    shop.automation("request", "charge.added", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    charge = shop.owes("zoe", 900, at="2027-01-06 10:00", description="Casse")
    assert shop.run().one("invoice")["charges"] == [charge]


def test_a_request_about_an_invoice_sends_that_one_again(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.automation("again", "invoice.overdue", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.times("message", "zoe") == [NOW, "2027-01-06 00:00"]
    assert all("2027-0001" in line["text"] for line in lines.of("message", "zoe"))


def test_a_paid_order_asks_for_nothing(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=4500)
    lines = shop.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_partly_paid_order_is_one_document_that_shows_what_is_paid(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00", paid=4500)
    invoice = shop.run().one("invoice")
    assert (invoice["total"], invoice["amount_due"], len(invoice["charges"])) == (12500, 8000, 2)


def test_a_fully_paid_order_gets_a_paid_invoice_that_asks_for_nothing(shop: Story) -> None:
    shop.automation("paid", "order.paid", PAID)
    shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00", paid=12500)
    lines = shop.run()
    invoice = lines.one("invoice")
    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", 12500, 0)
    assert lines.times("event", type="invoice.paid") == [NOW]
    sent = lines.one("message", template="issue_paid_invoice")
    assert invoice["number"] in sent["text"]
    assert "Reste à payer" not in sent["text"]


def test_a_paid_order_that_is_already_on_a_document_gets_no_second_one(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.automation("paid", "order.paid", PAID)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order=order.id)
    lines = shop.run()
    assert len(lines.of("invoice")) == 1
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00"]
    assert lines.reasons("zoe") == ["nothing_due"]


def test_an_invoice_of_a_paid_order_is_not_paid_any_more_when_its_payment_bounced(shop: Story) -> None:
    shop.automation("paid", "order.paid", {"delay": {"days": 1}}, PAID)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    payment = shop.pays("zoe", 4500, at="2027-01-06 10:00", order=order.id, method="cheque")
    shop.bounces(payment, at="2027-01-06 12:00")
    lines = shop.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_bill_to_collects_what_several_clients_booked_in_one_order_each(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.client("firm", kind="business", company={"name": "Firme SA", "siren": "732829320"})
    shop.client("zoe", bill_to="firm")
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "firm"
    assert lines.one("message")["to"] == "firm@example.org"
    assert lines.one("event", type="session.booked")["contact"] == "zoe"


def test_charges_of_one_order_in_two_currencies_are_two_documents(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.service("tour", 2000)
    shop.file["services"][-1]["price"] = euros(2000, "USD")
    shop.books("zoe", "cut", "tour", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert {(line["currency"], line["total"]) for line in lines.of("invoice")} == {("EUR", 4500), ("USD", 2000)}
    assert lines.of("invoice").each("number") == ["2027-0001", "2027-0002"]


def test_a_delayed_request_bills_what_is_open_by_then(shop: Story) -> None:
    shop.automation("request", "session.booked", {"delay": {"days": 2}}, REQUEST)
    order = shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    shop.cancels(order.bookings[0], at="2027-01-06 10:00")
    invoice = shop.run().one("invoice")
    assert (invoice["charges"], invoice["at"][:10]) == ([order.bookings[1]], "2027-01-07")


def test_a_request_after_a_cancellation_finds_nothing_due(shop: Story) -> None:
    shop.automation("sorry", "booking.cancelled", REQUEST)
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.cancels(order.booking, at="2027-01-06 10:00")
    lines = shop.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_paid_order_of_which_a_part_is_on_a_document_gets_no_second_one(shop: Story) -> None:
    shop.automation("door", "booking.checked_in", REQUEST)
    shop.automation("paid", "order.paid", PAID)
    order = shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    shop.attends(order.bookings[0], "checked_in", at="2027-01-12 14:00")
    shop.pays("zoe", 12500, at="2027-01-13 10:00", order=order.id)
    lines = shop.run()
    assert lines.one("invoice")["charges"] == [order.bookings[0]]
    assert lines.of_automation("paid").reasons() == ["nothing_due"]
