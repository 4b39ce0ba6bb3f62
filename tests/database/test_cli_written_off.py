"""R13: a debt that was given up and is paid or credited after all: figures, accounts and document agree."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.database.conftest import Relance, url_after
from tests.database.test_cli_fec import balances, fec
from tests.scenarios.story import ASK, Databases, Story, euros

JANUARY = ("--from", "2025-01-01", "--to", "2025-01-31")
FEBRUARY = ("--from", "2025-02-01", "--to", "2025-02-28")
BOTH = ("--from", "2025-01-01", "--to", "2025-02-28")
LATER = "2025-02-10 10:00"
PRICE = 10000
VAT = {"debits": "445710", "receipts": "445740"}
"""By regime: where the VAT of a document stands."""

Owing = Callable[..., Relance]


@pytest.fixture
def owing(databases: Databases, command: Callable[[str], Relance]) -> Owing:
    """Return `relance` for a shop that gave up 100 euros in January, after what a story tells of February."""

    def told(due_on: str, tell: Callable[[Story], object]) -> Relance:
        def all_of_it(shop: Story) -> None:
            shop.span("2025-01-01 00:00", "2025-03-01 00:00")
            shop.business["legal"] = {"vat_due_on": due_on}
            shop.service("cut", PRICE)
            shop.automation("ask", "session.booked", ASK)
            shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-06 14:00")
            shop.does("write_off", at="2025-01-20 10:00", number="2025-0001")
            tell(shop)
            shop.run()

        return command(url_after(databases, all_of_it))

    return told


def written_off(books: Relance, *period: str) -> list[tuple[int, int, int]]:
    """Return net, VAT and gross of what was given up in a period."""
    found = books("books", "totals", *period, "--json").lines
    return [(line["net"], line["tax"], line["amount"]) for line in found if line["figure"] == "written_off"]


def accounts(books: Relance, *period: str) -> dict[Any, int]:
    """Return what is on the accounts of debts, losses and VAT."""
    found = balances(fec(books, *period))
    return {name: amount for name, amount in found.items() if name in {"411000", "654000", "445710", "445740"}}


def pays(amount: int, payment: str = "p1") -> Callable[[Story], object]:
    return lambda shop: shop.pays("zoe", amount, at=LATER, invoice="2025-0001", payment=payment)


@pytest.mark.parametrize("due_on", ["debits", "receipts"])
def test_money_after_all_takes_the_loss_back_and_declares_its_vat(owing: Owing, due_on: str) -> None:
    books = owing(due_on, pays(PRICE))
    assert written_off(books, *JANUARY) == [(8333, 1667, PRICE)]
    assert written_off(books, *FEBRUARY) == [(-8333, -1667, -PRICE)]
    assert written_off(books, *BOTH) == [(0, 0, 0)]
    assert accounts(books, *JANUARY) == {"654000": 8333}
    assert accounts(books, *BOTH) == {"445710": -1667}
    assert books("books", "verify").code == 0


@pytest.mark.parametrize("due_on", ["debits", "receipts"])
def test_part_of_the_money_takes_part_of_the_loss_back(owing: Owing, due_on: str) -> None:
    books = owing(due_on, pays(4000))
    assert written_off(books, *FEBRUARY) == [(-3333, -667, -4000)]
    assert accounts(books, *BOTH) == {"654000": 5000, "445710": -667}
    assert books("books", "rows", *FEBRUARY, "--figure", "written_off", "--json").line["amount"] == -4000


@pytest.mark.parametrize("due_on", ["debits", "receipts"])
def test_a_credit_note_after_all_makes_less_turnover_not_a_loss(owing: Owing, due_on: str) -> None:
    def tell(shop: Story) -> None:
        shop.does("credit", at=LATER, number="2025-0001", amount=euros(4000))
        shop.does("void", at="2025-02-11 10:00", number="2025-0001")

    books = owing(due_on, tell)
    assert written_off(books, *BOTH) == [(0, 0, 0)]
    assert balances(fec(books, *BOTH)) == {}


def test_money_that_proves_not_to_exist_leaves_what_was_given_up_given_up(owing: Owing) -> None:
    def tell(shop: Story) -> None:
        pays(4000)(shop)
        shop.bounces("p1", at="2025-02-12 10:00")

    books = owing("debits", tell)
    assert written_off(books, *FEBRUARY) == [(0, 0, 0)]
    assert accounts(books, *BOTH) == {"654000": 8333}


def test_a_debt_that_is_open_again_after_it_was_paid_is_no_loss(owing: Owing) -> None:
    def tell(shop: Story) -> None:
        pays(PRICE)(shop)
        shop.bounces("p1", at="2025-02-12 10:00")

    books = owing("debits", tell)
    assert written_off(books, *BOTH) == [(0, 0, 0)]
    assert accounts(books, *BOTH) == {"411000": PRICE, "445710": -1667}


def test_money_after_all_leaves_the_figures_of_a_closed_period(owing: Owing) -> None:
    books = owing("debits", lambda _shop: None)
    sealed = books("books", "close", "2025-01", "--yes", "--json").line["figures"]
    assert books("payments", "mark-paid", "2025-0001", "--yes").code == 0
    assert books("books", "totals", *JANUARY, "--json").lines == sealed
    since = ("--from", "2025-02-01")
    assert written_off(books, *since) == [(-8333, -1667, -PRICE)]
    assert books("books", "verify").code == 0
