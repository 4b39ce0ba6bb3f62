"""Addresses of one page can be revoked: what was given out opens nothing, says so, and a new one is there at once."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from psycopg import Connection

from models.db import raw, transact
from models.pages import Page, Pages
from models.quote import QuoteLine
from tasks.books import check_books
from tasks.desk.acting import Desk, Done
from tasks.desk.links import create_link
from tasks.desk.quotes import draft_quote, send_quote
from tasks.engine import lock
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.database.visitor import Answer, Visitor
from tests.scenarios.story import Databases
from web.app import site
from web.room import Room

OURS = "a secret that nobody knows but us"
PAGES = Pages("https://salon.example", OURS)
FRENCH = "Cette adresse a été désactivée par Atelier Lumière. Demandez-lui la nouvelle."
ENGLISH = "This address was revoked by Atelier Lumière. Ask them for the new one."


class Salon(Till):
    """The till, with a page for an invoice of zoe's, a payment link and a quote."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the till's
        self.site = site(Room(self.engine, self.clock, PAGES, self.cards, self.shell.bells))
        self.zoe = Visitor(self.site)
        until = self.now.date() + timedelta(days=30)
        lines = [QuoteLine("Coiffure de mariée", 10_000)]
        self.does(lambda desk: create_link(desk, "zoe", None, None, send=False))
        self.does(lambda desk: draft_quote(desk, "zoe", "Mariage", lines, "EUR", until))
        self.named = {
            Page.INVOICE: self.invoice,
            Page.PAY: self.sql("SELECT id FROM payment_links")[0][0],
            Page.QUOTE: self.sql("SELECT id FROM quotes")[0][0],
        }
        self.does(lambda desk: send_quote(desk, self.named[Page.QUOTE]))

    def does(self, work: Callable[[Desk], Done]) -> None:
        def locked(connection: Connection[object]) -> None:
            lock(connection, ["atelier"])
            work(Desk(connection, "atelier", self.now, "olga"))

        transact(self.engine, locked)

    def old(self, page: Page) -> str:
        """Return an address that was given out some days ago."""
        until = self.now.date() + timedelta(days=395)
        return f"/{page}/{PAGES.token(page, 'atelier', self.named[page], until)}"

    def visits(self, url: str, language: str = "fr") -> Answer:
        return Visitor(self.site, language=language).opens(url.removeprefix("https://salon.example"))


@pytest.fixture
def salon(databases: Databases) -> Iterator[Salon]:
    with databases() as engine:
        salon = Salon(engine, databases)
        yield salon
        with engine.connect() as connection:
            assert check_books(raw(connection)) == []


@pytest.fixture
def relance(command: Callable[[str], Relance], salon: Salon, monkeypatch: pytest.MonkeyPatch) -> Relance:
    monkeypatch.setenv("RELANCE_WEB_URL", "https://salon.example")
    monkeypatch.setenv("RELANCE_WEB_SECRET", OURS)
    return command(salon.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.mark.parametrize("page", [Page.INVOICE, Page.PAY, Page.QUOTE])
def test_an_address_that_was_revoked_says_so_in_both_languages_and_a_new_one_opens_the_page(
    salon: Salon, relance: Relance, page: Page
) -> None:
    name, old = salon.named[page], salon.old(page)
    before = relance("pages", "address", name).out.strip()
    assert salon.visits(old).status in {200, 303}
    assert relance("pages", "revoke", name).code == 2
    assert "would be given a new address" in relance("pages", "revoke", name, "--dry-run").out
    assert salon.visits(old).status in {200, 303}
    said = relance("pages", "revoke", name, "--yes", "--by", "olga", "--reason", "Forwarded")
    assert said.code == 0
    for url in (old, before):
        for language, words in (("fr", FRENCH), ("en", ENGLISH)):
            gone = salon.visits(url, language)
            assert (gone.status, words in gone.text, "€" in gone.text) == (410, True, False)
    new = relance("pages", "address", name, "--json").line["url"]
    assert f"The new one: {new}" in said.out
    assert new != before
    assert "€" in salon.visits(new).text or salon.visits(new).leads_to
    others = [salon.visits(salon.old(one)).status for one in salon.named if one != page]
    assert set(others) <= {200, 303}
    (act,) = [one for one in relance("changes", "--json").lines if one["act"] == "given a new address"]
    assert (act["actor"], act["detail"]) == ("olga", {"reason": "Forwarded"})


def test_every_address_is_told_of_its_own_time_and_one_can_be_revoked_again_and_again(
    salon: Salon, relance: Relance
) -> None:
    seen = [relance("pages", "address", salon.invoice).out.strip()]
    for _ in range(3):
        assert relance("pages", "revoke", salon.invoice, "--yes").code == 0
        seen.append(relance("pages", "address", salon.invoice).out.strip())
    assert [salon.visits(url).status for url in seen] == [410, 410, 410, 200]


def test_a_form_that_was_open_when_its_address_was_revoked_does_nothing(salon: Salon, relance: Relance) -> None:
    shown = salon.zoe.opens(salon.old(Page.INVOICE))
    quote = salon.zoe.opens(salon.old(Page.QUOTE))
    for page in (Page.INVOICE, Page.QUOTE):
        relance("pages", "revoke", salon.named[page], "--yes")
    assert salon.zoe.sends(salon.old(Page.INVOICE), shown).status == 410
    assert salon.zoe.sends(salon.old(Page.QUOTE), quote, answer="accept").status == 410
    assert salon.states() == []
    assert salon.sql("SELECT state FROM quotes") == [("sent",)]


def test_a_link_leads_to_the_page_that_is_open_now(salon: Salon, relance: Relance) -> None:
    relance("pages", "revoke", salon.invoice, "--yes")
    led = salon.visits(salon.old(Page.PAY))
    assert (led.status, led.leads_to.startswith("/invoice/")) == (303, True)
    assert salon.visits(led.leads_to).status == 200


def test_messages_bring_the_new_address(salon: Salon, relance: Relance) -> None:
    relance("pages", "revoke", salon.invoice, "--yes")
    object.__setattr__(salon.shell, "pages", PAGES)
    assert relance("invoices", "remind", salon.invoice).code == 0
    salon.clock.at += timedelta(hours=1)
    salon.rings("messages.deliver")
    ((text,),) = salon.sql("SELECT text FROM messages WHERE template = 'reminder' OR template LIKE '%%remind%%'")
    (url,) = [word for word in text.split() if word.startswith("https://salon.example/invoice/")]
    assert salon.visits(url).status == 200


def test_what_has_no_page_is_said_so(salon: Salon, relance: Relance) -> None:
    assert "no document 'nope'" in relance("pages", "revoke", "nope", "--yes").error
    assert "has no payment link 'lnk_1'" in relance("pages", "address", "lnk_1").error
    until = salon.now.date() + timedelta(days=9)
    salon.does(lambda desk: draft_quote(desk, "zoe", "B", [QuoteLine("C", 100)], "EUR", until))
    ((draft,),) = salon.sql("SELECT id FROM quotes WHERE state = 'draft'")
    assert "it is a draft" in relance("pages", "revoke", draft, "--yes").error
