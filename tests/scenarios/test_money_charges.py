"""What an event makes a client owe: the contract's "Defaults and meaning", seen on the documents that follow."""

import pytest

from tests.scenarios.story import Data, Story, euros, seat

REQUEST: Data = {"request_payment": {}}
NOW = "2027-01-05 10:00"


def requested(shop: Story) -> None:
    """Ask for the payment of every order at once."""
    shop.automation("request", "session.booked", REQUEST)


def item(id_: str, price: int, **keys: object) -> Data:
    """Return an item of an order."""
    return {"id": id_, "kind": "product", "description": id_.capitalize(), "price": euros(price)} | keys


def test_a_booking_and_an_item_make_one_charge_each_of_their_own_id(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", items=[item("shampoo", 1200)])
    invoice = shop.run().one("invoice", "zoe")
    assert sorted(invoice["charges"]) == ["o1-b1", "shampoo"]
    assert invoice["total"] == 5700
    assert {line["description"] for line in invoice["lines"]} == {"Coupe", "Shampoo"}


def test_quantity_is_one_and_the_price_is_for_one_unit(shop: Story) -> None:
    requested(shop)
    shop.books(
        "zoe",
        seat("yoga", "2027-01-12 18:00", session={"kind": "class"}, quantity=3),
        at=NOW,
        items=[item("towel", 500, quantity="2.5")],
    )
    lines = {line["description"]: line for line in shop.run().one("invoice")["lines"]}
    assert (lines["Yoga"]["quantity"], lines["Yoga"]["amount"]) == (3, 4500)
    assert (lines["Towel"]["quantity"], lines["Towel"]["amount"]) == (2.5, 1250)


def test_the_bookings_own_price_goes_before_the_services(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", seat("cut", "2027-01-12 14:00", price=euros(3900)), at=NOW)
    assert shop.run().one("invoice")["total"] == 3900


@pytest.mark.parametrize("payment", ["free", "later"])
def test_what_is_free_or_costs_nothing_makes_no_charge(shop: Story, payment: str) -> None:
    requested(shop)
    price = 4500 if payment == "free" else 0
    shop.service("cut", price)
    shop.books("zoe", seat("cut", "2027-01-12 14:00", payment=payment), at=NOW)
    lines = shop.run()
    assert not lines.of("invoice")
    assert lines.reasons("zoe") == ["nothing_due"]


def test_a_free_booking_beside_a_paid_one_is_not_billed(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "cut", seat("colour", "2027-01-13 14:00", payment="free"), at=NOW, when="2027-01-12 14:00")
    assert shop.run().one("invoice")["charges"] == ["o1-b1"]


def test_the_bookings_payment_goes_before_the_services(shop: Story) -> None:
    requested(shop)
    shop.service("cut", payment="free")
    shop.books("zoe", seat("cut", "2027-01-12 14:00", payment="later"), at=NOW)
    assert shop.run().one("invoice")["total"] == 4500


def test_a_tax_rate_is_the_services_else_the_businesss_else_none(shop: Story) -> None:
    requested(shop)
    shop.service("cut", tax_rate="5.5")
    shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    rates = {line["description"]: line["tax_rate"] for line in shop.run().one("invoice")["lines"]}
    assert rates == {"Coupe": "5.5", "Couleur": "20"}


def test_without_any_tax_rate_it_is_zero(shop: Story) -> None:
    requested(shop)
    del shop.business["tax_rate"]
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", items=[item("gel", 1000, tax_rate="20")])
    invoice = shop.run().one("invoice")
    assert {group["rate"]: group["tax"] for group in invoice["taxes"]} == {"0": 0, "20": 167}


def test_prices_include_tax_unless_they_say_otherwise(shop: Story) -> None:
    requested(shop)
    shop.service("colour", tax_included=False)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.books("ada", "colour", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert (lines.one("invoice", "zoe")["net"], lines.one("invoice", "zoe")["total"]) == (3750, 4500)
    assert (lines.one("invoice", "ada")["net"], lines.one("invoice", "ada")["total"]) == (8000, 9600)


def test_paid_with_the_order_is_an_upstream_payment_on_its_charges_earliest_due_first(shop: Story) -> None:
    shop.automation("first", "session.ended", REQUEST)
    shop.books("zoe", seat("colour", "2027-01-20 10:00"), seat("cut", "2027-01-12 10:00"), at=NOW, paid=4500)
    lines = shop.run()
    payment = lines.one("payment", "zoe")
    assert (payment["amount"], payment["method"], payment["at"][:16]) == (4500, "upstream", "2027-01-05T10:00")
    assert lines.one("invoice", "zoe")["charges"] == ["o1-b1"]
    assert "nothing_due" in lines.reasons("zoe")


def test_what_is_due_at_booking_is_paid_before_what_is_due_later(shop: Story) -> None:
    shop.automation("first", "session.ended", REQUEST)
    shop.books(
        "zoe",
        seat("cut", "2027-01-12 10:00"),
        seat("colour", "2027-01-20 10:00", payment="at_booking"),
        at=NOW,
        paid=8000,
    )
    assert shop.run().one("invoice", "zoe")["charges"] == ["o1-b1"]


def test_the_rest_of_what_was_paid_with_an_order_is_credit(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00", paid=5000)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-13 14:00")
    second = shop.run().one("invoice", "zoe")
    assert (second["charges"], second["amount_due"]) == (["o2-b1"], 4000)


def test_an_order_of_an_unknown_service_waits_without_a_charge(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "massage", "cut", at=NOW, when="2027-01-12 14:00")
    shop.event(
        "service.updated", "2027-01-07 09:00", {"service": {"id": "massage", "name": "Massage", "price": euros(6000)}}
    )
    lines = shop.run()
    assert lines.times("event", "zoe", type="session.booked") == ["2027-01-07 09:00"]
    assert lines.one("invoice", "zoe")["total"] == 10500


def test_an_order_waits_for_ever_for_a_service_that_never_comes(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "massage", at=NOW, when="2027-01-12 14:00", paid=1000)
    lines = shop.run()
    assert not lines.of("invoice")
    assert not lines.of("event", type="session.booked")


def test_an_order_is_paid_once(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 2000, at="2027-01-06 10:00", order=order.id)
    shop.pays("zoe", 2500, at="2027-01-07 10:00", order=order.id)
    shop.was_paid_upstream(order.id, at="2027-01-08 10:00")
    lines = shop.run()
    assert lines.times("event", "zoe", type="order.paid") == ["2027-01-07 10:00"]
    assert lines.of("payment").each("amount") == [2000, 2500]


def test_upstream_pays_the_open_rest(shop: Story) -> None:
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 2000, at="2027-01-06 10:00", order=order.id)
    shop.was_paid_upstream(order.id, at="2027-01-08 10:00")
    lines = shop.run()
    assert lines.of("payment").each("amount") == [2000, 2500]
    assert lines.of("payment").each("method") == ["card", "upstream"]
    assert lines.times("event", "zoe", type="order.paid") == ["2027-01-08 10:00"]


def test_a_free_order_is_never_paid(shop: Story) -> None:
    shop.service("cut", payment="free")
    order = shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.was_paid_upstream(order.id, at="2027-01-08 10:00")
    lines = shop.run()
    assert not lines.of("event", type="order.paid")
    assert not lines.of("payment")


def test_a_cancellation_does_not_pay_an_order(shop: Story) -> None:
    order = shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-06 10:00", charges=[order.bookings[0]])
    shop.cancels(order.bookings[1], at="2027-01-07 10:00")
    assert not shop.run().of("event", type="order.paid")


def test_a_payment_without_a_target_is_credit_for_the_next_invoice(shop: Story) -> None:
    requested(shop)
    shop.pays("zoe", 3000, at=NOW, method="cash")
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (4500, 1500, "issued")
    assert lines.one("payment", "zoe", method="credit")["amount"] == 3000
    assert lines.one("payment", "zoe", method="credit")["documents"] == [invoice["number"]]


def test_a_payment_for_an_unknown_order_is_allocated_when_the_order_arrives(shop: Story) -> None:
    requested(shop)
    shop.pays("zoe", 3000, at=NOW, order="o1")
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"]) == (4500, 1500)


def test_a_payment_for_unknown_charges_is_allocated_to_each_as_it_arrives(shop: Story) -> None:
    shop.automation("request", "charge.added", REQUEST)
    shop.pays("zoe", 3000, at=NOW, charges=["late", "later"])
    shop.owes("zoe", 1000, at="2027-01-06 10:00", charge="later")
    shop.owes("zoe", 2500, at="2027-01-07 10:00", charge="late")
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["charges"], invoice["amount_due"]) == (["late"], 500)


def test_a_payment_for_an_unknown_invoice_is_credit_until_it_is_issued(shop: Story) -> None:
    requested(shop)
    shop.pays("zoe", 4500, at=NOW, invoice="2027-0001")
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    invoice = shop.run().one("invoice", "zoe")
    assert (invoice["status"], invoice["amount_due"]) == ("paid", 0)


def test_the_rest_of_a_payment_is_credit(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.pays("zoe", 6000, at="2027-01-06 10:00", invoice="2027-0001")
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-13 14:00")
    second = shop.run().of("invoice", "zoe")[1]
    assert second["amount_due"] == 3000


def test_a_payment_without_a_target_settles_issued_debts_oldest_first(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    shop.books("zoe", "colour", at="2027-01-06 10:00", when="2027-01-13 14:00")
    shop.pays("zoe", 6000, at="2027-01-07 10:00", method="transfer")
    lines = shop.run()
    assert lines.one("payment", "zoe")["documents"] == ["2027-0001", "2027-0002"]
    assert len(lines.of("event", type="invoice.paid")) == 1
    assert len(lines.of("event", type="invoice.partially_paid")) == 1


def test_a_payment_for_charges_settles_them_in_the_order_named(shop: Story) -> None:
    shop.automation("first", "session.ended", REQUEST)
    shop.books("zoe", seat("cut", "2027-01-12 10:00"), seat("colour", "2027-01-20 10:00"), at=NOW)
    shop.pays("zoe", 8000, at="2027-01-06 10:00", charges=["o1-b2", "o1-b1"])
    assert shop.run().one("invoice", "zoe")["charges"] == ["o1-b1"]


def test_a_contact_in_an_event_changes_only_the_keys_it_carries(shop: Story) -> None:
    requested(shop)
    shop.event("contact.updated", NOW, {"contact": {"id": "zoe", "phone": "+33612345678"}})
    shop.event("contact.updated", "2027-01-05 11:00", {"contact": {"id": "zoe", "email": "new@example.org"}})
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    message = shop.run().one("message", "zoe")
    assert message["to"] == "new@example.org"
    assert "Zoé" in message["text"]


def test_bill_to_names_who_pays(shop: Story) -> None:
    requested(shop)
    shop.client("mum")
    shop.client("zoe", bill_to="mum")
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "mum"
    assert lines.one("message")["to"] == "mum@example.org"


def test_a_bookings_own_contact_only_takes_part(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", seat("cut", "2027-01-12 14:00", contact={"id": "kid", "name": "Kid"}), at=NOW)
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "zoe"
    assert "12/01/2027 Coupe pour Kid, 1" in lines.one("message")["text"]


def test_who_pays_for_oneself_is_not_named_on_the_lines(shop: Story) -> None:
    requested(shop)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    assert "pour Zoé" not in shop.run().one("message")["text"]


def test_items_and_charges_are_due_on_the_local_date_of_the_event(shop: Story) -> None:
    shop.books("zoe", at="2027-01-06 09:00", items=[item("gel", 1000)], time="2027-01-04T23:30:00Z")
    shop.automation("request", "charge.added", REQUEST)
    shop.owes("zoe", 1000, at="2027-01-07 09:00", due_on="2027-01-20")
    assert shop.run().one("invoice", "zoe")["issued_on"] == "2027-01-07"


def test_recurring_payments_are_kept_and_told_once(shop: Story) -> None:
    shop.subscribes("zoe", 3000, at=NOW)
    shop.unsubscribes(at="2027-01-10 09:00")
    lines = shop.run()
    assert lines.times("event", "zoe", type="recurring_payment.started") == [NOW]
    assert lines.times("event", "zoe", type="recurring_payment.cancelled") == ["2027-01-10 09:00"]


def test_a_recurring_payment_cancelled_before_it_started_is_told_in_order(shop: Story) -> None:
    shop.unsubscribes(at=NOW)
    shop.subscribes("zoe", 3000, at="2027-01-06 09:00")
    lines = shop.run()
    assert [line["contact"] for line in lines.of("event", type="recurring_payment.cancelled")] in ([], ["zoe"])
