"""The sandbox card provider as a process: each call once, cards that decline, messages late, double or lost."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from models.card_reports import CardOutcome, CardReport
from tasks.gateways.cards import Account, Debit, ForgedWebhookError, Page, Return
from tasks.gateways.sandbox_cards import SIGNATURE, SandboxCards
from tasks.gateways.signatures import sign
from tests.system import payer
from tests.system.patience import eventually
from tests.system.payer import Listener, Sandbox, listening, pays, visits

SHOP = Account("atelier")
BACK = "http://127.0.0.1:9/back?attempt=1"
_numbers = count()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("provider"), listener.url, timeout=1)
    yield sandbox
    sandbox.stop()


def page(key: str, amount: int = 4500, **more: bool) -> Page:
    return Page(key, amount, "EUR", "Invoice 2027-0001", BACK, "zoe", "zoe@clients.example", "fr", **more)


def opened(sandbox: Sandbox, **more: bool) -> tuple[str, str]:
    """Open a page; return its key and address."""
    key = f"card_{next(_numbers)}"
    report = sandbox.cards.open_checkout(SHOP, page(key, **more))
    assert report.outcome is CardOutcome.OPEN
    assert report.url is not None
    return key, report.url


def looked_up(sandbox: Sandbox, key: str, kind: str = "checkout") -> CardReport:
    return sandbox.cards.look_up(SHOP, kind, key, None)


def saved(sandbox: Sandbox, number: str) -> str:
    """Pay with a card that is kept; return the provider's name for it."""
    key, url = opened(sandbox, save_card=True)
    form = {"confirmed": "yes"} if number in {payer.STRONG, payer.ALWAYS_STRONG} else {}
    assert pays(url, number, save="yes", **form).status == 303
    card = looked_up(sandbox, key).card
    assert card is not None
    assert card.label == f"Test {number[-4:]}"
    return card.reference


def charged(sandbox: Sandbox, card: str, key: str | None = None, amount: int = 4500) -> CardReport:
    return sandbox.cards.charge(SHOP, Debit(key or f"card_{next(_numbers)}", amount, "EUR", "2027-0001", card))


def test_a_client_pays_on_the_page_and_is_sent_back(sandbox: Sandbox) -> None:
    key, url = opened(sandbox)
    shown = visits(url)
    assert "45,00\xa0€" in shown.text
    assert "Numéro de carte" in shown.text
    assert "est refusée pour de bon : perdue" in shown.text
    assert "is declined" not in shown.text
    assert "Enregistrer" not in shown.text
    assert pays(url) == payer.Seen(303, "", BACK)
    assert looked_up(sandbox, key).outcome is CardOutcome.SUCCEEDED
    assert "C&#39;est payé" in visits(url).text
    assert pays(url).status == 200
    assert len([one for one in sandbox.all("checkouts") if one["key"] == key]) == 1


def test_a_page_is_opened_once_for_its_key_and_a_key_stands_for_one_amount(sandbox: Sandbox) -> None:
    key, url = opened(sandbox)
    assert sandbox.cards.open_checkout(SHOP, page(key)).url == url
    other = sandbox.cards.open_checkout(SHOP, page(key, 100))
    assert (other.outcome, other.code) == (CardOutcome.REFUSED, "key_reused")


@pytest.mark.parametrize(
    ("number", "says"),
    [(payer.NO_FUNDS, "provision insuffisante"), (payer.LOST, "perdue"), ("4111", "pas une des cartes")],
)
def test_a_card_that_is_declined_lets_the_client_try_another(sandbox: Sandbox, number: str, says: str) -> None:
    key, url = opened(sandbox)
    assert says in pays(url, number).text
    assert looked_up(sandbox, key).outcome is CardOutcome.OPEN
    assert pays(url).status == 303


