"""`relance pages direct`: the address to put into a website or a signature, and why there may be none."""

from pathlib import Path

import pytest

from models.business import Business
from models.pages import Pages
from models.refusals import RefusedError
from tasks.desk.pages import standing_page
from tasks.gateways.cards import Capability
from tasks.gateways.recording_cards import RecordingCards
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.front_door import ADDRESS, OURS, FrontDoor
from tests.database.upstream import Upstream
from tests.database.visitor import Visitor
from tests.unit.test_mentions import shop_of

PAGES = Pages(ADDRESS, "secret")


@pytest.fixture
def door(relance: Relance, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrontDoor:
    """Open the desk and its pages."""
    return FrontDoor(relance, upstream, tmp_path, monkeypatch)


def test_the_address_that_is_told_opens_the_form_for_any_amount(door: FrontDoor) -> None:
    url = door.says("pages", "direct").out.strip()
    assert url == f"{ADDRESS}/p/atelier"
    shown = door.opens(url)
    assert shown.status == 200
    assert "Montant à payer (EUR)" in shown.text
    assert shown.proof


def test_it_is_told_as_a_link_in_the_business_s_language_and_for_programs(door: FrontDoor) -> None:
    french = f'<a href="{ADDRESS}/p/atelier">Payer en ligne</a>'
    assert door.says("pages", "direct", "--html").out == f"{french}\n"
    assert door.says("pages", "direct", "--json").line == {
        "business": "atelier",
        "url": f"{ADDRESS}/p/atelier",
        "html": french,
    }
    door.changes("locale: fr", "locale: en")
    assert ">Pay online</a>" in door.says("pages", "direct", "--html").out


def test_it_is_told_also_where_no_secret_is_set_and_nothing_has_run_yet(
    door: FrontDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RELANCE_WEB_SECRET")
    monkeypatch.setenv("RELANCE_HOME", str(tmp_path / "nowhere" / ".relance"))
    assert door.says("pages", "direct").out == f"{ADDRESS}/p/atelier\n"


def test_a_business_whose_id_is_no_plain_word_is_paid_on_its_page_and_heard_of_at_its_door(
    door: FrontDoor, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        'business: {id: "atelier/lyon 100%?", name: Lyon, timezone: Europe/Paris, locale: fr, country: FR,'
        ' tax_rate: "20", cards: {provider: sandbox}}\n'
    )
    assert door.says("business", "apply", other, "--yes").code == 0
    url = door.says("pages", "direct", "--business", "atelier/lyon 100%?").out.strip()
    assert url == f"{ADDRESS}/p/atelier%2Flyon%20100%25%3F"
    form = {"amount": "30", "purpose": "Bon cadeau", "name": "Nina", "email": "nina@clients.example"}
    assert "Merci, votre paiement est bien arrivé." in door.pays(url, **form).text
    hook = url.replace("/p/", "/webhooks/sandbox/")
    assert Visitor(door.site).tells(hook, b"{}").status == 400
    assert Visitor(door.site).tells(f"{hook}x", b"{}").status == 404


def test_without_pages_there_is_no_address(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELANCE_WEB_URL")
    assert "has no address: set RELANCE_WEB_URL." in door.refused_plain("pages", "direct")


def test_a_business_that_takes_no_cards_is_told_so(
    relance: Relance, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = FrontDesk(relance, upstream, tmp_path)
    monkeypatch.setenv("RELANCE_WEB_URL", ADDRESS)
    monkeypatch.setenv("RELANCE_WEB_SECRET", OURS)
    assert "atelier takes no cards" in desk.refused_plain("pages", "direct")


def test_a_provider_that_is_not_set_up_is_said_so(door: FrontDoor) -> None:
    door.changes("provider: sandbox", "provider: stripe")
    assert "Stripe is not set up" in door.says("pages", "direct").error


def business(id_: str = "atelier") -> Business:
    return shop_of(id=id_, cards={"provider": "sandbox"}).business


def test_a_provider_without_a_page_or_the_business_s_currency_is_refused() -> None:
    cards = RecordingCards()
    assert standing_page(business(), cards, PAGES) == f"{ADDRESS}/p/atelier"
    cards.currencies = frozenset({"CHF"})
    with pytest.raises(RefusedError, match="does not take EUR"):
        standing_page(business(), cards, PAGES)
    cards.currencies, cards.capabilities = None, frozenset({Capability.REFUNDS})
    with pytest.raises(RefusedError, match="can't do this: checkout"):
        standing_page(business(), cards, PAGES)


def test_an_id_with_strange_letters_makes_a_sound_address() -> None:
    assert standing_page(business('"é b'), RecordingCards(), PAGES) == f"{ADDRESS}/p/%22%C3%A9%20b"
