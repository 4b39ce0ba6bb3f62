"""Addresses of one page can be revoked: what was given out opens nothing, says so, and a new one is there at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.card import CardAttempt
from models.card_reports import CardOutcome, CardReport
from models.collecting import begin_checkout
from models.db import transact
from models.money import Money
from models.pages import Page, Pages
from models.quote import QuoteLine
from tasks.desk.acting import Desk
from tasks.desk.links import create_link, revoke_link
from tasks.desk.quotes import draft_quote, send_quote
from tasks.engine import lock
from tasks.writing import write
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.database.visitor import Answer, Visitor
from tests.scenarios.story import Databases
from web.app import site
from web.room import Room

Came = TypeVar("Came")

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

    def does(self, work: Callable[[Desk], Came]) -> Came:
        def locked(connection: Connection[object]) -> Came:
            lock(connection, ["atelier"])
            return work(Desk(connection, "atelier", self.now, "olga"))

        return transact(self.engine, locked)

    def old(self, page: Page) -> str:
        """Return an address that was given out some days ago."""
        until = self.now.date() + timedelta(days=395)
        return f"/{page}/{PAGES.token(page, 'atelier', self.named[page], until)}"

    def visits(self, url: str, language: str = "fr") -> Answer:
        return Visitor(self.site, language=language).opens(url.removeprefix("https://salon.example"))


@pytest.fixture
def salon(balancing: Engine, databases: Databases) -> Salon:
    return Salon(balancing, databases)


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


@pytest.mark.parametrize(
    ("provider_tells", "told"),
    [
        (None, "Vous n'avez pas encore payé."),
        (CardOutcome.SUCCEEDED, "Merci, votre paiement est bien arrivé."),
        (CardOutcome.REFUSED, "Rien n'a été débité"),
    ],
)
def test_who_was_paying_when_the_address_was_revoked_reads_what_became_of_the_money(
    salon: Salon, relance: Relance, provider_tells: CardOutcome | None, told: str
) -> None:
    old = salon.old(Page.INVOICE)
    salon.zoe.sends(old)
    ((mine,),) = salon.sql("SELECT id FROM card_attempts")
    relance("pages", "revoke", salon.invoice, "--yes")
    if provider_tells is CardOutcome.SUCCEEDED:
        salon.cards.pays(mine)
    elif provider_tells is not None:
        salon.tells(CardReport(mine, provider_tells))
    shown = salon.visits(f"{old}?attempt={mine}")
    assert (shown.status, told in shown.text, FRENCH in shown.text) == (200, True, True)
    assert ("€" in shown.text, shown.proof) == (False, ""), "of the invoice nothing is shown"
    assert "refresh" not in shown.html
    assert len(salon.payments()) == (provider_tells is CardOutcome.SUCCEEDED)
    assert salon.visits(old).status == 410


def test_a_revoked_address_refreshes_as_long_as_the_money_is_on_its_way(salon: Salon, relance: Relance) -> None:
    def begin(desk: Desk) -> CardAttempt:
        shop = desk.look(lambda seeds: seeds.add("invoices", "atelier", [salon.invoice]))
        shop.begin("visit")
        attempt = begin_checkout(shop, salon.debt(), "lease")
        write(desk.connection, [shop])
        return attempt

    mine = salon.does(begin).id
    relance("pages", "revoke", salon.invoice, "--yes")
    shown = salon.visits(f"{salon.old(Page.INVOICE)}?attempt={mine}", "en")
    assert (shown.status, "Your payment is being confirmed." in shown.text, ENGLISH in shown.text) == (200, True, True)
    assert 'http-equiv="refresh"' in shown.html


def test_a_revoked_address_with_an_attempt_that_is_not_its_own_says_nothing_of_it(
    salon: Salon, relance: Relance
) -> None:
    old = salon.old(Page.INVOICE)
    salon.zoe.sends(old)
    ((mine,),) = salon.sql("SELECT id FROM card_attempts")
    relance("pages", "revoke", salon.invoice, "--yes")
    salon.sql("UPDATE card_attempts SET invoice_id = 'inv_other'")
    for attempt in (mine, "card_nope", ""):
        gone = salon.visits(f"{old}?attempt={attempt}")
        assert (gone.status, "payé" in gone.text) == (410, False)


def test_who_was_paying_by_a_link_when_it_was_taken_back_reads_what_became_of_the_money(salon: Salon) -> None:
    salon.does(lambda desk: create_link(desk, "zoe", Money(2000, "EUR"), "Dépôt", send=False))
    ((salon.named[Page.PAY],),) = salon.sql("SELECT id FROM payment_links WHERE purpose = 'Dépôt'")
    old = salon.old(Page.PAY)
    salon.zoe.sends(old)
    ((mine,),) = salon.sql("SELECT id FROM card_attempts")
    salon.does(lambda desk: revoke_link(desk, salon.named[Page.PAY], None))
    salon.cards.pays(mine)
    shown = salon.visits(f"{old}?attempt={mine}")
    assert (shown.status, "Merci, votre paiement est bien arrivé." in shown.text) == (200, True)
    assert salon.visits(old).status == 410


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
