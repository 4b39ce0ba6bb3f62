"""R26: a professional's money before its invoice: paid invoices and deposit invoices, taken back by the final one."""

import pytest

from tests.scenarios.story import ASK, Lines, Story, euros, seat, wait

NOW = "2027-01-05 10:00"
THERE = "2027-01-12 14:00"


@pytest.fixture
def company(shop: Story) -> Story:
    """Make zoe a company, and let the shop ask after each session."""
    shop.client("zoe", kind="business", company={"name": "Zoé SA", "siren": "732829320"})
    shop.automation("after", "session.ended", ASK)
    return shop


def deposits(lines: Lines) -> Lines:
    return lines.of("invoice", type="386")


def invoices(lines: Lines) -> Lines:
    return lines.of("invoice", type="380")


def vat(lines: Lines) -> int:
    """Return the VAT of all documents together."""
    return int(sum(lines.of("invoice").each("tax")) - sum(lines.of("credit_note").each("tax")))


def total(lines: Lines) -> int:
    return int(sum(lines.of("invoice").each("total")) - sum(lines.of("credit_note").each("total")))


def test_money_that_leaves_the_charge_open_gets_a_deposit_invoice_at_once(company: Story) -> None:
    company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    lines = company.run(until="2027-01-10 00:00")
    (deposit,) = deposits(lines)
    assert (deposit["at"][:16], deposit["status"], deposit["amount_due"]) == ("2027-01-05T10:00", "paid", 0)
    assert (deposit["total"], deposit["net"], deposit["tax"]) == (1500, 1250, 250)
    assert deposit["lines"][0]["description"] == "Acompte : Coupe"
    message = lines.one("message", "zoe", template="deposit")
    assert message["purpose"] == "legal"
    assert message["subject"] == "Facture d'acompte 2027-0001 – Atelier Lumière"
    assert not lines.of("receipt")
    assert not invoices(lines)


def test_the_final_invoice_takes_it_back_line_by_vat_group_and_names_it(company: Story) -> None:
    company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    lines = company.run()
    (final,) = invoices(lines)
    assert (final["number"], final["total"], final["net"], final["tax"], final["amount_due"]) == (
        "2027-0002", 3000, 2500, 500, 3000,
    )  # fmt: skip
    assert [(line["description"], line["amount"]) for line in final["lines"]] == [
        ("Coupe", 4500),
        ("Acompte 2027-0001 du 05/01/2027 déduit", -1500),
    ]
    assert final["charges"] == ["o1-b1", None]
    assert (total(lines), vat(lines)) == (4500, 750)


