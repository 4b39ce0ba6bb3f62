"""Acts on documents, live: issued, voided, credited, given up, held, each with its actor (R8-R13, R25)."""

from pathlib import Path

import pytest

from tests.database.conftest import Relance, Terminal
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import charge_added


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def kinds(lines: list[dict[str, object]]) -> list[object]:
    return [line["kind"] for line in lines if "kind" in line and line["kind"] != "event"]


def test_a_booking_is_invoiced_and_sent(desk: FrontDesk) -> None:
    order = desk.books()
    done, *lines = desk.does("invoices", "create", "--booking", f"{order}-b1")
    assert done == {"booking": "o1-b1", "done": "invoiced"}
    assert kinds(lines) == ["invoice", "message"]
    assert (lines[0]["total"], lines[0]["cause"]) == (4500, {"act": "issue", "actor": "olga"})
    assert desk.acts() == [("olga", "invoiced", "o1-b1")]
    assert desk.balanced()


def test_all_that_a_client_owes_stands_on_one_document(desk: FrontDesk) -> None:
    desk.books()
    desk.books()
    desk.tells("charge.added", charge_added("key"))
    _, *lines = desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    assert kinds(lines) == ["invoice"]
    assert lines[0]["total"] == 2 * 4500 + 2500
    assert sorted(lines[0]["charges"]) == ["key", "o1-b1", "o2-b1"]


def test_what_others_owe_and_this_client_pays_comes_along(desk: FrontDesk) -> None:
    desk.tells("contact.updated", {"contact": {"id": "ada", "bill_to": "zoe"}})
    desk.books("ada")
    _, *lines = desk.does("invoices", "create", "--contact", "zoe")
    assert (lines[0]["contact"], lines[0]["total"]) == ("zoe", 4500)


def test_nothing_is_invoiced_twice(desk: FrontDesk) -> None:
    order = desk.books()
    desk.does("invoices", "create", "--booking", f"{order}-b1")
    assert "Nothing is to be invoiced for booking o1-b1" in desk.refused_plain(
        "invoices", "create", "--booking", "o1-b1"
    )
    assert len(desk.listed("invoices", "list")) == 1


def test_a_dry_run_changes_nothing(desk: FrontDesk) -> None:
    order = desk.books()
    would, *lines = desk.does("invoices", "create", "--booking", f"{order}-b1", "--dry-run")
    assert would == {"booking": "o1-b1", "would": "invoiced"}
    assert kinds(lines) == ["invoice", "message"]
    assert desk.listed("invoices", "list") == []
    assert desk.acts() == []


@pytest.fixture
def billed(desk: FrontDesk) -> FrontDesk:
    """Invoice a cut of 45 €; its number is in `number`."""
    order = desk.books()
    _, invoice, *_ = desk.does("invoices", "create", "--booking", f"{order}-b1")
    desk.number = str(invoice["number"])
    return desk


def test_what_cant_be_undone_is_asked_first(billed: FrontDesk) -> None:
    answer = billed.says("invoices", "void", billed.number)
    assert "nobody can be asked" in answer.err
    assert billed.invoice(billed.number)["status"] == "issued"
    said = billed.says("invoices", "void", billed.number, typed=Terminal("n\n"))
    assert (said.code, "would be voided" in said.out) == (1, True)
    said = billed.says("invoices", "void", billed.number, typed=Terminal("y\n"))
    assert f"{billed.number}: voided." in said.out
    assert billed.invoice(billed.number)["status"] == "void"
    assert billed.balanced()


