"""Cards at the desk: a saved card is charged after asking, or refused before anything is done, with the reason."""

from pathlib import Path

import pytest

from models.contact import Mandate
from models.db import make_engine, transact
from tasks.gateways.clock import SystemClock
from tasks.writing import copy
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> FrontDesk:
    """Open the desk of a shop that takes cards, and invoice a cut of 45 €; zoe has a saved card."""
    monkeypatch.setenv("RELANCE_SANDBOX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RELANCE_SANDBOX_KEY", "key")
    desk = FrontDesk(relance, upstream, tmp_path)
    engine = make_engine(url)
    mandate = Mandate("atelier", "man_1", "zoe", "sandbox", "ca_1", "cards-1", SystemClock().now(), label="Test 4242")
    transact(engine, lambda c: c.execute("""UPDATE businesses SET cards = '{"provider": "sandbox"}'"""))
    transact(engine, lambda c: copy(c, Mandate, [mandate]))
    engine.dispose()
    desk.invoices()
    return desk


def test_a_saved_card_is_charged_for_what_is_open(desk: FrontDesk) -> None:
    asked = desk.says("payments", "charge-card", desk.number)
    assert "nobody can be asked" in asked.err
    assert all(words in asked.out for words in ("Test 4242", desk.number, "45.00 EUR"))
    assert desk.listed("payments", "attempts") == []
    done, *lines = desk.does("payments", "charge-card", desk.number, "--yes")
    assert [(line["amount"], line["card"]) for line in lines if line["kind"] == "card_charge"] == [(4500, "Test 4242")]
    assert (done["invoice"], done["done"], done["amount"]) == (desk.number, "charged to the saved card", 4500)
    (attempt,) = desk.listed("payments", "attempts", "--contact", "zoe", "--state", "prepared")
    assert (attempt["kind"], attempt["amount"], attempt["document"]) == ("charge", 4500, desk.number)
    assert ("olga", "charged to the saved card", desk.number) in desk.acts()
    assert "prepared" in desk.says("payments", "attempts").out
    _, *again = desk.does("payments", "charge-card", desk.number, "--yes")
    assert [line["kind"] for line in again] == ["card_charge"], "the same try, not a second one"
    assert len(desk.listed("payments", "attempts")) == 1


def test_nobody_is_reminded_of_what_a_card_is_about_to_be_charged_for(desk: FrontDesk) -> None:
    """R25."""
    desk.does("payments", "charge-card", desk.number, "--yes")
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert f"A card is about to be charged for {desk.number}: nobody is reminded meanwhile." in told


def test_what_can_not_be_charged_is_refused_with_the_reason(desk: FrontDesk) -> None:
    desk.does("invoices", "hold", desk.number, "--kind", "dispute")
    held = f"No card can be charged. {desk.number} is on hold (dispute): `relance invoices release` ends that."
    assert held in desk.refused("payments", "charge-card", desk.number)
    ada = desk.invoices("ada")
    assert "Client ada has no saved card" in desk.refused("payments", "charge-card", ada)
    desk.does("payments", "mark-paid", ada, "--yes")
    assert "is paid: nothing of it is to be paid" in desk.refused("payments", "charge-card", ada)
    assert "no document '2099-0001'" in desk.refused("payments", "charge-card", "2099-0001")
    assert desk.listed("payments", "attempts") == []


def test_a_shop_that_takes_no_cards_is_told_how_to(relance: Relance, upstream: Upstream, tmp_path: Path) -> None:
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.invoices()
    assert "takes no cards. Write `cards: {provider: sandbox}`" in desk.refused("payments", "charge-card", desk.number)
