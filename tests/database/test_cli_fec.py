"""`relance books export --format fec`: what each document, payment and loss is on an accountant's accounts."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from models.accounting import COLUMNS
from tests.database.conftest import Relance, url_after
from tests.scenarios.story import ASK, Databases, Story, euros

Ask = Callable[[Callable[[Story], None]], Relance]
Line = dict[str, str]

MONTHS = ("--from", "2025-01-01", "--to", "2025-03-31")
BOOKED, SERVED, CREDITED = "2025-01-05 10:00", "2025-01-06 14:00", "2025-01-10 10:00"


@pytest.fixture
def after(databases: Databases, command: Callable[[str], Relance]) -> Ask:
    """Return `relance` for the database that a story of the first months of 2025 leaves behind."""

    def told(tell: Callable[[Story], None]) -> Relance:
        def all_of_it(shop: Story) -> None:
            shop.span("2025-01-01 00:00", "2025-04-01 00:00")
            shop.automation("ask", "session.booked", ASK)
            shop.business["billing"] = {"enabled": True, "cycle": "daily"}
            tell(shop)
            shop.run()

        return command(url_after(databases, all_of_it))

    return told


def fec(books: Relance, *options: str) -> list[Line]:
    """Return the lines of the accountant's file."""
    heading, *lines = books("books", "export", "--format", "fec", *(options or MONTHS)).out.splitlines()
    assert tuple(heading.split("\t")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def minor(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)


def worth(line: Line) -> int:
    """Return what a line adds to its account: debit less credit."""
    return minor(line["Debit"]) - minor(line["Credit"])


def balances(lines: list[Line], *keys: str, **where: str) -> dict[Any, int]:
    """Return what accounts come to, told apart by some columns, of the lines whose columns are as given."""
    found: Counter[Any] = Counter()
    for line in lines:
        if all(line[name] == value for name, value in where.items()):
            key = tuple(line[name] for name in ("CompteNum", *keys))
            found[key if keys else key[0]] += worth(line)
    return {account: amount for account, amount in found.items() if amount}


def product(price: int, id_: str = "oil", **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "product", "description": "Huile", "price": euros(price)} | more


def test_what_is_made_of_goods_alone_is_turnover_of_goods_alone(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.books("zoe", at=BOOKED, items=[product(1200)])

    assert balances(fec(after(tell))) == {"411000": 1200, "707000": -1000, "445740": -200}


def test_a_product_that_is_owed_outside_any_order_is_goods_and_a_fee_is_a_service(after: Ask) -> None:
    def tell(shop: Story) -> None:
        for kind in ("product", "fee"):
            shop.owes("zoe", 1200, at=BOOKED, kind=kind)

    assert balances(fec(after(tell))) == {"411000": 2400, "707000": -1000, "706000": -1000, "445740": -400}


def test_a_credit_note_of_goods_alone_takes_back_turnover_of_goods_alone(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.books("zoe", at=BOOKED, items=[product(1200)])
        shop.does("credit", at=CREDITED, number="2025-0001", amount=euros(600))

    note = balances(fec(after(tell)), PieceRef="A2025-0001")
    assert note == {"411000": -600, "707000": 500, "445740": 100}


def test_services_and_goods_with_a_discount_are_entered_as_their_lines_say(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.file["coupons"] = [{"code": "SPRING", "percent": 10}]
        shop.books("zoe", "cut", at=BOOKED, when=SERVED, items=[product(2000)], coupon="SPRING")
        shop.does("credit", at=CREDITED, number="2025-0001")

    lines = fec(after(tell))
    assert balances(lines, PieceRef="2025-0001") == {
        "411000": 5850,
        "706000": -3375,
        "707000": -1500,
        "445740": -975,
    }
    assert balances(lines) == {}


@pytest.mark.parametrize(("service", "goods"), [(1000, 1470), (14, 2456)])
def test_a_document_credited_in_two_parts_leaves_nothing_on_the_accounts(after: Ask, service: int, goods: int) -> None:
    """Documents round by VAT group, so the lines of credit notes may miss those of the invoice by a unit (R18)."""

    def tell(shop: Story) -> None:
        shop.service("odd", service)
        shop.books("zoe", "odd", at=BOOKED, when=SERVED, items=[product(goods)])
        shop.does("credit", at=CREDITED, number="2025-0001", amount=euros(409))
        shop.does("credit", at="2025-01-11 10:00", number="2025-0001", amount=euros(2061))

    assert balances(fec(after(tell))) == {}


def test_goods_that_are_credited_leave_no_turnover_of_goods(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.service("odd", 1000)
        shop.books("zoe", "odd", at=BOOKED, when=SERVED, items=[product(2470)])

    books = after(tell)
    assert books("invoices", "credit", "2025-0001", "--line", 1, "--yes").code == 0
    assert balances(fec(books, "--from", "2025-01-01")) == {"411000": 1000, "706000": -834, "445740": -166}


def test_money_of_somebody_else_is_taken_from_his_advances_not_the_clients(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.client("vic")
        shop.service("odd", 1400)
        shop.books("zoe", "odd", at=BOOKED, when=SERVED)
        shop.pays("vic", 2000, at=CREDITED, invoice="2025-0001")

    assert balances(fec(after(tell)), "CompAuxNum", CompteNum="419100") == {("419100", "vic"): -600}


def test_money_of_somebody_else_that_goes_back_leaves_no_advance(after: Ask) -> None:
    def tell(shop: Story) -> None:
        shop.client("vic")
        order = shop.books("zoe", "cut", at=BOOKED, when="2025-02-06 14:00")
        shop.pays("vic", 4500, at=CREDITED, invoice="2025-0001")
        shop.cancels(order.booking, at="2025-01-12 10:00", refund="full")

    assert balances(fec(after(tell)), "CompAuxNum", CompteNum="419100") == {}


@pytest.mark.parametrize(
    ("currency", "price", "amounts"),
    [
        ("JPY", 5500, [("5500", "0", "5500"), ("0", "4583", "-4583"), ("0", "917", "-917")]),
        ("KWD", 12345, [("12,345", "0,000", "12,345"), ("0,000", "10,288", "-10,288"), ("0,000", "2,057", "-2,057")]),
        ("EUR", 1200, [("12,00", "0,00", ""), ("0,00", "10,00", ""), ("0,00", "2,00", "")]),
    ],
)
def test_each_line_in_another_currency_than_the_euro_says_so(
    after: Ask, currency: str, price: int, amounts: list[tuple[str, str, str]]
) -> None:
    def tell(shop: Story) -> None:
        shop.business["currency"] = currency
        shop.file["services"] = [{"id": "cut", "name": "Coupe", "price": euros(price, currency)}]
        shop.books("zoe", "cut", at=BOOKED, when=SERVED)

    lines = fec(after(tell))
    assert [(line["Debit"], line["Credit"], line["Montantdevise"]) for line in lines] == amounts
    assert {line["Idevise"] for line in lines} == {"" if currency == "EUR" else currency}
