"""`relance books totals | rows | close | closings | export`: the figures of a period, each traceable to its rows."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from models.accounting import COLUMNS
from models.db import make_engine
from tests.database.conftest import Relance, url_after
from tests.database.upstream import Upstream
from tests.samples import encoded, money, payment_received
from tests.scenarios.story import ASK, Databases, Story, euros, wait

YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")


def tell(shop: Story) -> None:
    """Two rates, a part payment, a cancelled booking that gives money back, a bounced cheque, money ahead."""
    shop.span("2025-01-01 00:00", "2025-04-01 00:00")
    shop.service("yoga", 1500, tax_rate="5.5")
    shop.client("zoe", name="Zoé\tMartin")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", "yoga", at="2025-01-05 10:00", when="2025-01-08 14:00")
    shop.pays("zoe", 2000, at="2025-01-06 09:00", method="cash", invoice="2025-0001")
    shop.pays("zoe", 4000, at="2025-02-06 09:00", invoice="2025-0001")
    colour = shop.books("ada", "colour", at="2025-01-10 10:00", when="2025-02-20 14:00")
    shop.pays("ada", 8000, at="2025-01-11 09:00", order=colour.id)
    shop.cancels(colour.booking, at="2025-02-01 10:00", refund="full")
    shop.books("ada", "cut", at="2025-02-10 10:00", when="2025-02-21 14:00")
    cheque = shop.pays("ada", 4500, at="2025-02-11 09:00", method="cheque", invoice="2025-0003")
    shop.bounces(cheque, at="2025-02-20 09:00")
    shop.pays("ada", 700, at="2025-03-01 09:00", charges=["nothing-known"])
    shop.run()


@pytest.fixture(scope="module")
def told(databases: Databases) -> str:
    """Return the URL of a database in which all this happened."""
    return url_after(databases, tell)


@pytest.fixture
def books(command: Callable[[str], Relance], told: str) -> Relance:
    """Return `relance` for that database."""
    return command(told)


def figures(books: Relance, *options: str) -> list[dict[str, object]]:
    """Return the totals of 2025."""
    return books("books", "totals", *(options or YEAR), "--json").lines


def test_sales_and_their_vat_by_rate(books: Relance) -> None:
    sales = [line for line in figures(books) if line["figure"] == "sales"]
    assert [(line["rate"], line["net"], line["tax"], line["amount"]) for line in sales] == [
        ("5.5", 1422, 78, 1500),
        ("20", 7500, 1500, 9000),
    ]


def test_money_by_day_and_method(books: Relance) -> None:
    money = [line for line in figures(books) if line["figure"] == "money"]
    assert [(line["day"], line["method"], line["amount"]) for line in money] == [
        ("2025-01-06", "cash", 2000),
        ("2025-01-11", "card", 8000),
        ("2025-02-01", "card", -8000),
        ("2025-02-06", "card", 4000),
        ("2025-02-11", "cheque", 4500),
        ("2025-02-20", "cheque", -4500),
        ("2025-03-01", "card", 700),
    ]


def test_vat_of_what_was_received_by_rate(books: Relance) -> None:
    received = [line for line in figures(books) if line["figure"] == "vat_of_money"]
    summed: Counter[str] = Counter()
    for line in received:
        summed[str(line["rate"])] += int(str(line["amount"]))
    assert summed == {"20": 4500, "5.5": 1500}
    before = [line for line in received if str(line["day"]) < "2025-02-07"]
    assert [(line["day"], line["rate"], line["net"], line["tax"]) for line in before] == [
        ("2025-01-06", "5.5", 474, 26),
        ("2025-01-06", "20", 1250, 250),
        ("2025-01-11", "20", 6667, 1333),
        ("2025-02-01", "20", -6667, -1333),
        ("2025-02-06", "5.5", 948, 52),
        ("2025-02-06", "20", 2500, 500),
    ], "in proportion to what was open (R27)"


def test_every_figure_is_the_sum_of_its_rows(books: Relance) -> None:
    rows = books("books", "rows", *YEAR, "--json").lines
    for figure in ("sales", "money", "vat_of_money"):
        summed = sum(int(str(line["amount"])) for line in figures(books) if line["figure"] == figure)
        assert summed == sum(row["amount"] for row in rows if row["figure"] == figure)
    assert {row["number"] for row in rows if row["figure"] == "sales"} == {
        *("2025-0001", "2025-0002", "2025-0003", "A2025-0001")
    }


def give_up(shop: Story) -> None:
    """Let 15 of 45 euros be paid, and the rest be given up."""
    shop.span("2025-01-01 00:00", "2025-04-01 00:00")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-08 14:00")
    shop.pays("zoe", 1500, at="2025-01-06 09:00", invoice="2025-0001")
    shop.does("write_off", at="2025-02-20 10:00", number="2025-0001")
    shop.run()


def test_of_what_is_given_up_the_books_say_net_and_vat_of_what_was_open(
    databases: Databases, command: Callable[[str], Relance]
) -> None:
    """R13."""
    found = figures(command(url_after(databases, give_up)))
    (line,) = [line for line in found if line["figure"] == "written_off"]
    assert (line["net"], line["tax"], line["amount"]) == (2500, 500, 3000)


def bounce(shop: Story) -> None:
    """Let a cheque bounce, and be told of once more, as of another amount."""
    shop.span("2025-01-01 00:00", "2025-04-01 00:00")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-08 14:00")
    shop.pays("zoe", 4500, at="2025-01-06 09:00", payment="p", invoice="2025-0001")
    shop.bounces("p", at="2025-01-07 09:00")
    shop.pays("zoe", 5000, at="2025-01-08 09:00", payment="p", invoice="2025-0001")
    shop.run()


def test_money_that_proved_not_to_exist_comes_to_nothing_in_the_journal(databases: Databases) -> None:
    """R15."""
    with psycopg.connect(url_after(databases, bounce)) as connection:
        entered = connection.execute(
            "SELECT kind, (content ->> 'amount')::int FROM journal WHERE row_id = 'p' ORDER BY sequence"
        ).fetchall()
    assert [amount for kind, amount in entered if kind == "reversal"] == [-4500, -500]
    assert sum(amount for _, amount in entered) == 0


def pay_ahead(shop: Story) -> None:
    """Let 20 of 60 euros be paid before they are billed."""
    shop.span("2025-01-01 00:00", "2025-04-01 00:00")
    shop.service("yoga", 1500, tax_rate="5.5")
    shop.automation("ask", "session.booked", wait(days=2), ASK)
    shop.books("zoe", "cut", "yoga", at="2025-01-05 10:00", when="2025-01-08 14:00", paid=2000)
    shop.run()


def bounce_after_a_credit_note(shop: Story) -> None:
    """Let the one rate be credited, and the money for the other bounce."""
    shop.span("2025-01-01 00:00", "2025-04-01 00:00")
    shop.service("yoga", 1500, tax_rate="5.5")
    shop.automation("ask", "session.booked", ASK)
    order = shop.books("zoe", "cut", "yoga", at="2025-01-05 10:00", when="2025-01-08 14:00")
    shop.cancels(order.bookings[0], at="2025-01-06 09:00")
    payment = shop.pays("zoe", 1500, at="2025-01-06 10:00", invoice="2025-0001")
    shop.bounces(payment, at="2025-01-07 09:00")
    shop.run()


@pytest.mark.parametrize(
    ("tell", "received"),
    [
        (pay_ahead, [("2025-01-05", "5.5", 500), ("2025-01-05", "20", 1500)]),
        (bounce_after_a_credit_note, [("2025-01-06", "5.5", 1500), ("2025-01-07", "5.5", -1500)]),
    ],
)
def test_r27_vat_of_money_is_that_of_what_was_open(
    databases: Databases,
    command: Callable[[str], Relance],
    tell: Callable[[Story], None],
    received: list[tuple[str, str, int]],
) -> None:
    found = figures(command(url_after(databases, tell)))
    vat = [line for line in found if line["figure"] == "vat_of_money"]
    assert [(line["day"], line["rate"], line["amount"]) for line in vat] == received


def test_a_period_holds_what_happened_in_it(books: Relance) -> None:
    january = figures(books, "--from", "2025-01-01", "--to", "2025-01-31")
    assert sum(int(str(line["amount"])) for line in january if line["figure"] == "money") == 10_000


def fec(books: Relance) -> list[dict[str, str]]:
    """Return the lines of the accountant's file."""
    heading, *lines = books("books", "export", *YEAR, "--format", "fec", "--currency", "eur").out.splitlines()
    assert tuple(heading.split("\t")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def minor(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)


def test_each_entry_of_the_accountants_file_balances(books: Relance) -> None:
    lines = fec(books)
    entries: Counter[str] = Counter()
    for line in lines:
        entries[line["EcritureNum"]] += minor(line["Debit"]) - minor(line["Credit"])
    assert set(entries.values()) == {0}
    assert [int(number) for number in entries] == list(range(1, len(entries) + 1))
    assert [line["EcritureDate"] for line in lines] == sorted(line["EcritureDate"] for line in lines)


def test_the_accounts_say_what_the_books_say(books: Relance) -> None:
    balance: Counter[str] = Counter()
    for line in fec(books):
        balance[line["CompteNum"]] += minor(line["Debit"]) - minor(line["Credit"])
    assert balance == {
        "411000": 4500,  # ada owes her cut again
        "419100": -700,  # and has paid something ahead
        "530000": 2000,
        "511500": 4700,
        "511200": 0,
        "706000": -8922,
        "445710": -828,  # VAT of what was received
        "445740": -750,  # and of what is still to come
    }


def test_r18_vat_that_was_due_on_debits_does_not_wait_for_the_money(
    databases: Databases, command: Callable[[str], Relance]
) -> None:
    def tell_of_debits(shop: Story) -> None:
        shop.business["legal"] = {"vat_due_on": "debits", "regimes": [{"from": "2025-02-01", "vat_due_on": "receipts"}]}
        shop.span("2025-01-01 00:00", "2025-04-01 00:00")
        shop.automation("ask", "session.booked", ASK)
        shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-08 14:00")
        shop.books("ada", "colour", at="2025-02-05 10:00", when="2025-02-08 14:00")
        shop.pays("zoe", 4500, at="2025-03-01 10:00", invoice="2025-0001")
        shop.run()

    vat = [
        (line["PieceRef"], line["CompteNum"], minor(line["Credit"]) - minor(line["Debit"]))
        for line in fec(command(url_after(databases, tell_of_debits)))
        if line["CompteNum"].startswith("4457")
    ]
    assert vat == [("2025-0001", "445710", 750), ("2025-0002", "445740", 1333)]


def test_documents_of_a_day_stand_in_the_order_in_which_they_were_issued(
    databases: Databases, command: Callable[[str], Relance]
) -> None:
    def take_back(shop: Story) -> None:
        shop.span("2025-01-01 00:00", "2025-02-01 00:00")
        shop.automation("ask", "session.booked", ASK)
        order = shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-08 14:00")
        shop.cancels(order.booking, at="2025-01-05 11:00")
        shop.run()

    lines = fec(command(url_after(databases, take_back)))
    assert list(dict.fromkeys(line["PieceRef"] for line in lines)) == ["2025-0001", "A2025-0001"]


def test_names_can_not_break_a_line_of_the_accountants_file(books: Relance) -> None:
    assert {line["CompAuxLib"] for line in fec(books) if line["CompAuxNum"] == "zoe"} == {"Zoé Martin"}


def test_an_exported_journal_is_checked_without_a_database(books: Relance, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    assert books("books", "export", "--from", "2025-01-01", "--to", "2025-12-31", "--out", str(path)).code == 0
    assert books("books", "verify", "--file", str(path)).out.startswith("The chain of ")
    path.write_text(path.read_text().replace('"amount":2000', '"amount":1000', 1))
    verified = books("books", "verify", "--file", str(path), "--json")
    assert verified.code == 1
    (breach,) = json.loads(verified.out)["breaches"]
    assert "does not match its seal" in breach


def test_periods_are_closed_in_order_once_and_chained(command: Callable[[str], Relance], databases: Databases) -> None:
    books = command(url_after(databases, tell))
    january = books("books", "close", "2025-01", "--yes", "--json").line
    assert (january["turnover"], january["grand_total"]) == (14_000, 14_000)
    assert "2025-02 comes before 2025-03 and is open" in books("books", "close", "2025-03", "--yes").error
    assert "closed already" in books("books", "close", "2025-01", "--yes").error
    february = books("books", "close", "2025-02", "--yes", "--json").line
    assert (february["turnover"], february["grand_total"]) == (-3500, 10_500)
    assert [line["period"] for line in books("books", "closings", "--json").lines] == ["2025-01", "2025-02"]
    assert books("books", "verify").out == "The books balance.\n"
    entries = books("books", "export", "--to", "2099-01-01").out.splitlines()
    closings = [json.loads(line)["entry"] for line in entries if '"kind":"closing"' in line]
    assert [entry["content"]["seal"] for entry in closings] == [january["seal"], february["seal"]]


def test_when_a_period_was_closed_is_said_in_the_time_of_the_business(
    command: Callable[[str], Relance], databases: Databases
) -> None:
    def tell_far_away(shop: Story) -> None:
        shop.business["timezone"] = "Pacific/Kiritimati"
        shop.span("2025-01-01 00:00", "2025-02-01 00:00")
        shop.run()

    books = command(url_after(databases, tell_far_away))
    closed = books("books", "close", "2025-01", "--yes", "--json").line
    assert closed["at"].endswith("+14:00")
    (listed,) = books("books", "closings", "--json").lines
    assert listed == closed
    assert closed["at"][:16].replace("T", " ") in books("books", "closings").out


def test_a_closed_period_stays_as_it_was_sealed(command: Callable[[str], Relance], databases: Databases) -> None:
    url = url_after(databases, tell)
    books, engine = command(url), make_engine(url)
    january = ("books", "totals", "--from", "2025-01-01", "--to", "2025-01-31", "--json")
    sealed = books("books", "close", "2025-01", "--yes", "--json").line["figures"]
    told = books("payments", "record", "--yes", "5", "--contact", "ada", "--on", "2025-01-15")
    assert "The books of 2025-01 are closed: nothing can be booked on 2025-01-15 any more." in told.error
    assert books("payments", "record", "--yes", "5", "--contact", "ada", "--on", "2025-02-15").code == 0
    for id_, amount, day in (("late", 700, "2025-01-20"), ("p1", 1900, "2025-01-06")):
        data = payment_received(id_, of="zoe", amount=money(amount), received_at=f"{day}T09:00:00+01:00")
        Upstream(engine).sends(encoded("payment.received", data, id=f"again-{id_}", time=None))
    engine.dispose()
    assert books(*january).lines == sealed
    today = [line for line in figures(books, "--from", "2026-01-01") if line["figure"] == "money"]
    assert sorted(int(str(line["amount"])) for line in today) == [600]
    rows = books("books", "rows", "--figure", "money", "--from", "2026-01-01", "--json").lines
    assert {(row["row_id"], row["number"], row["amount"]) for row in rows} == {
        ("late", None, 700),
        ("p1", "payment_corrected", -100),
    }
    assert books("books", "verify").code == 0


def test_money_of_a_day_that_was_entered_before_that_was_closed_stays_on_its_day(
    command: Callable[[str], Relance], databases: Databases
) -> None:
    books = command(url_after(databases, tell))
    january = ("books", "totals", "--from", "2025-01-01", "--to", "2025-01-31", "--json")
    assert books("payments", "record", "--yes", "5", "--contact", "ada", "--on", "2025-01-15").code == 0
    before = books(*january).lines
    assert [line["amount"] for line in before if line.get("day") == "2025-01-15"] == [500]
    sealed = books("books", "close", "2025-01", "--yes", "--json").line["figures"]
    assert sealed == before
    assert books(*january).lines == sealed
    assert [line for line in figures(books, "--from", "2026-01-01") if line["figure"] == "money"] == []


def test_days_before_the_first_closed_period_are_closed_with_it(
    command: Callable[[str], Relance], databases: Databases
) -> None:
    url = url_after(databases, tell)
    books, engine = command(url), make_engine(url)
    december = ("books", "totals", "--from", "2024-12-01", "--to", "2024-12-31", "--json")
    assert books("payments", "record", "--yes", "5", "--contact", "ada", "--on", "2024-12-15").code == 0
    books("books", "close", "2025-01", "--yes")
    before = books(*december).lines
    told = books("payments", "record", "--yes", "5", "--contact", "ada", "--on", "2024-12-15")
    assert "The books up to 2025-01 are closed: nothing can be booked on 2024-12-15 any more." in told.error
    data = payment_received("late", of="zoe", amount=money(700), received_at="2024-12-20T09:00:00+01:00")
    Upstream(engine).sends(encoded("payment.received", data, id="late", time=None))
    engine.dispose()
    assert [line["amount"] for line in before if line["figure"] == "money"] == [500]
    assert books(*december).lines == before
    assert (
        sum(int(str(one["amount"])) for one in figures(books, "--from", "2026-01-01") if one["figure"] == "money")
        == 700
    )


def test_the_credit_of_a_voucher_is_no_money_received(databases: Databases, command: Callable[[str], Relance]) -> None:
    def sell(shop: Story) -> None:
        shop.span("2025-01-01 00:00", "2025-04-01 00:00")
        shop.automation("ask", "session.booked", ASK)
        gift = {"id": "v1", "kind": "voucher", "description": "Bon", "price": euros(5000), "voucher": "multi_purpose"}
        shop.books("zoe", at="2025-01-05 10:00", items=[gift], paid=5000)
        shop.books("zoe", "cut", at="2025-02-05 10:00", when="2025-02-08 14:00")
        shop.run()

    books = command(url_after(databases, sell))
    received = [line for line in figures(books) if line["figure"] == "money"]
    assert [(line["method"], line["amount"]) for line in received] == [("upstream", 5000)]
    balance: Counter[str] = Counter()
    for line in fec(books):
        balance[line["CompteNum"]] += minor(line["Debit"]) - minor(line["Credit"])
    assert {account: balance[account] for account in ("411000", "419100", "511500", "512000")} == {
        "411000": 0,
        "419100": -500,
        "511500": 5000,
        "512000": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["close", "2999-01", "--yes"], "is not over yet"),
        (["close", "soon", "--yes"], "is no period"),
        (["close", "2025-13", "--yes"], "is no period"),
        (["totals", "--from", "yesterday"], "is no date"),
        (["totals", "--from", "2025-02-01", "--to", "2025-01-01"], "before it begins"),
        (["rows", "--figure", "profit"], "There is no figure"),
        (["export", "--format", "xlsx"], "There is no format"),
        (["export", "--format", "fec", "--currency", "jpy"], "no documents and no money in JPY. There is EUR."),
        (["export", "--out", "/nowhere/at/all"], "can't be written"),
        (["verify", "--file", "/nowhere/at/all"], "can't be read"),
    ],
)
def test_what_is_refused_says_why(books: Relance, arguments: list[str], error: str) -> None:
    assert error in books("books", *arguments).error
