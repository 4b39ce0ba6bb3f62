"""Quotes: drafted, sent, answered on their page or at the desk, and an order once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from models.db import transact
from models.pages import Page, Pages
from models.quote import QuoteLine
from models.refusals import RefusedError
from tasks.desk.acting import Desk
from tasks.desk.quotes import accept_quote, decline_quote, draft_quote, send_quote
from tasks.engine import lock
from tests.database.conftest import Relance, url_after
from tests.database.till import Till
from tests.database.visitor import Visitor
from tests.scenarios.story import ASK, Databases, Story
from web.app import site
from web.room import Room

PAGES = Pages("https://salon.example", "secret")
LINES = [QuoteLine("Coiffure de mariée", 10_000), QuoteLine("Essai", 1_000, 2)]


class Salon(Till):
    """The till with a quote for zoe; what she accepts is invoiced."""

    EXTRA = (("pay", "quote.accepted", ASK),)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the till's
        room = Room(self.engine, self.clock, PAGES, self.cards, self.shell.bells)
        self.zoe = Visitor(site(room))
        until = self.now.date() + timedelta(days=30)
        self.does(lambda desk: draft_quote(desk, "zoe", "Mariage", LINES, "EUR", until))
        self.id = self.sql("SELECT id FROM quotes")[0][0]
        self.page = f"/quote/{PAGES.token(Page.QUOTE, 'atelier', self.id, until + timedelta(days=9))}"

    def does(self, work: Callable[[Desk], object]) -> None:
        def locked(connection: object) -> None:
            lock(connection, ["atelier"])  # type: ignore[arg-type]  # a connection
            work(Desk(connection, "atelier", self.now, "olga"))  # type: ignore[arg-type]

        transact(self.engine, locked)

    def state(self) -> str:
        return str(self.sql("SELECT state FROM quotes")[0][0])

    def owed(self) -> list[tuple[object, ...]]:
        return self.sql(
            "SELECT description, quantity, owed FROM charges WHERE order_id LIKE 'quo_%%' ORDER BY position"
        )


@pytest.fixture
def salon(balancing: Engine, databases: Databases) -> Salon:
    return Salon(balancing, databases)


def test_a_draft_is_nobody_s_to_see_and_takes_no_answer(salon: Salon) -> None:
    assert salon.zoe.opens(salon.page).status == 404
    with pytest.raises(RefusedError, match="takes no answer: it is draft"):
        salon.does(lambda desk: accept_quote(desk, salon.id))
    assert salon.owed() == []


def test_a_quote_is_sent_and_accepted_on_its_page_and_becomes_an_order_once(salon: Salon) -> None:
    salon.does(lambda desk: send_quote(desk, salon.id))
    salon.rings("messages.deliver")
    (subject, text) = salon.sql("SELECT subject, text FROM messages WHERE template = 'quote'")[0]
    assert subject == "Devis : Mariage – Atelier Lumière"
    assert "https://pay.example/quote/" in text
    shown = salon.zoe.opens(salon.page)
    for words in ("Devis : Mariage", "Coiffure de mariée", "Essai × 2", "120,00 €", "Valable jusqu'au 4 février 2027"):
        assert words in shown.text
    accepted = salon.zoe.sends(salon.page, shown, answer="accept")
    assert "Vous avez accepté ce devis. Merci !" in accepted.text
    assert not accepted.proof
    assert salon.owed() == [("Coiffure de mariée", 1, 10_000), ("Essai", 2, 2_000)]
    salon.zoe.sends(salon.page, shown, answer="accept")
    salon.zoe.sends(salon.page, shown, answer="decline")
    assert (salon.state(), len(salon.owed())) == ("accepted", 2)
    assert salon.sql("SELECT total FROM invoices WHERE order_id = %s", salon.id) == [(12_000,)]
    assert salon.sql("SELECT actor, act FROM changes WHERE subject = %s AND act = 'accepted'", salon.id) == [
        ("client", "accepted")
    ]


def test_a_quote_that_is_declined_or_over_becomes_nothing(salon: Salon) -> None:
    salon.does(lambda desk: send_quote(desk, salon.id))
    salon.does(lambda desk: decline_quote(desk, salon.id))
    assert "Vous avez refusé ce devis." in salon.zoe.opens(salon.page).text
    salon.sql("UPDATE quotes SET valid_until = '2027-01-04'")
    with pytest.raises(RefusedError, match="it is declined"):
        salon.does(lambda desk: accept_quote(desk, salon.id))
    assert salon.owed() == []


def test_a_quote_whose_last_day_is_past_can_not_be_accepted(salon: Salon) -> None:
    salon.does(lambda desk: send_quote(desk, salon.id))
    salon.sql("UPDATE quotes SET valid_until = '2027-01-04'")
    shown = salon.zoe.opens(salon.page)
    assert "Ce devis n'est plus valable." in shown.text
    assert not shown.proof
    with pytest.raises(RefusedError, match="it is over"):
        salon.does(lambda desk: accept_quote(desk, salon.id))


def untold(story: Story) -> None:
    """Open the shop; nothing happens."""
    story.run()


def test_the_desk_drafts_sends_lists_and_answers_quotes(
    command: Callable[[str], Relance], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_WEB_URL", "https://salon.example")
    monkeypatch.setenv("RELANCE_WEB_SECRET", "a secret that nobody knows but us")
    relance = command(url_after(databases, untold))
    made = relance("quotes", "create", "zoe", "Mariage", "--line", "Coiffure=100", "--line", "Essai=10.00x2", "--send")
    assert (made.code, "quote to zoe@example.org" in made.out) == (0, True)
    (line,) = relance("quotes", "list", "--json").lines
    assert (line["state"], line["total"], line["contact"]) == ("sent", 12_000, "zoe")
    assert re.match(r"https://salon.example/quote/\S+", line["url"])
    assert relance("quotes", "accept", line["id"]).code == 2
    assert relance("quotes", "accept", line["id"], "--yes").code == 0
    assert relance("quotes", "show", line["id"], "--json").line["order"] == line["id"]
    assert "takes no answer" in relance("quotes", "decline", line["id"], "--yes").err
    assert "no line" in relance("quotes", "create", "zoe", "X", "--line", "Coiffure").err
    wrong = relance("quotes", "create", "zoe", "X", "--line", "Coiffure=100", "--tax-rate", "33")
    assert (wrong.code, "33 % is no VAT rate" in wrong.err) == (2, True)
    assert relance("books", "verify").code == 0