def test_three_d_secure_is_asked_for_and_may_be_refused(sandbox: Sandbox) -> None:
    key, url = opened(sandbox)
    assert "3-D Secure" in pays(url, payer.STRONG).text
    assert looked_up(sandbox, key).outcome is CardOutcome.OPEN
    assert "pas été confirmé" in pays(url, payer.STRONG, confirmed="no").text
    assert pays(url, payer.STRONG, confirmed="yes").sent_to == BACK


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [
        (payer.YES.replace(" ", ""), CardOutcome.SUCCEEDED, None),
        (payer.STRONG, CardOutcome.SUCCEEDED, None),
        (payer.LATER_NO_FUNDS, CardOutcome.DECLINED, "insufficient_funds"),
        (payer.ALWAYS_STRONG, CardOutcome.REFUSED, "authentication_required"),
    ],
)
def test_a_saved_card_is_charged_once_for_a_key(
    sandbox: Sandbox, number: str, outcome: CardOutcome, code: str | None
) -> None:
    card, key = saved(sandbox, number), f"card_{next(_numbers)}"
    first = charged(sandbox, card, key)
    assert (first.outcome, first.code) == (outcome, code)
    assert charged(sandbox, card, key) == first
    assert looked_up(sandbox, key, "charge") == first


def test_a_card_of_one_business_is_none_of_another(sandbox: Sandbox) -> None:
    debit = Debit("card_other", 100, "EUR", "", saved(sandbox, payer.YES.replace(" ", "")))
    assert sandbox.cards.charge(Account("other"), debit).code == "no_such_card"


def test_no_more_is_given_back_than_was_taken(sandbox: Sandbox) -> None:
    key, url = opened(sandbox)
    pays(url)
    reference = looked_up(sandbox, key).reference or ""

    def back(amount: int, id_: str) -> CardReport:
        return sandbox.cards.refund(SHOP, Return(id_, amount, "EUR", reference))

    assert back(1500, "r1").outcome is CardOutcome.SUCCEEDED
    assert back(1500, "r1").outcome is CardOutcome.SUCCEEDED
    assert back(3000, "r2").outcome is CardOutcome.SUCCEEDED
    refused = back(1, "r3")
    assert (refused.outcome, refused.code) == (CardOutcome.REFUSED, "over_refunded")
    assert sum(one["amount"] for one in sandbox.all("refunds") if one["charge"] == reference) == 4500


def test_a_card_that_was_forgotten_is_charged_no_more_and_forgetting_it_again_does_no_harm(sandbox: Sandbox) -> None:
    card, other = (saved(sandbox, payer.YES.replace(" ", "")) for _ in range(2))
    forget = sandbox.cards.forget_card
    sandbox.breaks("removal", "refuse", "error")
    assert forget(SHOP, "man_1", card).outcome is CardOutcome.RETRY
    assert forget(SHOP, "man_1", card).outcome is CardOutcome.UNKNOWN
    assert forget(Account("somebody"), "man_1", card).outcome is CardOutcome.ABSENT
    assert forget(SHOP, "man_1", card).outcome is CardOutcome.SUCCEEDED
    assert forget(SHOP, "man_1", card).outcome is CardOutcome.SUCCEEDED
    assert forget(SHOP, "man_2", card).outcome is CardOutcome.ABSENT
    assert charged(sandbox, card).code == "no_such_card"
    assert charged(sandbox, other).outcome is CardOutcome.SUCCEEDED


@pytest.mark.parametrize(
    ("fault", "outcome", "done"),
    [
        ("refuse", CardOutcome.RETRY, False),
        ("hang", CardOutcome.UNKNOWN, False),
        ("hang_after", CardOutcome.UNKNOWN, True),
        ("error", CardOutcome.UNKNOWN, False),
        ("error_after", CardOutcome.UNKNOWN, True),
    ],
)
def test_what_came_of_a_call_that_went_wrong_is_found_out_by_asking(
    sandbox: Sandbox, fault: str, outcome: CardOutcome, done: bool
) -> None:
    card, key = saved(sandbox, payer.YES.replace(" ", "")), f"card_{next(_numbers)}"
    sandbox.breaks("charge", fault)
    assert charged(sandbox, card, key).outcome is outcome
    assert looked_up(sandbox, key, "charge").outcome is (CardOutcome.SUCCEEDED if done else CardOutcome.ABSENT)
    assert charged(sandbox, card, key).outcome is CardOutcome.SUCCEEDED
    assert len([one for one in sandbox.all("charges") if one["key"] == key]) == 1


