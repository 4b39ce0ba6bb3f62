"""The pages without a browser: what they show, what they refuse, where they lead, and that nothing leaks."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.pages import Page, Pages
from tasks.gateways.cards import Capability
from tasks.gateways.cards import Page as CardPage
from tasks.reading.clients import payments
from tasks.reading.office import open_office
from tests.database.till import Till
from tests.database.visitor import Visitor
from tests.scenarios.story import Databases, seat
from web.app import site
from web.guard import HEADERS
from web.room import Room

PAGES = Pages("https://salon.example", "secret")


class Counter(Till):
    """The till with its pages."""

    def __init__(self, *arguments: object, **cards: object) -> None:
        super().__init__(*arguments, **cards)  # type: ignore[arg-type]  # as the till's
        self.room = Room(self.engine, self.clock, PAGES, self.cards, self.shell.bells)
        self.site = site(self.room)
        self.zoe = Visitor(self.site)

    @property
    def page(self) -> str:
        """The address of the page of zoe's invoice."""
        until = self.now.date() + timedelta(days=400)
        return f"/invoice/{PAGES.token(Page.INVOICE, 'atelier', self.invoice, until)}"

    @property
    def last_page(self) -> CardPage:
        """The provider's page that was opened last."""
        return list(self.cards.pages.values())[-1]

    def attempt(self) -> str:
        return str(self.sql("SELECT id FROM card_attempts ORDER BY created_at DESC, id DESC LIMIT 1")[0][0])

    def sets(self, **columns: str) -> None:
        for column, value in columns.items():
            self.sql(f"UPDATE businesses SET {column} = '{value}'")  # noqa: S608  # names are ours


@pytest.fixture
def desk(balancing: Engine, databases: Databases) -> Counter:
    return Counter(balancing, databases)


def test_the_page_of_an_invoice_says_what_for_and_how_much_and_leads_to_the_provider(desk: Counter) -> None:
    shown = desk.zoe.opens(desk.page)
    for words in ("Atelier Lumière", "Facture 2027-0001", "Coupe", "37,50 €", "7,50 €", "Reste à payer 45,00 €"):
        assert words in shown.text
    assert "Payer 45,00 €" in shown.text
    leaving = desk.zoe.sends(desk.page, shown)
    assert leaving.leads_to == f"https://pay.example/{desk.attempt()}"
    assert desk.last_page.return_url == f"https://salon.example{desk.page}?attempt={desk.attempt()}"


def test_the_page_names_who_takes_part_where_somebody_else_pays(desk: Counter) -> None:
    kid = seat("cut", "2027-01-13 14:00", contact={"id": "kid", "name": "Kid"})
    desk.story.books("zoe", kid, at="2027-01-05 11:00")
    desk.publishes(desk.story.file["events"][-1])
    desk.drains("2027-01-05 11:00")
    number = str(desk.sql("SELECT id FROM invoices WHERE id <> %s", desk.invoice)[0][0])
    until = desk.now.date() + timedelta(days=400)
    shown = desk.zoe.opens(f"/invoice/{PAGES.token(Page.INVOICE, 'atelier', number, until)}")
    assert "Coupe pour Kid" in shown.text


def test_back_from_the_provider_the_page_says_what_became_of_it(desk: Counter) -> None:
    desk.zoe.sends(desk.page)
    back = f"{desk.page}?attempt={desk.attempt()}"
    assert "Vous n'avez pas encore payé." in desk.zoe.opens(back).text
    desk.cards.pays(desk.attempt())
    paid = desk.zoe.opens(back)
    assert "Merci, votre paiement est bien arrivé." in paid.text
    assert not paid.proof
    assert "Tout est réglé" in desk.zoe.opens(desk.page).text
    assert len(desk.payments()) == 1


def test_a_payment_that_failed_can_be_tried_again(desk: Counter) -> None:
    desk.zoe.sends(desk.page)
    desk.tells(CardReport(desk.attempt(), CardOutcome.REFUSED, reason="Lost"))
    shown = desk.zoe.opens(f"{desk.page}?attempt={desk.attempt()}")
    assert "Rien n'a été débité" in shown.text
    assert shown.proof


def test_an_attempt_of_somebody_else_says_nothing_here(desk: Counter) -> None:
    desk.zoe.sends(desk.page)
    mine = desk.attempt()
    desk.sql("UPDATE card_attempts SET invoice_id = 'inv_other' WHERE id = %s", mine)
    assert "Vous n'avez pas encore payé." not in desk.zoe.opens(f"{desk.page}?attempt={mine}").text
    assert desk.zoe.opens(f"{desk.page}?attempt=card_nope").status == 200


