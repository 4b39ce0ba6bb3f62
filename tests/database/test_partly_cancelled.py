"""What was asked for and is partly owed no more: pages and lists say what is paid and what is gone (R17, R28)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.db import transact
from models.pages import Page, Pages
from tasks.desk.acting import Desk, Done
from tasks.desk.documents import Part, credit_document, void_document
from tasks.desk.links import create_link
from tasks.engine import lock
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.database.visitor import Answer, Visitor
from tests.scenarios.story import Databases, euros
from web.app import site
from web.room import Room

PAGES = Pages("https://salon.example", "secret")


class Salon(Till):
    """The till: zoe owes 45.00 on an invoice and 20.00 on none; one link asks for both."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the till's
        self.site = site(Room(self.engine, self.clock, PAGES, self.cards, self.shell.bells))
        charge = {"id": "c1", "description": "Shampoing", "price": euros(2000)}
        self.hears("charge.added", {"contact": {"id": "zoe"}, "charge": charge})
        self.does(lambda desk: create_link(desk, "zoe", None, None, send=False))

    def hears(self, type_: str, data: dict[str, object]) -> None:
        self.publishes({"type": type_, "data": data, "at": "2027-01-05T10:00:00+01:00"})
        self.drains("2027-01-05 10:00")

    def pays(self, amount: int) -> None:
        payment = {"id": f"p{amount}", "amount": euros(amount), "method": "cash"}
        self.hears(
            "payment.received", {"contact": {"id": "zoe"}, "payment": payment, "for": {"charges": ["c1", "o1-b1"]}}
        )

    def does(self, work: Callable[[Desk], Done]) -> None:
        def locked(connection: Connection[object]) -> None:
            lock(connection, ["atelier"])
            work(Desk(connection, "atelier", self.now, "olga"))

        transact(self.engine, locked)

    def voids(self) -> None:
        self.does(lambda desk: void_document(desk, self.invoice))

    def page(self, page: Page, language: str = "fr") -> Answer:
        named = self.invoice if page is Page.INVOICE else self.sql("SELECT id FROM payment_links")[0][0]
        token = PAGES.token(page, "atelier", named, self.now.date() + timedelta(days=30))
        return Visitor(self.site, language=language).opens(f"/{page}/{token}")


@pytest.fixture
def salon(balancing: Engine, databases: Databases) -> Salon:
    return Salon(balancing, databases)


def test_a_link_of_which_a_part_was_voided_asks_for_the_rest_and_says_what_is_gone(salon: Salon) -> None:
    salon.voids()
    shown = salon.page(Page.PAY).text
    assert "Annulé depuis la demande 45,00 €" in shown
    assert "Reste à payer 20,00 €" in shown
    assert "Déjà réglé" not in shown


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Il ne reste rien à payer : 20,00 € réglés, 45,00 € annulés ou remboursés."),
        ("en", "Nothing is left to pay: €20.00 was paid, €45.00 was cancelled or refunded."),
    ],
)
def test_a_link_that_is_paid_as_far_as_it_was_not_voided_says_both(salon: Salon, language: str, told: str) -> None:
    salon.voids()
    salon.pays(2000)
    shown = salon.page(Page.PAY, language)
    assert told in shown.text
    assert "Tout est réglé" not in shown.text
    assert not shown.proof


def test_lists_say_so_too(salon: Salon, command: Callable[[str], Relance]) -> None:
    relance = command(salon.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    salon.voids()
    salon.pays(2000)
    (listed,) = relance("links", "list", "--status", "partly_cancelled", "--json").lines
    assert {name: listed[name] for name in ("amount", "paid", "cancelled", "amount_due")} == {
        "amount": 6500,
        "paid": 2000,
        "cancelled": 4500,
        "amount_due": 0,
    }
    assert all(words in relance("links", "list").out for words in ("partly_cancelled", "20.00 EUR", "45.00 EUR"))
    assert "45.00 EUR" in relance("links", "show", listed["id"]).out
    assert "is paid: nothing is to be taken back" in relance("links", "revoke", listed["id"], "--yes").error


def test_a_link_that_is_all_paid_says_only_that(salon: Salon) -> None:
    salon.pays(6500)
    shown = salon.page(Page.PAY).text
    assert "Déjà réglé 65,00 €" in shown
    assert "Tout est réglé. Merci !" in shown
    assert "annulé" not in shown.lower()


def test_the_page_of_an_invoice_calls_paid_what_is_paid_and_credited_what_is_credited(salon: Salon) -> None:
    salon.does(lambda desk: credit_document(desk, salon.invoice, Part(1500, "EUR")))
    shown = salon.page(Page.INVOICE).text
    assert "Annulé par avoir 15,00 €" in shown
    assert "Déjà réglé" not in shown
    assert "Reste à payer 30,00 €" in shown
    salon.voids()
    shown = salon.page(Page.INVOICE).text
    assert "Annulé par avoir 45,00 €" in shown
    assert "Cette facture a été annulée" in shown
    assert "Déjà réglé" not in shown
