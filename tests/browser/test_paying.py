"""Clients pay on the pages, in a real browser, by a real provider."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Salon
from tests.system.patience import eventually

GOOD, LOST, STRONG = "4242 4242 4242 4242", "4000 0000 0000 9987", "4000 0025 0000 3155"
THANKS = "Merci, votre paiement est bien arrivé."


def leaves_by(page: Page, name: str = "Payer") -> None:
    """Press Pay and wait for the provider's page."""
    page.get_by_role("button", name=name).click()
    expect(page.get_by_label("Numéro de carte")).to_be_visible()


def pays_with(page: Page, card: str) -> None:
    page.get_by_label("Numéro de carte").fill(card)
    page.get_by_role("button", name="Payer").click()


def test_an_invoice_is_paid_in_two_parts_and_then_asks_for_nothing(salon: Salon, page: Page) -> None:
    page.goto(salon.invoice)
    expect(page.get_by_role("heading", name="Facture 2027-0001")).to_be_visible()
    page.get_by_label("Montant à payer").fill("5")
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_text("Trop petit : au moins 10,00 €.")).to_be_visible()
    page.get_by_label("Montant à payer").fill("20,00")
    leaves_by(page)
    pays_with(page, GOOD)
    expect(page.get_by_text(THANKS)).to_be_visible()
    expect(page.get_by_text("25,00 €")).to_be_visible()
    leaves_by(page)
    pays_with(page, GOOD)
    expect(page.get_by_text(THANKS)).to_be_visible()
    page.goto(salon.invoice)
    expect(page.get_by_text("Tout est réglé. Merci !")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert salon.paid() == [2000, 2500]


def test_a_card_that_is_refused_and_a_bank_that_asks_lead_back_to_a_page_that_knows(salon: Salon, page: Page) -> None:
    page.goto(salon.invoice)
    leaves_by(page)
    pays_with(page, LOST)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Revenir sans payer").click()
    expect(page.get_by_text("Vous n'avez pas encore payé.")).to_be_visible()
    leaves_by(page)
    pays_with(page, STRONG)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text(THANKS)).to_be_visible()
    assert salon.paid() == [4500]


def test_a_payment_link_shows_its_note_and_what_the_provider_tells_first_is_known(salon: Salon, page: Page) -> None:
    page.goto(salon.link)
    for text in ("Demande de paiement", "Shampoing", "10,00 €", "2,00 €"):
        expect(page.get_by_text(text).first).to_be_visible()
    leaves_by(page)
    pays_with(page, GOOD)
    eventually(lambda: salon.rings("payments.read_webhooks")["read"] > 0)
    assert salon.paid() == [1200]
    page.goto(salon.link)
    expect(page.get_by_text("Tout est réglé. Merci !")).to_be_visible()


def test_a_link_leads_to_the_newer_one_and_to_the_invoice_that_asks_by_now(salon: Salon, page: Page) -> None:
    salon.sql(
        "INSERT INTO payment_links SELECT business_id, 'lnk_' || repeat('a', 32), contact_id, amount, currency,"
        " created_at + interval '1 minute', expires_at, state, charge_ids, purpose, direct FROM payment_links"
    )
    salon.sql(
        "UPDATE payment_links SET state = 'superseded', superseded_by = 'lnk_' || repeat('a', 32)"
        " WHERE id <> 'lnk_' || repeat('a', 32)"
    )
    page.goto(salon.link)
    assert page.url != salon.link
    expect(page.get_by_text("Shampoing")).to_be_visible()
    salon.sql("UPDATE payment_links SET state = 'revoked' WHERE superseded_by IS NULL")
    page.goto(salon.link)
    expect(page.get_by_text("Cette demande a été retirée par Atelier Lumière.")).to_be_visible()


def test_anybody_pays_any_amount_on_the_standing_page(salon: Salon, page: Page) -> None:
    page.goto(f"{salon.pages.address}/p/atelier")
    page.get_by_label("Montant à payer").fill("30")
    page.get_by_label("Motif du paiement").fill("Bon cadeau")
    page.get_by_label("Votre nom").fill("Nina")
    page.get_by_label("Votre adresse e-mail").fill("nina@clients.example")
    leaves_by(page)
    pays_with(page, GOOD)
    expect(page.get_by_text(THANKS)).to_be_visible()
    assert salon.paid() == [3000]
    assert salon.sql("SELECT name FROM contacts WHERE email = 'nina@clients.example'") == [("Nina",)]


def test_pages_fit_a_phone_and_every_field_has_its_label(salon: Salon, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="en-GB")
    page = context.new_page()
    for url in (salon.invoice, salon.link, f"{salon.pages.address}/p/atelier", f"{salon.pages.address}/pay/nope"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        unnamed = (
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(f => !f.labels.length)"
        )
        assert page.evaluate(f"{unnamed}.length") == 0
        assert page.evaluate("document.documentElement.lang") == "en"
        assert re.search(r"\S", page.title())
    page.goto(salon.invoice)
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    context.close()