def test_a_part_is_taken_as_the_settings_allow(desk: Counter) -> None:
    """R16."""
    desk.sets(partial_payments='{"allowed": true, "minimum": 1000}')
    assert "au moins 10,00 €" in desk.zoe.sends(desk.page, amount="9,99").text
    assert "au plus 45,00 €" in desk.zoe.sends(desk.page, amount="45,01").text
    wrong = desk.zoe.sends(desk.page, amount="beaucoup")
    assert (wrong.status, "Écrivez un montant" in wrong.text) == (422, True)
    assert desk.states() == []
    desk.zoe.sends(desk.page, amount="20,00")
    assert desk.last_page.amount == 2000


def test_where_parts_are_not_allowed_the_amount_of_a_form_counts_for_nothing(desk: Counter) -> None:
    desk.zoe.sends(desk.page, amount="1")
    assert desk.last_page.amount == 4500


def test_the_fields_of_the_business_are_asked_and_lie_on_the_payment(desk: Counter) -> None:
    desk.sets(payment_form='[{"id": "dog", "label": "Chien", "type": "text", "required": true, "options": []}]')
    refused = desk.zoe.sends(desk.page)
    assert (refused.status, "Ce champ est obligatoire." in refused.text) == (422, True)
    desk.zoe.sends(desk.page, dog="Rex")
    desk.tells(desk.cards.pays(desk.attempt()))
    assert desk.sql("SELECT answers FROM payments") == [({"dog": "Rex"},)]
    with desk.engine.connect() as connection:
        (listed,) = payments(open_office(connection, "atelier", desk.now))
    assert listed["answers"] == {"dog": "Rex"}


def test_without_a_provider_the_page_says_whom_to_ask(desk: Counter) -> None:
    desk.sql("UPDATE businesses SET cards = NULL")
    shown = desk.zoe.opens(desk.page)
    assert "écrivez à Atelier Lumière (owner@example.org)" in shown.text
    assert not shown.proof
    assert desk.zoe.sends(desk.page).status in {200, 403}
    assert desk.states() == []


def test_a_page_offers_only_what_the_provider_can_do(desk: Counter) -> None:
    assert "Enregistrer ma carte" in desk.zoe.opens(desk.page).text
    desk.cards.capabilities = frozenset({Capability.CHECKOUT})
    shown = desk.zoe.opens(desk.page)
    assert "Enregistrer ma carte" not in shown.text
    assert "Payer 45,00 €" in shown.text
    desk.zoe.sends(desk.page, shown, save="yes")
    assert desk.last_page.save_card is False
    for desk.cards.capabilities, desk.cards.currencies in (
        (frozenset({Capability.SAVED_CARDS}), None),
        (frozenset(Capability), frozenset({"CHF"})),
    ):
        assert "Le paiement en ligne n'est pas disponible ici." in desk.zoe.opens(desk.page).text
        assert "Le paiement en ligne n'est pas disponible ici." in desk.zoe.opens("/p/atelier").text


def test_a_token_that_is_not_ours_or_too_old_opens_nothing(desk: Counter) -> None:
    assert desk.zoe.opens("/invoice/nope").status == 404
    assert desk.zoe.opens(desk.page.replace("invoice", "pay")).status == 404
    old = f"/invoice/{PAGES.token(Page.INVOICE, 'atelier', desk.invoice, desk.now.date() - timedelta(days=1))}"
    gone = desk.zoe.opens(old)
    assert (gone.status, "45,00" in gone.text) == (410, False)
    assert "Demandez-en une nouvelle à Atelier Lumière" in gone.text
    stranger = f"/invoice/{PAGES.token(Page.INVOICE, 'nobody', desk.invoice, desk.now.date() + timedelta(days=9))}"
    assert desk.zoe.opens(stranger).status == 404


def test_a_form_that_was_not_shown_to_this_browser_is_refused(desk: Counter) -> None:
    shown = desk.zoe.opens(desk.page)
    other = Visitor(desk.site)
    assert other.sends(desk.page, shown).status == 403
    assert desk.zoe.sends(desk.page, desk.zoe.opens("/p/atelier")).status == 403
    assert desk.states() == []


