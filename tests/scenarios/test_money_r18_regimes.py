"""R18: the tax is that of the seller's regime at the tax point, and what it changes is told to the owner."""

import pytest

from tests.scenarios.story import ASK, Data, Story, seat

BEFORE, AFTER = "2027-01-28 14:00", "2027-02-03 14:00"
FRANCHISE = "TVA non applicable"


@pytest.fixture
def grown(shop: Story) -> Story:
    """Tell of a seller under the franchise who bears VAT from February on, and asks after each session."""
    shop.business["legal"] = {
        "siren": "732829320",
        "vat_regime": "franchise",
        "regimes": [{"from": "2027-02-01", "vat_regime": "normal"}],
    }
    shop.automation("after", "session.ended", ASK)
    return shop


def taxed(document: Data) -> tuple[int, int, int]:
    """Return net, VAT and total."""
    return document["net"], document["tax"], document["total"]


def test_r18_the_regime_is_that_of_the_service(grown: Story) -> None:
    grown.books("zoe", "cut", at="2027-01-05 10:00", when=BEFORE)
    grown.books("ada", "cut", at="2027-01-05 10:00", when=AFTER)
    lines = grown.run()
    assert taxed(lines.one("invoice", "zoe")) == (4500, 0, 4500)
    assert taxed(lines.one("invoice", "ada")) == (3750, 750, 4500)
    assert not lines.of("alert")


def test_r18_a_regime_holds_from_its_first_day_on(grown: Story) -> None:
    grown.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-01 14:00")
    assert taxed(grown.run().one("invoice", "zoe")) == (3750, 750, 4500)


def test_r18_a_document_after_the_change_says_why_an_older_service_bears_no_vat(grown: Story) -> None:
    grown.books("zoe", seat("cut", "2027-01-31 23:00", minutes=120), at="2027-01-05 10:00")
    lines = grown.run()
    invoice = lines.one("invoice", "zoe")
    assert (invoice["at"][:10], taxed(invoice)) == ("2027-02-01", (4500, 0, 4500))
    assert FRANCHISE in lines.one("message", "zoe")["text"]


def test_r18_money_that_comes_before_the_service_fixes_the_tax_and_the_owner_is_told(grown: Story) -> None:
    grown.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 4500, at="2027-01-20 10:00", order=order.id)
    lines = grown.run()
    assert taxed(lines.one("invoice", "zoe")) == (4500, 0, 4500)
    alert = lines.one("alert", reason="tax_changed")
    assert "agreed at 20 % VAT and is billed at 0 %" in alert["text"]


def test_r18_the_receipt_for_money_before_the_service_notes_the_tax_of_that_day(grown: Story) -> None:
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 1500, at="2027-01-20 10:00", order=order.id)
    lines = grown.run(until="2027-01-21 00:00")
    assert "TVA 0 % 0,00" in lines.one("message", "zoe", template="receipt")["text"]
    assert lines.of("alert").each("reason") == ["tax_changed"]


def test_r18_money_that_proves_not_to_exist_fixes_no_tax_and_the_agreed_rate_comes_back(grown: Story) -> None:
    grown.service("cut", 4500, tax_rate="10")
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 1500, at="2027-01-20 10:00", order=order.id, payment="p1")
    grown.bounces("p1", at="2027-01-25 10:00")
    invoice = grown.run().one("invoice", "zoe")
    assert (invoice["net"], invoice["tax"]) == (4091, 409)


def test_r18_where_vat_falls_due_on_debits_money_before_the_service_changes_nothing(grown: Story) -> None:
    grown.business["legal"]["vat_due_on"] = "debits"
    grown.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 4500, at="2027-01-20 10:00", order=order.id)
    lines = grown.run()
    assert taxed(lines.one("invoice", "zoe")) == (3750, 750, 4500)
    assert not lines.of("alert")


def test_r18_a_net_price_stays_net(grown: Story) -> None:
    grown.service("cut", tax_included=False)
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 2000, at="2027-01-20 10:00", order=order.id)
    invoice = grown.run().one("invoice", "zoe")
    assert (taxed(invoice), invoice["amount_due"]) == ((4500, 0, 4500), 2500)


