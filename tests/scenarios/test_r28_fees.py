"""R28: fees are charges of their own that say what they are, made only where the accepted policy is on the booking."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, Data, Lines, Order, Story, euros, mail, seat, wait

NOW, THERE = "2027-01-05 10:00", "2027-01-12 14:00"
ABSENT = "2027-01-12 14:30"
POLICY = {"id": "fees-2027", "accepted_at": "2027-01-05T09:00:00Z"}


def fee(kind: str | None = "price_kept", amount: int = 2000, **keys: Any) -> Data:
    """Return a step that adds a charge."""
    told: Data = {"description": "Absence du {{ session.starts_at | date: '%d/%m' }}", "price": euros(amount)}
    return {"add_charge": told | ({"fee": kind} if kind else {}) | keys}


def missed(shop: Story, *steps: Data, policy: Data | None = POLICY, **booking: Any) -> Order:
    """Let an automation charge who does not come, and zoe not come."""
    shop.automation("absent", "booking.no_show", *steps)
    more = booking | ({"policy": policy} if policy else {})
    order = shop.books("zoe", seat("cut", THERE, **more), at=NOW)
    shop.attends(order.booking, "no_show", at=ABSENT)
    return order


def lines_of(lines: Lines) -> list[tuple[str, int, str]]:
    """Return what stands on the only invoice."""
    return [(one["description"], one["amount"], one["tax_rate"]) for one in lines.one("invoice")["lines"]]


def test_a_price_that_is_kept_is_taxed_as_the_service_and_due_today(shop: Story) -> None:
    shop.service("cut", 4500, tax_rate="10")
    missed(shop, fee(), ASK, payment="free")
    lines = shop.run()
    invoice = lines.one("invoice", "zoe")
    assert lines_of(lines) == [("Absence du 12/01", 2000, "10")]
    assert (invoice["total"], invoice["tax"], invoice["issued_on"]) == (2000, 182, "2027-01-12")
    assert lines.of("event", type="charge.added") == []


def test_an_indemnity_stands_outside_vat_on_a_document_of_its_own(shop: Story) -> None:
    missed(shop, fee("indemnity"), ASK)
    lines = shop.run()
    assert [(one["total"], one["tax"], len(one["lines"])) for one in lines.of("invoice")] == [
        (4500, 750, 1),
        (2000, 0, 1),
    ]
    assert len(lines.of("message", template="request_payment")) == 2


def test_the_bookings_own_charge_is_not_touched(shop: Story) -> None:
    order = missed(shop, fee(), ASK)
    shop.pays("zoe", 4500, at="2027-01-12 15:00", order=order.id)
    lines = shop.run()
    assert lines_of(lines) == [("Coupe", 4500, "20"), ("Absence du 12/01", 2000, "20")]
    assert len(lines.of("event", type="order.paid")) == 1
    assert lines.of("event", type="invoice.paid") == []
    assert len(lines.of("event", type="invoice.partially_paid")) == 1


def test_without_the_accepted_policy_the_owner_is_asked(shop: Story) -> None:
    order = missed(shop, fee(), ASK, policy=None, payment="free")
    lines = shop.run()
    assert lines.of("invoice") == []
    alert = lines.one("alert", reason="no_policy")
    assert order.booking in alert["text"]
    assert lines.reasons() == ["no_policy", "nothing_due"]


def test_a_charge_that_is_no_fee_needs_no_policy(shop: Story) -> None:
    missed(shop, fee(None, description="Frais de dossier"), ASK, policy=None, payment="free")
    lines = shop.run()
    assert lines_of(lines) == [("Frais de dossier", 2000, "20")]
    assert lines.of("alert") == []


def test_a_fee_alone_waits_for_whoever_bills_it(shop: Story) -> None:
    missed(shop, fee())
    lines = shop.run()
    assert lines.of("invoice") == lines.of("message") == lines.of("skipped") == []


def test_a_late_cancellation_costs_its_fee_and_not_the_service(shop: Story) -> None:
    shop.automation("late", "booking.cancelled", fee(description="Annulation tardive"), ASK)
    order = shop.books("zoe", seat("cut", THERE, policy=POLICY), at=NOW)
    shop.cancels(order.booking, at="2027-01-12 10:00")
    lines = shop.run()
    assert lines_of(lines) == [("Annulation tardive", 2000, "20")]
    assert lines.of("credit_note") == []


def test_a_cancellation_that_comes_after_the_fee_leaves_it(shop: Story) -> None:
    order = missed(shop, fee(), wait(days=3), ASK)
    shop.cancels(order.booking, at="2027-01-13 10:00")
    shop.file["automations"][0]["keep_on_cancel"] = True
    assert lines_of(shop.run()) == [("Absence du 12/01", 2000, "20")]


def test_who_placed_the_order_owes_the_fee_or_whom_they_name(shop: Story) -> None:
    shop.client("firm", kind="business", company={"name": "Firm"})
    shop.client("zoe", bill_to="firm")
    shop.client("kid")
    missed(shop, fee(), ASK, payment="free", contact={"id": "kid"})
    lines = shop.run()
    assert lines.one("invoice")["contact"] == "firm"
    assert lines.one("message")["to"] == "firm@example.org"


def test_each_fee_of_a_run_is_made_once_and_all_are_asked_for(shop: Story) -> None:
    missed(
        shop,
        fee(None, description="A"),
        fee(None, description="B", amount=500),
        wait(days=1),
        ASK,
        payment="free",
    )
    assert lines_of(shop.run()) == [("A", 2000, "20"), ("B", 500, "20")]


def test_two_no_shows_are_two_fees(shop: Story) -> None:
    shop.automation("absent", "booking.no_show", fee(None), ASK)
    for day in ("12", "13"):
        order = shop.books("zoe", seat("cut", f"2027-01-{day} 14:00", payment="free"), at=NOW)
        shop.attends(order.booking, "no_show", at=f"2027-01-{day} 15:00")
    lines = shop.run()
    assert [one["lines"][0]["description"] for one in lines.of("invoice")] == ["Absence du 12/01", "Absence du 13/01"]


def test_an_exempt_seller_names_no_rate(shop: Story) -> None:
    shop.business["legal"] = {"vat_exempt": True}
    missed(shop, fee(), ASK, payment="free")
    lines = shop.run()
    assert (lines.one("invoice")["tax"], lines_of(lines)[0][2]) == (0, "0")


def test_a_description_that_lacks_a_value_makes_no_charge_and_tells_the_owner(shop: Story) -> None:
    missed(shop, fee(None, description="{{ contact.custom.reason }}"), mail("Bonjour"))
    lines = shop.run()
    assert lines.reasons() == ["missing_value"]
    assert "contact.custom.reason is missing" in lines.one("alert")["text"]
    assert lines.of("message").each("subject") == ["Bonjour"]


def test_a_fee_may_be_cancelled_by_its_id(shop: Story) -> None:
    order = missed(shop, fee(), ASK, payment="free")
    assert order.booking
    first = shop.run()
    (charge,) = first.one("invoice")["charges"]
    shop.owes_no_more(charge, at="2027-01-13 10:00")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 2000
    assert lines.times("event", type="invoice.voided") == ["2027-01-13 10:00"]


@pytest.mark.parametrize(("on", "at"), [("session.booked", NOW), ("session.started", THERE), ("order.paid", NOW)])
def test_other_triggers_add_charges_too(shop: Story, on: str, at: str) -> None:
    shop.automation("more", on, fee(None, description="Supplément"), ASK)
    shop.books("zoe", seat("cut", THERE), at=NOW, paid=4500)
    lines = shop.run()
    assert (lines.times("invoice"), lines.of("invoice")[0]["total"]) == ([at], 2000)


def test_in_another_currency_it_stands_on_its_own(shop: Story) -> None:
    missed(shop, {"add_charge": {"description": "Frais", "price": euros(2000, "CHF")}}, ASK)
    assert [(one["total"], one["currency"]) for one in shop.run().of("invoice")] == [(4500, "EUR"), (2000, "CHF")]
