"""Acts on money, live: marked as paid, recorded, used, given back, reversed (R15-R17, R28)."""

from pathlib import Path

import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, charge_added, money, session


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk and invoice a cut of 45 €."""
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.invoices()
    return desk


def test_marked_as_paid_with_means_day_note_and_actor(desk: FrontDesk) -> None:
    _, payment, *_ = desk.does(
        "payments", "mark-paid", desk.number, "--method", "cash", "--on", "2026-01-05", "--note", "at the till", "--yes"
    )
    assert (payment["amount"], payment["documents"]) == (4500, [desk.number])
    assert desk.invoice(desk.number)["status"] == "paid"
    (listed,) = desk.listed("payments", "list")
    assert (listed["method"], listed["at"], listed["actor"]) == ("cash", "2026-01-05T00:00:00+01:00", "olga")
    assert listed["note"] == "at the till"
    assert ("olga", "marked as paid", desk.number) in desk.acts()
    said = desk.says("changes", "--kind", "invoice", "--lang", "fr").out
    assert f"facture {desk.number}" in said
    assert "marqué comme payé" in said
    assert "montant: 45.00 EUR" in said
    assert desk.balanced()


def test_a_deposit_online_and_the_rest_in_person_is_one_history(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "20", desk.number, "--method", "transfer")
    _, payment, *_ = desk.does("payments", "mark-paid", desk.number, "--yes")
    assert payment["amount"] == 2500
    assert [one["amount"] for one in desk.invoice(desk.number)["payments"]] == [2000, 2500]


def test_marking_as_paid_is_asked_for_and_never_undone(desk: FrontDesk) -> None:
    assert "nobody can be asked" in desk.says("payments", "mark-paid", desk.number).err
    desk.does("payments", "mark-paid", desk.number, "--yes")
    assert "it is paid, and nothing of it is open" in desk.refused("payments", "mark-paid", desk.number)
    told = desk.refused_plain("payments", "unmark", desk.number)
    assert all(way in told for way in ("payments refund", "invoices credit", "payments reverse"))
    assert desk.listed("payments", "list")[0]["id"] in told
    assert len(desk.listed("payments", "list")) == 1


def test_what_is_not_paid_can_not_be_unmarked(desk: FrontDesk) -> None:
    assert "nothing of it is paid" in desk.refused_plain("payments", "unmark", desk.number)


def test_owners_read_amounts_as_people_say_them(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "45", desk.number, "--id", "p")
    desk.does("payments", "record", "--yes", "45", desk.number, "--id", "again")
    desk.does("payments", "refund", "p", "--amount", "12.50", "--yes")
    told = [one["text"] for one in desk.listed("alerts")]
    done = desk.says("payments", "refund", "p", "--amount", "1", "--yes").out
    assert done.endswith("\nThe owner is told: Refund 1.00 EUR of payment p to the client.\n")
    assert told == [
        "45.00 EUR of payment again came for what was no longer owed: it is the client's credit now.",
        "Refund 12.50 EUR of payment p to the client.",
    ]


def test_money_that_has_not_come_is_not_booked(desk: FrontDesk) -> None:
    assert "in the future" in desk.refused("payments", "mark-paid", desk.number, "--on", "2099-01-01")


def test_one_payment_settles_many_documents_and_the_rest_is_credit(desk: FrontDesk) -> None:
    first, second = desk.number, desk.invoices()
    done, payment, *_ = desk.does("payments", "record", "--yes", "100", second, first, "--id", "till-7")
    assert (done["payment"], done["done"]) == ("till-7", "recorded")
    assert sorted(payment["documents"]) == sorted([first, second])
    assert [desk.invoice(number)["status"] for number in (first, second)] == ["paid", "paid"]
    (left,) = desk.listed("payments", "list", "--unallocated")
    assert (left["id"], left["credit"]) == ("till-7", 1000)
    assert "is booked already" in desk.refused_plain("payments", "record", "100", first, "--id", "till-7")
    assert desk.balanced()


def test_payments_are_chosen_by_whether_their_money_is_on_an_invoice(desk: FrontDesk) -> None:
    def chosen(*options: str) -> list[str]:
        return [one["id"] for one in desk.listed("payments", "list", *options)]

    desk.tells("charge.added", charge_added("key"))
    desk.does("payments", "record", "45", desk.number, "--id", "billed", "--yes")
    desk.does("payments", "record", "10", "--charge", "key", "--id", "ahead", "--yes")
    assert (chosen("--invoiced"), chosen("--not-invoiced")) == (["billed"], ["ahead"])
    desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    assert (chosen("--invoiced"), chosen("--not-invoiced")) == (["billed", "ahead"], [])
    desk.does("payments", "reverse", "billed", "--reason", "bounced", "--yes")
    assert (chosen("--invoiced"), chosen("--not-invoiced")) == (["ahead"], ["billed"])
    assert chosen("--not-invoiced", "--limit", "1", "--contact", "ada") == []


def test_booking_money_is_asked_for_like_marking_as_paid(desk: FrontDesk) -> None:
    asked = desk.says("payments", "record", "20", desk.number)
    assert "nobody can be asked" in asked.err
    assert desk.number in asked.out
    assert desk.listed("payments", "list") == []
    desk.does("payments", "record", "60", "--contact", "zoe", "--id", "ahead", "--yes")
    number = desk.invoices("ada")
    assert "nobody can be asked" in desk.says("payments", "allocate", "ahead", number).err
    assert desk.listed("payments", "list")[0]["credit"] == 1500


def test_the_documents_named_first_are_paid_first(desk: FrontDesk) -> None:
    first, second = desk.number, desk.invoices()
    desk.does("payments", "record", "--yes", "50", second, first)
    assert [desk.invoice(number)["amount_due"] for number in (first, second)] == [4000, 0]


def test_money_for_a_client_goes_to_debts_and_for_charges_to_them(desk: FrontDesk) -> None:
    desk.tells("charge.added", charge_added("key"))
    desk.does("payments", "record", "--yes", "25", "--charge", "key")
    desk.does("payments", "record", "--yes", "60", "--contact", "zoe")
    assert desk.invoice(desk.number)["status"] == "paid"
    assert [one["credit"] for one in desk.listed("payments", "list")] == [0, 1500]


def test_money_for_a_charge_alone_is_of_whom_its_document_is_for(desk: FrontDesk) -> None:
    order = desk.books("ada")
    number = desk.does("invoices", "create", "--booking", f"{order}-b1")[1]["number"]
    _, payment, *_ = desk.does("payments", "record", "--yes", "45", "--charge", f"{order}-b1")
    assert (payment["contact"], payment["documents"]) == ("ada", [number])
    assert desk.invoice(number)["status"] == "paid"


def test_credit_is_used_for_a_document(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "60", "--contact", "zoe", "--id", "ahead")
    number = desk.invoices(send=False)
    assert desk.invoice(number)["amount_due"] == 3000, "credit is used at issue"
    other = desk.invoices()
    desk.does("payments", "record", "--yes", "50", "--contact", "ada", "--id", "adas")
    desk.does("payments", "allocate", "--yes", "adas", other)
    assert desk.invoice(other)["status"] == "paid"
    assert "Nothing of payment ahead is left" in desk.refused_plain("payments", "allocate", "ahead", number)
    assert desk.balanced()


def test_a_payment_goes_back_its_credit_first(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "60", desk.number, "--id", "p")
    _, *lines = desk.does("payments", "refund", "p", "--amount", "20", "--yes", "--notify")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [1500, 500]
    assert [line["total"] for line in lines if line["kind"] == "credit_note"] == [500]
    assert [line["template"] for line in lines if line["kind"] == "message"] == ["refund"]
    desk.upstream.delivers()
    sent = desk.listed("messages", "list")[-1]
    assert "Nous vous remboursons 20,00\xa0€." in desk.says("messages", "show", sent["id"], "--json").line["text"]
    assert desk.invoice(desk.number)["amount_due"] == 0
    assert desk.balanced()


def test_all_credit_notes_of_a_refund_stand_in_its_mail_with_number_and_date(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "100", desk.number, "--id", "p")
    first, second = desk.number, desk.invoices()
    _, *lines = desk.does("payments", "refund", "p", "--amount", "80", "--yes", "--notify")
    notes = {line["of"]: line for line in lines if line["kind"] == "credit_note"}
    assert set(notes) == {first, second}
    desk.upstream.delivers()
    sent = desk.listed("messages", "list")[-1]
    text = desk.says("messages", "show", sent["id"], "--json").line["text"]
    day = "/".join(reversed(lines[0]["at"][:10].split("-")))
    assert "Nous vous remboursons 80,00\xa0€." in text
    for number, note in notes.items():
        assert f"Avoir {note['number']} du {day} sur la facture {number} du {day}\n" in text


def test_who_gets_money_back_reads_only_what_was_credited_of_their_own(desk: FrontDesk) -> None:
    zoes, adas = desk.number, desk.invoices("ada")
    desk.does("payments", "record", "--yes", "90", zoes, adas, "--contact", "ada", "--id", "both")
    desk.does("payments", "refund", "both", "--yes", "--notify")
    desk.upstream.delivers()
    sent = {one["contact"]: one["id"] for one in desk.listed("messages", "list") if one["template"] == "refund"}
    text = {who: desk.says("messages", "show", id_, "--json").line["text"] for who, id_ in sent.items()}
    assert [[f"sur la facture {number} " in text[who] for number in (zoes, adas)] for who in ("zoe", "ada")] == [
        [True, False],
        [False, True],
    ]


def test_a_document_is_given_back_in_parts_up_to_what_was_paid(desk: FrontDesk) -> None:
    desk.does("payments", "mark-paid", desk.number, "--yes")
    desk.does("payments", "refund", desk.number, "--amount", "15", "--yes")
    assert "45.01 EUR" not in desk.refused("payments", "refund", desk.number, "--amount", "30.01")
    desk.does("payments", "refund", desk.number, "--yes")
    assert desk.invoice(desk.number)["status"] == "void"
    assert "nothing was paid" in desk.refused("payments", "refund", desk.number)
    assert desk.balanced()


@pytest.fixture
def ahead(desk: FrontDesk) -> FrontDesk:
    """Make zoe a company that pays 60.00 of a charge of 150.00 ahead; the deposit invoice is in `number`."""
    desk.tells("contact.updated", {"contact": {"id": "zoe", "kind": "business"}})
    desk.tells("charge.added", charge_added("m5", price=money(15000)))
    _, *lines = desk.does("payments", "record", "60", "--charge", "m5", "--id", "D3", "--yes")
    desk.number = next(line["number"] for line in lines if line["kind"] == "invoice")
    return desk


@pytest.mark.parametrize("by", ["number", "payment"])
def test_a_deposit_goes_back_by_its_number_as_by_its_payment(ahead: FrontDesk, by: str) -> None:
    name = ahead.number if by == "number" else "D3"
    _, *lines = ahead.does("payments", "refund", name, "--amount", "20", "--yes")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [2000]
    assert [(line["of"], line["total"]) for line in lines if line["kind"] == "credit_note"] == [(ahead.number, 2000)]
    assert "40.00 EUR is left of what was paid" in ahead.refused("payments", "refund", name, "--amount", "41")
    _, *lines = ahead.does("payments", "refund", name, "--yes")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [4000]
    assert ahead.invoice(ahead.number)["status"] == "void"
    assert "all of it went back already" in ahead.refused("payments", "refund", name)
    assert ahead.balanced()


def test_a_deposit_that_goes_back_after_the_final_invoice_is_void_takes_nothing_off_it(ahead: FrontDesk) -> None:
    number = ahead.does("invoices", "create", "--contact", "zoe")[1]["number"]
    ahead.does("invoices", "void", number, "--yes")
    _, *lines = ahead.does("payments", "refund", "D3", "--amount", "20", "--yes")
    assert [(line["of"], line["total"]) for line in lines if line["kind"] == "credit_note"] == [(ahead.number, 2000)]
    assert "taken_off_invoice" not in [one["reason"] for one in ahead.listed("alerts")]
    assert ahead.balanced()


def test_the_list_of_payments_says_how_they_stand(desk: FrontDesk) -> None:
    desk.does("payments", "record", "--yes", "45", desk.number, "--id", "p")
    desk.does("payments", "refund", "p", "--amount", "20", "--yes")
    assert " partially_refunded " in desk.says("payments", "list").out
    desk.does("payments", "refund", "p", "--yes")
    assert " refunded " in desk.says("payments", "list").out


@pytest.mark.parametrize("arguments", [("void",), ("credit", "--amount", "10"), ("write-off", "--reason", "gone")])
def test_what_a_deposit_can_not_be_says_what_to_do_instead(ahead: FrontDesk, arguments: tuple[str, ...]) -> None:
    told = ahead.refused("invoices", arguments[0], ahead.number, *arguments[1:])
    assert "it is a deposit invoice" in told
    assert f"`relance payments refund {ahead.number}`" in told


@pytest.mark.parametrize("arguments", [("void",), ("write-off", "--reason", "gone")])
def test_what_is_paid_is_neither_voided_nor_given_up(desk: FrontDesk, arguments: tuple[str, ...]) -> None:
    desk.does("payments", "mark-paid", desk.number, "--yes")
    told = desk.refused("invoices", arguments[0], desk.number, *arguments[1:])
    ways = (f"payments refund {desk.number}", f"invoices credit {desk.number} --amount", "payments reverse PAYMENT")
    assert all(way in told for way in ways)


def test_a_receipt_is_no_document_to_give_money_back_on(desk: FrontDesk) -> None:
    desk.tells("charge.added", charge_added("key"))
    _, *lines = desk.does("payments", "record", "--yes", "10", "--charge", "key")
    receipt = next(line["number"] for line in lines if line["kind"] == "receipt")
    assert "`relance payments refund PAYMENT` gives one back" in desk.refused("payments", "refund", receipt)


def test_a_part_of_an_order_goes_back(desk: FrontDesk) -> None:
    order = desk.books(paid=4500)
    _, *lines = desk.does("payments", "refund", "--order", order, "--amount", "10", "--yes")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [1000]
    told = desk.refused("payments", "refund", "--order", order, "--amount", "36")
    assert "36.00 EUR can't be given back: 35.00 EUR is left of what was paid. Give back at most that." in told
    assert desk.listed("bookings", "list")[-1]["status"] == "booked"


def test_of_an_order_in_two_currencies_a_part_goes_back_of_what_was_paid_in_its_own(desk: FrontDesk) -> None:
    dear = booking("b2", session=session("s2"), price=money(9000, "USD"))
    order = desk.books("zoe", dear, booking("b1", session=session("s1")), paid=4500)
    told = desk.refused("payments", "refund", "--order", order, "--amount", "50")
    assert "50.00 EUR can't be given back: 45.00 EUR is left" in told
    _, *lines = desk.does("payments", "refund", "--order", order, "--amount", "10", "--yes")
    assert [(line["amount"], line["currency"]) for line in lines if line["kind"] == "refund"] == [(1000, "EUR")]
    assert desk.balanced()


def test_a_bounced_cheque_opens_the_debt_again(desk: FrontDesk) -> None:
    done, *_ = desk.does("payments", "mark-paid", desk.number, "--method", "cheque", "--yes")
    payment = done["payment"]
    desk.does("payments", "reverse", payment, "--reason", "bounced", "--yes")
    assert (desk.invoice(desk.number)["status"], desk.invoice(desk.number)["amount_due"]) == ("issued", 4500)
    assert "is reversed already: bounced." in desk.refused("payments", "reverse", payment, "--reason", "again")
    assert "proved not to exist" in desk.refused("payments", "refund", payment)
    assert desk.balanced()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["record", "10"], "Say what the money is for"),
        (["record", "10", "--contact", "zo"], "Did you mean zoe?"),
        (["record", "10", "--charge", "none"], "has no charge 'none'"),
        (["allocate", "p9", "x"], "has no payment 'p9'"),
        (["refund"], "Say what to give back"),
        (["refund", "p9", "--yes"], "Nor has it such a payment: `relance payments list` shows them."),
        (["refund", "--order", "o9", "--yes"], "has no order 'o9' with anything to pay"),
        (["unmark", "2099-0001"], "has no document '2099-0001'"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused_plain("payments", *arguments)


def test_money_is_never_converted(desk: FrontDesk) -> None:
    told = desk.refused_plain("payments", "record", "10", desk.number, "--currency", "usd")
    assert "is in EUR, not in USD: money is never converted. Say what came in EUR with --currency EUR" in told
    assert "without the currency, here EUR." in desk.refused_plain("payments", "record", "10 EUR", desk.number)


def test_money_is_taken_in_the_currency_of_what_it_is_for(desk: FrontDesk) -> None:
    desk.tells("charge.added", charge_added("tea", price=money(3333, "JPY")))
    _, payment, *_ = desk.does("payments", "record", "--yes", "333", "--charge", "tea", "--id", "a")
    assert (payment["amount"], payment["currency"]) == (333, "JPY")
    number = desk.does("invoices", "create", "--contact", "zoe")[1]["number"]
    desk.does("payments", "record", "--yes", "3000", number)
    assert desk.invoice(number)["status"] == "paid"
    assert desk.balanced()


def test_the_debts_of_two_clients_need_to_be_told_who_paid(desk: FrontDesk) -> None:
    zoes, adas = desk.number, desk.invoices("ada")
    assert "say with --contact" in desk.refused_plain("payments", "record", "90", zoes, adas)
    desk.does("payments", "record", "--yes", "90", zoes, adas, "--contact", "ada")
    assert desk.invoice(zoes)["status"] == desk.invoice(adas)["status"] == "paid"