def test_r18_a_booking_that_moves_into_another_regime_is_taxed_there(grown: Story) -> None:
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=BEFORE)
    grown.moves(order.booking, to=AFTER, at="2027-01-10 10:00")
    assert taxed(grown.run().one("invoice", "zoe")) == (3750, 750, 4500)


def test_r18_one_that_is_billed_already_is_billed_anew_there(grown: Story) -> None:
    grown.automation("at-once", "session.booked", ASK)
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=BEFORE)
    grown.moves(order.booking, to=AFTER, at="2027-01-10 10:00")
    lines = grown.run()
    assert list(map(taxed, lines.of("invoice", "zoe"))) == [(4500, 0, 4500), (3750, 750, 4500)]
    assert taxed(lines.one("credit_note", "zoe")) == (4500, 0, 4500)


def test_r18_an_indemnity_stays_outside_vat_under_any_regime(grown: Story) -> None:
    fee: Data = {"description": "Absence", "price": {"amount": 2000, "currency": "EUR"}, "fee": "indemnity"}
    policy: Data = {"id": "fees", "accepted_at": "2027-01-05T09:00:00Z"}
    grown.automation("absent", "booking.no_show", {"add_charge": fee}, ASK)
    order = grown.books("zoe", seat("cut", AFTER, payment="free", policy=policy), at="2027-01-05 10:00")
    grown.attends(order.booking, "no_show", at="2027-02-03 14:30")
    lines = grown.run()
    assert taxed(lines.one("invoice", "zoe")) == (2000, 0, 2000)
    assert not lines.of("alert")


def test_r18_services_of_two_regimes_stand_on_two_documents(grown: Story) -> None:
    grown.books("zoe", seat("cut", BEFORE), seat("cut", AFTER), at="2027-01-05 10:00", order="o")
    lines = grown.run()
    assert sorted(map(taxed, lines.of("invoice", "zoe"))) == [(3750, 750, 4500), (4500, 0, 4500)]


def test_r9_services_that_are_exempt_for_two_reasons_stand_on_two_documents(grown: Story) -> None:
    grown.business["legal"]["regimes"] = [{"from": "2027-02-01", "vat_regime": "exempt"}]
    grown.file["automations"] = []
    grown.automation("ask", "session.booked", ASK)
    grown.books("zoe", seat("cut", BEFORE), seat("cut", AFTER), at="2027-01-05 10:00")
    lines = grown.run()
    assert list(map(taxed, lines.of("invoice", "zoe"))) == [(4500, 0, 4500)] * 2
    said = [FRANCHISE in text for text in lines.of("message", "zoe").each("text")]
    assert sorted(said) == [False, True]


def test_r18_a_credit_note_keeps_the_regime_of_its_invoice(grown: Story) -> None:
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=BEFORE)
    grown.cancels(order.booking, at="2027-02-10 10:00")
    lines = grown.run()
    assert taxed(lines.one("credit_note", "zoe")) == (4500, 0, 4500)


def test_r18_the_mention_of_debits_follows_the_day_of_the_document(shop: Story) -> None:
    shop.business["legal"] = {"regimes": [{"from": "2027-02-01", "vat_due_on": "debits"}]}
    shop.automation("after", "session.ended", ASK)
    shop.client("zoe", kind="business")
    shop.client("ada", kind="business")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=BEFORE)
    shop.books("ada", "cut", at="2027-01-05 10:00", when=AFTER)
    lines = shop.run()
    said = ["d'après les débits" in lines.one("message", name)["text"] for name in ("zoe", "ada")]
    assert said == [False, True]


def test_r18_so_it_does_where_the_service_began_on_the_day_before(shop: Story) -> None:
    shop.business["legal"] = {"regimes": [{"from": "2027-02-01", "vat_due_on": "debits"}]}
    shop.automation("after", "session.ended", ASK)
    shop.client("zoe", kind="business")
    shop.books("zoe", seat("cut", "2027-01-31 23:00", minutes=120), at="2027-01-05 10:00")
    assert "d'après les débits" in shop.run().one("message", "zoe")["text"]


