"""Cards at the desk: a saved card is charged after asking, or refused before anything is done, with the reason."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.contact import Mandate
from models.db import make_engine, transact
from tasks.cards import collect
from tasks.gateways.cards import Capability, Debit
from tasks.gateways.clock import SystemClock
from tasks.gateways.recording_cards import AWAY, NO_FUNDS, STOLEN, CardAnswer, RecordingCards
from tasks.gateways.sandbox_cards import SandboxCards
from tasks.writing import copy
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, session

PLANNED = "planned to be charged to the saved card"


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


def collects(desk: FrontDesk, *answers: CardAnswer) -> RecordingCards:
    """Let the worker charge what is due; return the provider, with what it was asked for."""
    cards = RecordingCards()
    cards.plan("ca_1", *answers)
    collect(replace(desk.upstream.shell, cards=cards))
    return cards


def day(desk: FrontDesk, booking_id: str = "o1-b1") -> dict[str, Any]:
    """Return a booking as the day tells it."""
    return next(one for one in desk.listed("bookings", "day", "--on", "2027-03-27") if one["booking"] == booking_id)


def test_a_saved_card_is_charged_for_what_is_open(desk: FrontDesk) -> None:
    asked = desk.says("payments", "charge-card", desk.number)
    assert "nobody can be asked" in asked.err
    assert all(words in asked.out for words in ("Test 4242", desk.number, "45.00 EUR"))
    assert desk.listed("payments", "attempts") == []
    done, *lines = desk.does("payments", "charge-card", desk.number, "--yes")
    assert [(line["amount"], line["card"]) for line in lines if line["kind"] == "card_charge"] == [(4500, "Test 4242")]
    assert (done["invoice"], done["done"], done["amount"]) == (desk.number, PLANNED, 4500)
    (attempt,) = desk.listed("payments", "attempts", "--contact", "zoe", "--state", "prepared")
    assert (attempt["kind"], attempt["amount"], attempt["document"]) == ("charge", 4500, desk.number)
    assert ("olga", PLANNED, desk.number) in desk.acts()
    assert "prepared" in desk.says("payments", "attempts").out
    _, *again = desk.does("payments", "charge-card", desk.number, "--yes")
    assert [line["kind"] for line in again] == ["card_charge"], "the same try, not a second one"
    assert len(desk.listed("payments", "attempts")) == 1
    cards = collects(desk)
    assert [(call.amount, call.card) for call in cards.calls if isinstance(call, Debit)] == [(4500, "ca_1")]
    (payment,) = desk.listed("payments", "list", "--contact", "zoe")
    assert (payment["amount"], payment["method"], payment["documents"]) == (4500, "card", [desk.number])
    assert desk.invoice(desk.number)["status"] == "paid"
    assert (day(desk)["paid"], day(desk)["open"]) == (4500, 0)
    assert collects(desk).calls == [], "nothing is left to be charged"
    assert desk.balanced()


def test_a_try_that_was_planned_before_is_shown_as_it_will_be_charged(desk: FrontDesk) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    desk.does("payments", "record", "15", desk.number, "--yes")
    asked = desk.says("payments", "charge-card", desk.number)
    assert ("30.00 EUR" in asked.out, "45.00 EUR" in asked.out) == (True, False)
    assert f"{desk.number}: would be {PLANNED}." in asked.out
    ((due,),) = {(one["next"],) for one in desk.listed("payments", "attempts")}
    assert f"planned for {due[:16].replace('T', ' ')}" in asked.out
    done, line = desk.does("payments", "charge-card", desk.number, "--yes")
    assert (done["amount"], done["planned_for"]) == (3000, due[:19] + due[-6:])
    assert (line["amount"], line["status"], line["planned_for"]) == (3000, "planned", done["planned_for"])
    assert [call.amount for call in collects(desk).calls] == [3000]
    assert desk.invoice(desk.number)["status"] == "paid"


def test_no_more_than_was_planned_is_promised_where_more_is_open_since(desk: FrontDesk) -> None:
    desk.does("payments", "record", "15", desk.number, "--id", "till-1", "--yes")
    desk.does("payments", "charge-card", desk.number, "--yes")
    desk.does("payments", "reverse", "till-1", "--reason", "Bounced", "--yes")
    done, line = desk.does("payments", "charge-card", desk.number, "--yes")
    assert (done["amount"], line["amount"]) == (3000, 3000)
    assert [call.amount for call in collects(desk).calls] == [3000]


def test_a_try_that_was_sent_for_more_than_is_open_is_not_promised(desk: FrontDesk) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    collects(desk, AWAY)
    desk.does("payments", "record", "15", desk.number, "--yes")
    refused = desk.refused("payments", "charge-card", desk.number)
    assert "45.00 EUR was sent to the card provider, which was away, and only 30.00 EUR is open by now" in refused


def test_a_booking_is_charged_before_it_is_billed_and_what_was_paid_is_a_deposit(desk: FrontDesk) -> None:
    desk.books("zoe", paid=1500)
    asked = desk.says("payments", "charge-card", "--booking", "o2-b1")
    assert "nobody can be asked" in asked.err
    assert all(words in asked.out for words in ("Test 4242", "30.00 EUR"))
    done, *_ = desk.does("payments", "charge-card", "--booking", "o2-b1", "--yes")
    when = done.pop("planned_for")
    assert done == {"booking": "o2-b1", "done": PLANNED, "amount": 3000, "currency": "EUR"}
    assert when[:16].replace("T", " ") in desk.listed("payments", "attempts")[0]["next"].replace("T", " ")
    _, *again = desk.does("payments", "charge-card", "--booking", "o2-b1", "--yes")
    assert [line["kind"] for line in again] == ["card_charge"], "the same try, not a second one"
    assert [call.amount for call in collects(desk).calls] == [3000]
    assert day(desk, "o2-b1") | {"paid": 4500, "open": 0, "document": None} == day(desk, "o2-b1")
    assert "receipt" in {one["template"] for one in desk.listed("messages", "list")}
    assert ("olga", PLANNED, "o2-b1") in desk.acts()
    assert "nothing of it is open" in desk.refused("payments", "charge-card", "--booking", "o2-b1")
    assert desk.balanced()


def test_a_booking_is_charged_for_what_it_owes_on_a_document_that_holds_more(desk: FrontDesk) -> None:
    desk.books("zoe", booking("b1", session=session("s1")), booking("b2", session=session("s2")))
    _, *lines = desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    number = next(line["number"] for line in lines if line["kind"] == "invoice")
    desk.does("payments", "charge-card", "--booking", "b2", "--yes")
    assert [call.amount for call in collects(desk).calls] == [4500]
    assert (day(desk, "b1")["open"], day(desk, "b2")["open"]) == (4500, 0)
    assert (desk.invoice(number)["amount_due"], desk.invoice(number)["status"]) == (4500, "issued")
    assert desk.balanced()


def test_whoever_pays_for_a_booking_is_charged(desk: FrontDesk) -> None:
    desk.does("contacts", "change", "ada", "--payer", "zoe")
    desk.books("ada")
    _, *lines = desk.does("payments", "charge-card", "--booking", "o2-b1", "--yes")
    assert [(line["contact"], line["card"]) for line in lines] == [("zoe", "Test 4242")]
    assert [call.amount for call in collects(desk).calls] == [4500]
    assert day(desk, "o2-b1")["open"] == 0


def test_a_booking_on_hold_is_not_charged_also_if_it_is_held_only_then(desk: FrontDesk) -> None:
    desk.does("payments", "charge-card", "--booking", "o1-b1", "--yes")
    desk.does("invoices", "hold", desk.number, "--kind", "dispute")
    assert collects(desk).calls == []
    (attempt,) = desk.listed("payments", "attempts")
    assert attempt["state"] == "cancelled"
    assert "is on hold (dispute)" in desk.refused("payments", "charge-card", "--booking", "o1-b1")
    assert "has no booking 'o9-b1'" in desk.refused("payments", "charge-card", "--booking", "o9-b1")
    assert "Say for what" in desk.refused("payments", "charge-card")
    assert day(desk)["open"] == 4500


def test_a_provider_that_charges_no_saved_cards_is_refused_before_anything_is_planned(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SandboxCards, "capabilities", frozenset(Capability) - {Capability.SAVED_CARDS})
    for what in ((desk.number,), ("--booking", "o1-b1")):
        refused = desk.refused("payments", "charge-card", *what)
        assert "The card provider sandbox can't do this: saved_cards." in refused
    assert desk.listed("payments", "attempts") == []


def test_nobody_is_reminded_of_what_a_card_is_about_to_be_charged_for(desk: FrontDesk) -> None:
    """R25."""
    desk.does("payments", "charge-card", desk.number, "--yes")
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert f"A card is about to be charged for {desk.number}: nobody is reminded meanwhile." in told
    (planned,) = desk.listed("payments", "attempts")
    assert f"It is planned for {planned['next'][:16].replace('T', ' ')}." in told
    collects(desk, NO_FUNDS)
    (later,) = desk.listed("payments", "attempts")
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert later["next"][:10] > planned["next"][:10]
    assert f"It is planned for {later['next'][:16].replace('T', ' ')}." in told, "in the business's own time"


def test_the_refusal_to_remind_says_of_a_charge_that_is_held_what_holds_it(desk: FrontDesk) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    assert desk.says("pause", "--money").code == 0
    assert collects(desk).calls == []
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert "A pause holds the charge: `relance status` tells which, `relance resume` ends it." in told


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


def test_a_charge_that_is_planned_goes_on_with_the_client_who_is_left_of_two(desk: FrontDesk) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    desk.does("contacts", "merge", "zoe", "--into", "ada", "--yes")
    assert "A card is about to be charged" in desk.refused_plain("invoices", "remind", desk.number)
    _, *again = desk.does("payments", "charge-card", desk.number, "--yes")
    assert [line["kind"] for line in again] == ["card_charge"], "the same try, not a second one"
    (attempt,) = desk.listed("payments", "attempts", "--contact", "ada")
    assert (attempt["state"], attempt["document"]) == ("prepared", desk.number)
    assert [(call.amount, call.card) for call in collects(desk).calls if isinstance(call, Debit)] == [(4500, "ca_1")]
    assert desk.invoice(desk.number)["status"] == "paid"
    assert desk.balanced()


def test_a_lost_card_is_shown_as_such_and_charged_no_more_also_of_the_client_who_is_left(
    desk: FrontDesk,
) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    collects(desk, STOLEN)
    assert desk.listed("alerts") == [], "who charged it looks at the attempts"
    for client, refused in (("zoe", "zoe"), ("ada", "ada")):
        (saved,) = desk.says("contacts", "show", client, "--json").line["saved_cards"]
        assert (saved["label"], saved["dead"]) == ("Test 4242", "The card was reported lost")
        assert "The card was reported lost" in desk.says("contacts", "show", client).out
        told = desk.refused("payments", "charge-card", desk.number)
        assert f"The saved card (Test 4242) of client {refused} is charged no more: The card was reported lost." in told
        assert f"`relance links create {refused} --send`" in told
        monthly = ("Gym", "30", "--every", "month", "--collect", "card", "--yes")
        assert "is charged no more" in desk.says("recurring", "start", client, *monthly).error
        if client == "zoe":
            desk.does("contacts", "merge", "zoe", "--into", "ada", "--yes")
    assert [one["state"] for one in desk.listed("payments", "attempts", "--contact", "ada")] == ["failed"]


def test_money_that_can_not_go_back_to_the_card_any_more_goes_back_by_hand_only(desk: FrontDesk, url: str) -> None:
    desk.does("payments", "charge-card", desk.number, "--yes")
    collects(desk)
    engine = make_engine(url)
    transact(engine, lambda c: c.execute("UPDATE businesses SET cards = NULL"))
    engine.dispose()
    refused = desk.refused("payments", "refund", desk.number)
    assert "came by card through sandbox, and Atelier takes no cards any more: it can't go back to the card." in refused
    assert "can't go back" in desk.refused_plain("payments", "refund", desk.number, "--dry-run")
    _, *lines = desk.does("payments", "refund", desk.number, "--by-hand", "--yes")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [4500]
    assert [one["reason"] for one in desk.listed("alerts")] == ["refund_to_pay_out"]
    assert desk.balanced()