def told_of(sandbox: Sandbox, listener: Listener, key: str) -> list[CardReport]:
    messages = [(raw, headers[SIGNATURE]) for path, raw, headers in listener.taken if path.endswith("/atelier")]
    for raw, signature in messages:
        assert sandbox.cards.verify_webhook(raw, signature) == json.loads(raw)["id"]
    reports = [report for raw, _ in messages for report in sandbox.cards.read_webhook(raw)]
    return [report for report in reports if report.key == key]


@pytest.mark.parametrize(("number", "times"), [(payer.YES, 1), (payer.TWICE, 2)])
def test_messages_are_signed_and_come_as_often_as_the_card_says(
    sandbox: Sandbox, listener: Listener, number: str, times: int
) -> None:
    key, url = opened(sandbox)
    listener.refusals = 1
    pays(url, number)
    eventually(lambda: len(told_of(sandbox, listener, key)) == times)
    reports = told_of(sandbox, listener, key)
    assert {report.outcome for report in reports} == {CardOutcome.SUCCEEDED}
    assert len({report.event for report in reports}) == 1
    assert {report.account for report in reports} == {"atelier"}


def test_messages_may_be_late_or_never_come(sandbox: Sandbox, listener: Listener) -> None:
    (late, late_url), (lost, lost_url) = opened(sandbox), opened(sandbox)
    begun = datetime.now(UTC)
    pays(lost_url, payer.NEVER_TOLD)
    pays(late_url, payer.LATE)
    eventually(lambda: len(told_of(sandbox, listener, late)) == 1)
    assert datetime.now(UTC) - begun > timedelta(seconds=4)
    assert told_of(sandbox, listener, lost) == []
    assert looked_up(sandbox, lost).outcome is CardOutcome.SUCCEEDED


def test_a_message_that_is_forged_or_old_is_refused(sandbox: Sandbox) -> None:
    raw, now = b'{"id": "evt", "object": {}}', datetime.now(UTC)
    for header in (
        sign("another key", raw, now),
        sign(sandbox.key, raw + b" ", now),
        sign(sandbox.key, raw, now - timedelta(seconds=301)),
        "t=1,v1=x",
        "",
    ):
        with pytest.raises(ForgedWebhookError):
            sandbox.cards.verify_webhook(raw, header)


def test_a_page_nobody_paid_on_expires(sandbox: Sandbox) -> None:
    key, url = opened(sandbox)
    id_ = url.rpartition("/")[2]
    assert sandbox.ask("POST", f"/v1/checkouts/{id_}/expire")[0] == 200
    assert looked_up(sandbox, key).outcome is CardOutcome.EXPIRED
    assert "plus valable" in visits(url).text
    assert pays(url).status == 200


def test_strangers_are_not_let_in(sandbox: Sandbox) -> None:
    assert sandbox.ask("GET", "/v1/charges?account=atelier", key="wrong")[0] == 401
    assert sandbox.ask("POST", "/v1/charges", {}, key="wrong")[0] == 401
    assert SandboxCards(sandbox.url, "wrong").ping() == "The key is not the right one."
    assert sandbox.cards.ping() is None
    assert sandbox.ask("POST", "/v1/charges", {"account": "a", "key": "k", "amount": 1.5})[0] == 422


def test_what_it_knows_survives_its_death(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    try:
        key, url = opened(sandbox)
        pays(url)
        assert sandbox.program.child.pid
        os.kill(sandbox.program.child.pid, signal.SIGKILL)
        sandbox.program.child.stop()
        sandbox.program.launch()
        sandbox.program.await_ready()
        assert looked_up(sandbox, key).outcome is CardOutcome.SUCCEEDED
    finally:
        sandbox.stop()