def test_r18_money_before_the_service_for_an_issued_document_leaves_its_tax_and_the_owner_is_told(
    grown: Story,
) -> None:
    grown.automation("at-once", "session.booked", ASK)
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 1500, at="2027-01-20 10:00", order=order.id, payment="p1")
    grown.pays("zoe", 3000, at="2027-01-21 10:00", order=order.id, payment="p2")
    lines = grown.run()
    invoice = lines.one("invoice", "zoe")
    assert taxed(invoice) == (3750, 750, 4500)
    (alert,) = lines.of("alert")
    assert alert["reason"] == "tax_kept"
    for words in (
        f"15.00 EUR of payment p1 came on 2027-01-20, before the service of {invoice['number']} on 2027-02-03",
        "franchise that day", "issued under normal", "keeps its 20 % VAT, where 0 % fell due",
    ):  # fmt: skip
        assert words in alert["text"], alert["text"]


def test_r18_credit_that_is_used_before_the_service_is_such_money_too(grown: Story) -> None:
    grown.pays("zoe", 2000, at="2027-01-04 10:00")
    grown.automation("at-once", "session.booked", ASK)
    grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    assert "20.00 EUR of payment" in grown.run().one("alert", reason="tax_kept")["text"]


def test_r18_credit_counts_when_it_is_used_not_when_it_came(grown: Story) -> None:
    grown.pays("zoe", 2000, at="2027-01-20 10:00")
    grown.automation("at-once", "session.booked", ASK)
    grown.books("zoe", "cut", at="2027-02-01 10:00", when=AFTER)
    lines = grown.run()
    assert taxed(lines.one("invoice", "zoe")) == (3750, 750, 4500)
    assert not lines.of("alert")


@pytest.mark.parametrize("at", ["2027-02-02 10:00", "2027-02-04 10:00"])
def test_r18_money_of_the_same_regime_needs_no_word(grown: Story, at: str) -> None:
    grown.automation("at-once", "session.booked", ASK)
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 4500, at=at, order=order.id)
    assert not grown.run().of("alert")


def test_r18_where_vat_falls_due_on_debits_early_money_for_a_document_needs_no_word(grown: Story) -> None:
    grown.business["legal"]["vat_due_on"] = "debits"
    grown.automation("at-once", "session.booked", ASK)
    order = grown.books("zoe", "cut", at="2027-01-05 10:00", when=AFTER)
    grown.pays("zoe", 4500, at="2027-01-20 10:00", order=order.id)
    assert not grown.run().of("alert")


def test_r18_a_draft_whose_charges_fall_under_two_regimes_is_parted_when_it_is_confirmed(grown: Story) -> None:
    grown.automation("draft", "session.booked", {"request_payment": {"document": "draft"}})
    grown.books("zoe", "cut", "colour", at="2027-01-05 10:00", when=AFTER, order="o1")
    grown.pays("zoe", 1000, at="2027-01-06 10:00", charges=["o1-b1"])
    grown.does("confirm_draft", at="2027-01-08 10:00", contact="zoe")
    grown.does("confirm_draft", at="2027-01-09 10:00", contact="zoe")
    lines = grown.run()
    documents = lines.of("invoice", "zoe")
    assert [one["charges"] for one in documents if one["status"] == "draft"] == [["o1-b1", "o1-b2"], ["o1-b2"]]
    issued, last = [one for one in documents if one["status"] == "issued"]
    assert (issued["charges"], taxed(issued)) == (["o1-b1"], (4500, 0, 4500))
    assert (last["charges"], taxed(last)) == (["o1-b2"], (6667, 1333, 8000))
    alert = lines.one("alert", reason="draft_parted")
    assert f"o1-b2 fall under another VAT regime than the rest of {issued['number']}" in alert["text"]