def test_who_tries_many_addresses_or_forms_has_to_wait(desk: Counter) -> None:
    guesser = Visitor(desk.site, host="198.51.100.1")
    answers = [guesser.opens(f"/pay/guess{number}").status for number in range(32)]
    assert answers[:30] == [404] * 30
    assert answers[30:] == [429, 429]
    assert desk.zoe.opens("/pay/other").status == 404
    forms = [guesser.sends("/p/atelier").status for _ in range(22)]
    assert forms[-1] == 429


def test_every_answer_carries_the_headers_that_keep_pages_safe(desk: Counter) -> None:
    for url in (desk.page, "/pay/nope", "/p/atelier", "/pages.css", "/nowhere", "/health/live"):
        answer = desk.zoe.opens(url)
        for name, value in HEADERS.items():
            assert answer.headers[name.lower()] == value
    shown = desk.zoe.opens(desk.page)
    assert shown.headers["cache-control"] == "no-store"
    assert "<script" not in shown.html
    assert " style=" not in shown.html


def test_the_page_speaks_the_client_s_language_else_the_browser_s(desk: Counter) -> None:
    english = Visitor(desk.site, language="en-GB,en;q=0.9")
    assert "Left to pay €45.00" in english.opens(desk.page).text
    desk.sql("UPDATE contacts SET locale = 'fr' WHERE id = 'zoe'")
    assert "Reste à payer" in english.opens(desk.page).text


def test_on_the_standing_page_anybody_pays_any_amount_for_any_purpose(desk: Counter) -> None:
    form = {"amount": "30", "purpose": "Bon cadeau", "name": "Nina", "email": "nina@clients.example"}
    leaving = desk.zoe.sends("/p/atelier", **form)
    assert leaving.leads_to.startswith("https://pay.example/")
    assert desk.sql("SELECT count(*) FROM contacts WHERE email = 'nina@clients.example'") == [(0,)]
    desk.tells(desk.cards.pays(desk.attempt()), desk.cards.pays(desk.attempt()))
    assert desk.sql("SELECT name, email FROM contacts WHERE id LIKE 'con_%%'") == [("Nina", "nina@clients.example")]
    assert desk.sql("SELECT description, owed, settled FROM charges WHERE description = 'Bon cadeau'") == [
        ("Bon cadeau", 3000, 3000)
    ]
    assert desk.sql("SELECT total FROM invoices WHERE kind = 'receipt'") == [(3000,)]
    assert desk.alerts() == []


def test_a_known_address_pays_for_its_client_and_nothing_tells_that_it_is_known(desk: Counter) -> None:
    form = {"amount": "30", "purpose": "Bon cadeau", "name": "Somebody"}
    known = desk.zoe.sends("/p/atelier", **form, email="ZOE@example.org")
    unknown = desk.zoe.sends("/p/atelier", **form, email="noe@example.org")
    assert known.text == unknown.text
    assert known.status == unknown.status == 200
    first, second = (row[0] for row in desk.sql("SELECT id FROM card_attempts ORDER BY contact_id DESC"))
    desk.tells(desk.cards.pays(first), desk.cards.pays(second))
    assert desk.sql("SELECT contact_id FROM payments ORDER BY 1 DESC")[0] == ("zoe",)
    assert desk.sql("SELECT name FROM contacts WHERE id = 'zoe'") == [("Zoé",)]


def test_the_standing_page_says_all_that_is_wrong_at_once(desk: Counter) -> None:
    refused = desk.zoe.sends("/p/atelier", amount="0", purpose=" ", name="N" * 201, email="nobody")
    assert refused.status == 422
    for words in (
        "Écrivez un montant",
        "Ce champ est obligatoire.",
        "Cette valeur n'est pas valable.",
        "adresse comme",
    ):
        assert words in refused.text
    assert desk.zoe.opens("/p/nobody").status == 404


def test_a_message_that_the_provider_did_not_sign_is_refused_and_a_strange_door_is_none(desk: Counter) -> None:
    assert desk.zoe.tells("/webhooks/sandbox/atelier", b"forged").status == 400
    assert desk.zoe.tells("/webhooks/stripe/atelier", b"{}").status == 404
    assert desk.zoe.tells("/webhooks/sandbox/nobody", b"{}").status == 404
    assert desk.zoe.tells("/webhooks/sandbox/atelier", b"x" * 1_000_001).status == 413


def test_the_pages_say_whether_they_live_and_are_ready(desk: Counter) -> None:
    assert desk.zoe.opens("/health/live").text == "live"
    assert desk.zoe.opens("/health/ready").text == "ready"