def test_a_deposit_is_never_deducted_in_both_ways(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.pays("zoe", 3000, at="2027-01-20 10:00", order=order.id)
    lines = company.run()
    assert not lines.of("payment", method="credit")
    assert lines.of("payment").each("amount") == [1500, 3000]
    assert lines.times("event", type="invoice.paid") == ["2027-01-20 10:00"]
    assert not lines.to_owner("alert")
    text = lines.one("message", "zoe", template="request_payment")["text"]
    assert "Déjà réglé" not in text
    assert "Reste à payer : 30,00" in text


def test_money_that_closes_a_charge_gets_the_issued_paid_invoice(company: Story) -> None:
    company.books("zoe", "cut", at=NOW, when=THERE, paid=4500)
    lines = company.run()
    (invoice,) = lines.of("invoice")
    assert (invoice["type"], invoice["status"], invoice["total"], invoice["amount_due"]) == ("380", "paid", 4500, 0)
    assert lines.of("message", "zoe").each("template") == ["issue_paid_invoice"]
    assert lines.times("event", type="invoice.paid") == [NOW]


def test_money_that_closes_one_charge_and_leaves_another_open_makes_both(company: Story) -> None:
    company.books("zoe", "cut", "colour", at=NOW, when=THERE, paid=6000)
    lines = company.run()
    first, final = invoices(lines)
    (deposit,) = deposits(lines)
    assert (first["charges"], first["total"], first["status"]) == (["o1-b1"], 4500, "paid")
    assert (deposit["charges"], deposit["total"]) == (["o1-b2"], 1500)
    assert (final["charges"], final["total"]) == (["o1-b2", None], 6500)
    assert (total(lines), vat(lines)) == (12500, 2083)


def test_several_deposits_and_the_money_that_closes_the_charge(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE)
    company.pays("zoe", 1001, at="2027-01-06 10:00", order=order.id)
    company.pays("zoe", 999, at="2027-01-07 10:00", order=order.id)
    company.pays("zoe", 2500, at="2027-01-08 10:00", order=order.id)
    lines = company.run()
    assert deposits(lines).each("total") == [1001, 999]
    (final,) = invoices(lines)
    assert (final["status"], final["total"], final["amount_due"]) == ("paid", 2500, 0)
    assert len(final["lines"]) == 3
    assert (total(lines), vat(lines)) == (4500, 750)


def test_a_public_payer_gets_one_too_and_a_consumer_does_not(company: Story) -> None:
    company.client("ada", kind="public")
    company.books("ada", "cut", at=NOW, when=THERE, paid=1500)
    company.client("leo")
    company.books("leo", "cut", at=NOW, when=THERE, paid=1500)
    lines = company.run(until="2027-01-10 00:00")
    assert deposits(lines).each("contact") == ["ada"]
    assert lines.of("receipt").each("contact") == ["leo"]


def test_who_pays_decides_not_who_takes_part(company: Story) -> None:
    company.client("boss", kind="business")
    company.client("leo", bill_to="boss")
    company.books("leo", "cut", at=NOW, when=THERE, paid=1500)
    (deposit,) = deposits(company.run(until="2027-01-10 00:00"))
    assert deposit["contact"] == "boss"


def test_a_cancellation_that_gives_all_back_credits_the_deposit(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.cancels(order.booking, at="2027-01-06 10:00", refund="full", notify={"cancellation": True})
    lines = company.run()
    note = lines.one("credit_note")
    assert (note["of"], note["total"], note["tax"]) == ("2027-0001", 1500, 250)
    assert lines.one("refund")["amount"] == 1500
    text = lines.one("message", template="booking_cancelled")["text"]
    assert "Avoir A2027-0001 du 06/01/2027 sur la facture 2027-0001" in text
    assert total(lines) == 0
    assert not invoices(lines)


def test_a_cancellation_that_keeps_it_leaves_the_deposit_invoice(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.cancels(order.booking, at="2027-01-06 10:00")
    lines = company.run()
    assert not lines.of("credit_note")
    assert total(lines) == 1500


def test_a_part_that_goes_back_is_credited_to_the_cent(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1501)
    company.cancels(order.booking, at="2027-01-06 10:00", refund={"amount": 501, "currency": "EUR"})
    lines = company.run()
    assert (total(lines), vat(lines)) == (1000, 167)


def test_what_went_back_before_the_final_invoice_is_not_taken_back_there(company: Story) -> None:
    company.automation("sorry", "booking.checked_in", {"refund": {"amount": euros(500)}})
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.attends(order.booking, "checked_in", at="2027-01-12 14:30")
    lines = company.run()
    (final,) = invoices(lines)
    assert (lines.one("credit_note")["of"], lines.one("credit_note")["total"]) == ("2027-0001", 500)
    assert [line["amount"] for line in final["lines"]] == [4000, -1000]
    assert (final["total"], final["tax"], final["amount_due"]) == (3000, 500, 3000)


def test_a_deposit_that_bounces_before_the_final_invoice_is_owed_in_full(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE)
    payment = company.pays("zoe", 1500, at="2027-01-06 10:00", order=order.id)
    company.bounces(payment, at="2027-01-07 10:00")
    lines = company.run()
    (final,) = invoices(lines)
    assert (final["total"], final["amount_due"], len(final["lines"])) == (4500, 4500, 1)
    assert (total(lines), vat(lines)) == (4500, 750)


def test_a_deposit_that_bounces_after_the_final_invoice_takes_the_charge_off_it(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE)
    payment = company.pays("zoe", 1500, at="2027-01-06 10:00", order=order.id)
    company.bounces(payment, at="2027-01-20 10:00")
    lines = company.run()
    assert [(note["of"], note["total"]) for note in lines.of("credit_note")] == [
        ("2027-0002", 3000), ("2027-0001", 1500),
    ]  # fmt: skip
    assert lines.to_owner("alert").each("reason") == ["taken_off_invoice"]
    assert total(lines) == 0


def test_a_full_refund_after_the_final_invoice_gives_everything_back(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.pays("zoe", 3000, at="2027-01-14 10:00", order=order.id)
    company.cancels(order.booking, at="2027-01-20 10:00", refund="full")
    lines = company.run()
    assert sum(lines.of("refund").each("amount")) == 4500
    assert (total(lines), vat(lines)) == (0, 0)


def test_both_credit_notes_of_a_full_refund_go_with_its_mail(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.pays("zoe", 3000, at="2027-01-14 10:00", order=order.id)
    told = {"cancellation": True, "refund": True}
    company.cancels(order.booking, at="2027-01-15 10:00", refund="full", notify=told)
    lines = company.run()
    notes = lines.of("credit_note").each("number")
    assert len(notes) == 2
    for template in ("refund", "booking_cancelled"):
        text = lines.one("message", "zoe", template=template)["text"]
        assert all(number in text for number in notes)


def test_a_part_refunded_after_the_final_invoice_comes_from_the_newest_money(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.pays("zoe", 3000, at="2027-01-14 10:00", order=order.id)
    company.cancels(order.booking, at="2027-01-20 10:00", refund={"amount": 1000, "currency": "EUR"})
    lines = company.run()
    assert [(note["of"], note["total"]) for note in lines.of("credit_note")] == [("2027-0002", 1000)]
    assert total(lines) == 3500


def test_of_one_payment_what_is_on_the_final_invoice_goes_back_before_the_deposit(company: Story) -> None:
    order = company.books("zoe", "cut", at=NOW, when=THERE)
    company.pays("zoe", 1500, at="2027-01-06 10:00", order=order.id, payment="p")
    company.pays("zoe", 2500, at="2027-01-13 10:00", order=order.id, payment="p")
    company.cancels(order.booking, at="2027-01-20 10:00", refund=euros(500))
    assert set(company.run().of("credit_note").each("of")) == {"2027-0002"}


def test_the_final_invoice_of_two_rates_is_less_in_the_group_of_each_deposit(company: Story) -> None:
    company.file["automations"] = []
    company.automation("ask", "session.booked", wait(days=5), ASK)
    company.service("book", 2110, tax_rate="5.5")
    order = company.books("zoe", seat("cut", THERE), seat("book", "2027-01-13 14:00"), at=NOW)
    company.pays("zoe", 1000, at="2027-01-06 10:00", charges=[order.bookings[0]])
    company.pays("zoe", 1000, at="2027-01-07 10:00", charges=[order.bookings[1]])
    (final,) = invoices(company.run())
    assert final["taxes"] == [{"rate": "20", "net": 2917, "tax": 583}, {"rate": "5.5", "net": 1052, "tax": 58}]


@pytest.mark.parametrize(("regime", "then", "tax"), [("franchise", "normal", 0), ("normal", "franchise", 250)])
def test_a_deposit_bears_the_tax_of_its_day_and_the_final_invoice_does_as_well(
    company: Story, regime: str, then: str, tax: int
) -> None:
    """R18."""
    company.business["legal"] = {
        "siren": "732829320",
        "vat_regime": regime,
        "regimes": [{"from": "2027-01-10", "vat_regime": then}],
    }
    company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    lines = company.run()
    ((deposit,), (final,)) = (deposits(lines), invoices(lines))
    assert (deposit["total"], deposit["tax"]) == (1500, tax)
    assert (final["total"], final["tax"]) == (3000, 2 * tax)


def test_two_rates_are_taken_back_group_by_group(company: Story) -> None:
    company.service("book", 2110, tax_rate="5.5")
    order = company.books("zoe", seat("cut", THERE), seat("book", "2027-01-13 14:00"), at=NOW)
    company.pays("zoe", 1000, at="2027-01-06 10:00", charges=[order.bookings[0]])
    company.pays("zoe", 1000, at="2027-01-07 10:00", charges=[order.bookings[1]])
    company.does("mark_paid", at="2027-01-20 10:00", contact="zoe")
    lines = company.run()
    assert total(lines) == 6610
    assert vat(lines) == 750 + 110
    assert lines.times("event", type="invoice.paid") == ["2027-01-20 10:00"]


def test_money_that_waited_for_its_order_gets_its_deposit_invoice_then(company: Story) -> None:
    company.pays("zoe", 1500, at=NOW, order="o1")
    company.books("zoe", "cut", at="2027-01-06 10:00", when=THERE)
    assert deposits(company.run(until="2027-01-10 00:00")).each("issued_on") == ["2027-01-06"]


def test_a_price_that_falls_below_the_deposit_gives_the_rest_back_as_credit(company: Story) -> None:
    company.service("cut", 4500)
    order = company.books("zoe", "cut", at=NOW, when=THERE, paid=1500)
    company.books("zoe", seat("cut", THERE, price={"amount": 1000, "currency": "EUR"}), at="2027-01-06 10:00",
                  order=order.id, time="2027-01-06 10:00")  # fmt: skip
    lines = company.run()
    assert (total(lines), vat(lines)) == (1000, 167)