def test_a_part_is_credited_by_amount_and_by_line(billed: FrontDesk) -> None:
    _, note, *_ = billed.does("invoices", "credit", billed.number, "--amount", "15", "--yes", "--reason", "late")
    assert (note["kind"], note["total"], note["of"]) == ("credit_note", 1500, billed.number)
    _, note, *more = billed.does("invoices", "credit", billed.number, "--line", "1", "--notify", "--yes")
    assert note["total"] == 3000
    (told,) = [line for line in more if line["kind"] == "message"]
    assert (told["template"], told["purpose"], told["to"]) == ("credit_note", "legal", "zoe@example.org")
    billed.upstream.delivers()
    sent = billed.listed("messages", "list")[-1]
    assert sent["subject"] == f"Avoir {note['number']} – Atelier"
    assert "d'un montant de 30,00\xa0€." in billed.says("messages", "show", sent["id"], "--json").line["text"]
    assert billed.invoice(billed.number)["status"] == "void"
    assert billed.balanced()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--amount", "45.01"], "can't be credited: 45.00 EUR of it can still be credited."),
        (["--amount", "1.005"], "has more decimals than EUR has"),
        (["--amount", "0"], "must be more than nothing"),
        (["--amount", "ten"], "is no amount"),
        (["--line", "2"], "has no line 2"),
        ([], "Say what is credited"),
    ],
)
def test_what_is_no_credit_is_refused(billed: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in billed.refused("invoices", "credit", billed.number, *arguments)
    assert billed.invoice(billed.number)["credited"] == 0


def test_a_debt_is_given_up_with_reason_and_proof(billed: FrontDesk) -> None:
    billed.does("invoices", "write-off", billed.number, "--reason", "moved away", "--proof", "letter", "--yes")
    shown = billed.invoice(billed.number)
    assert (shown["status"], shown["amount_due"]) == ("written_off", 4500)
    assert billed.listed("invoices", "list", "--status", "written_off")[0]["number"] == billed.number
    assert billed.balanced()


def test_a_due_date_is_moved_and_never_before_the_issue(billed: FrontDesk) -> None:
    billed.does("invoices", "set-due", billed.number, "2099-01-31")
    assert billed.invoice(billed.number)["due_on"] == "2099-01-31"
    assert "it can't be due before" in billed.refused_plain("invoices", "set-due", billed.number, "2001-01-01")


def test_a_document_and_a_payer_are_held_and_released(billed: FrontDesk) -> None:
    billed.does("invoices", "hold", billed.number, "--kind", "dispute", "--until", "2099-01-31", "--note", "says wrong")
    billed.does("invoices", "hold", "--contact", "zoe", "--kind", "insolvency")
    billed.does("invoices", "release", billed.number)
    assert "There is no hold to release." in billed.refused_plain("invoices", "release", billed.number)
    billed.does("invoices", "release", "--contact", "zoe")
    assert [act for _, act, _ in billed.acts()] == ["invoiced", "held", "held", "released", "released"]


@pytest.mark.parametrize(
    ("act", "how"),
    [
        (["invoices", "void"], "void"),
        (["payments", "mark-paid"], "paid"),
        (["invoices", "write-off", "--reason", "moved away"], "written off"),
    ],
)
def test_what_nobody_is_reminded_of_is_not_held(billed: FrontDesk, act: list[str], how: str) -> None:
    billed.does(*act, billed.number, "--yes")
    told = billed.refused_plain("invoices", "hold", billed.number, "--kind", "dispute")
    assert told == f"{billed.number} can't be put on hold: it is {how}, and nothing of it is asked for."
    assert billed.listed("contacts", "show", "zoe")[0]["holds"] == []


def test_what_asks_for_nothing_is_not_held(billed: FrontDesk) -> None:
    _, note, *_ = billed.does("invoices", "credit", billed.number, "--amount", "15", "--yes")
    assert "can't be put on hold" in billed.refused_plain("invoices", "hold", note["number"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["invoices", "void", "2026-9999"], "has no document '2026-9999'."),
        (["invoices", "create", "--booking", "b9"], "has no booking 'b9'."),
        (["invoices", "create", "--contact", "zo"], "has no contact 'zo'. Did you mean zoe?"),
        (["invoices", "create"], "Say for what"),
        (["invoices", "hold"], "Name a document, or a payer"),
    ],
)
def test_what_is_not_there_is_one_message(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused_plain(*arguments)


@pytest.mark.parametrize(
    "name", ["o1-b1", "booking:o1-b1", "order:o1", "session:o1-s1", "charge:o1-b1", "payment:till"]
)
def test_documents_are_found_by_what_they_are_linked_to(billed: FrontDesk, name: str) -> None:
    billed.does("payments", "record", "--yes", "20", billed.number, "--id", "till")
    ours = billed.number
    billed.invoices("ada")
    assert [one["number"] for one in billed.listed("invoices", "list", "--linked-to", name)] == [ours]


def test_credit_notes_are_found_by_their_invoice_and_the_invoice_by_them(billed: FrontDesk) -> None:
    _, note, *_ = billed.does("invoices", "credit", billed.number, "--amount", "15", "--yes")
    found = billed.listed("invoices", "list", "--kind", "credit_note", "--linked-to", f"invoice:{billed.number}")
    assert [one["number"] for one in found] == [note["number"]]
    assert [one["number"] for one in billed.listed("invoices", "list", "--linked-to", note["number"])] == [
        billed.number
    ]


def test_what_nothing_is_linked_to_finds_nothing(billed: FrontDesk) -> None:
    assert billed.listed("invoices", "list", "--linked-to", "b9") == []
    assert "'cat:b9' names nothing" in billed.refused_plain("invoices", "list", "--linked-to", "cat:b9")


def test_a_redis_that_is_away_changes_nothing_and_says_nothing(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_REDIS_URL", "redis://127.0.0.1:1")
    order = desk.books()
    done, *_ = desk.does("invoices", "create", "--booking", f"{order}-b1")
    assert done["done"] == "invoiced"
