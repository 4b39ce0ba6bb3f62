"""Parts of documents credited at the desk: what is open goes first, and later money pays the rest (R10, R18, R27)."""

from pathlib import Path
from typing import Any

import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def invoice_of(desk: FrontDesk, *charges: tuple[str, str, str]) -> str:
    """Let zoe owe charges (name, price, VAT rate), put them on one invoice, return its number."""
    for name, price, rate in charges:
        desk.does("charges", "add", "zoe", name, price, "--id", name.replace(" ", "-"), "--tax-rate", rate, "--yes")
    _, *lines = desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    return str(next(line["number"] for line in lines if line["kind"] == "invoice"))


def vat_of_money(desk: FrontDesk) -> dict[str, int]:
    """Return what was received at each rate, with VAT."""
    totals = desk.listed("books", "totals")
    by_rate: dict[str, int] = {}
    for line in totals:
        if line["figure"] == "vat_of_money":
            by_rate[line["rate"]] = by_rate.get(line["rate"], 0) + line["amount"]
    return {rate: amount for rate, amount in by_rate.items() if amount}


def due(desk: FrontDesk, number: str) -> tuple[str, int]:
    found = desk.invoice(number)
    return found["status"], found["amount_due"]


def credit_of(desk: FrontDesk) -> int:
    """Return what zoe has as credit."""
    return sum(line["credit"] for line in desk.listed("payments", "list", "--contact", "zoe"))


TWO_RATES: Any = [("a cut", "100", "20"), ("book", "100", "5.5")]


@pytest.mark.parametrize("paid_first", [True, False], ids=["paid before the credit", "paid after it"])
def test_money_counts_at_the_rate_that_is_left_when_a_line_is_credited(desk: FrontDesk, paid_first: bool) -> None:
    number = invoice_of(desk, *TWO_RATES)
    acts = [("payments", "mark-paid", number, "--yes"), ("invoices", "credit", number, "--line", "2", "--yes")]
    for act in acts if paid_first else reversed(acts):
        desk.does(*act)
    assert due(desk, number) == ("paid", 0)
    assert vat_of_money(desk) == {"20": 10000}
    assert desk.balanced()


def test_money_that_was_split_over_two_rates_counts_at_one_when_the_other_is_credited(desk: FrontDesk) -> None:
    number = invoice_of(desk, *TWO_RATES)
    desk.does("payments", "record", "100", number, "--yes")
    assert vat_of_money(desk) == {"20": 5000, "5.5": 5000}
    desk.does("invoices", "credit", number, "--line", "2", "--yes")
    assert due(desk, number) == ("paid", 0)
    assert vat_of_money(desk) == {"20": 10000}
    assert desk.balanced()


def test_nothing_was_received_of_what_was_refunded(desk: FrontDesk) -> None:
    number = invoice_of(desk, *TWO_RATES)
    desk.does("payments", "mark-paid", number, "--yes")
    desk.does("invoices", "credit", number, "--line", "2", "--yes")
    desk.does("payments", "refund", number, "--yes")
    assert due(desk, number) == ("void", 0)
    assert vat_of_money(desk) == {}
    assert desk.balanced()


def test_money_pays_what_a_credited_document_still_asks_for(desk: FrontDesk) -> None:
    number = invoice_of(desk, ("a cut", "30", "20"), ("colour", "50", "20"))
    desk.does("invoices", "credit", number, "--line", "1", "--yes")
    assert due(desk, number) == ("issued", 5000)
    desk.does("payments", "mark-paid", number, "--yes")
    assert due(desk, number) == ("paid", 0)
    assert credit_of(desk) == 0
    assert desk.balanced()


def test_part_payments_go_on_after_a_sum_was_credited(desk: FrontDesk) -> None:
    number = invoice_of(desk, ("cut", "30", "20"), ("colour", "50", "20"), ("book", "20", "5.5"))
    desk.does("invoices", "credit", number, "--amount", "33.33", "--yes")
    desk.does("payments", "record", "50", number, "--yes")
    assert due(desk, number) == ("issued", 1667)
    desk.does("payments", "mark-paid", number, "--yes")
    assert due(desk, number) == ("paid", 0)
    assert credit_of(desk) == 0
    assert desk.listed("alerts") == []
    assert desk.balanced()


def test_what_is_open_of_a_document_is_credited_before_what_was_paid(desk: FrontDesk) -> None:
    number = invoice_of(desk, ("cut", "100", "20"), ("colour", "100", "20"))
    desk.does("payments", "record", "100", number, "--yes")
    desk.does("invoices", "credit", number, "--amount", "100", "--yes")
    assert due(desk, number) == ("paid", 0)
    assert credit_of(desk) == 0
    desk.does("invoices", "credit", number, "--amount", "40", "--yes")
    assert due(desk, number) == ("paid", 0)
    assert credit_of(desk) == 4000
    assert desk.balanced()
