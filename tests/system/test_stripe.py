"""The Stripe gateway against localstripe, a process of its own, for what that serves: charges, refunds, looking up.

It serves no Checkout Sessions, no idempotency keys and no limits of refunds; what sessions and events say is told by
`tests/unit/test_stripe_events.py`, how sessions are opened by `tests/unit/test_stripe_checkout.py`.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import stripe

from deploy.local.ports import LOOPBACK, answers, free_port
from models.card_reports import CardOutcome, CardReport
from models.identifiers import key
from tasks.gateways.cards import Account, Debit, Page, Return
from tasks.gateways.stripe_cards import StripeCards
from tests.system.patience import eventually

SHOP = Account("atelier")
_numbers = count()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            eventually(lambda: answers(port), seconds=30)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            process.terminate()


@pytest.fixture
def cards(url: str) -> StripeCards:
    return StripeCards("sk_test_relance", ["whsec_1"], url=url)


def fresh() -> str:
    return key("card", datetime.now(UTC), str(next(_numbers)))


def saved(url: str, number: str) -> str:
    """Return a card that a customer of Stripe's has saved."""
    client = stripe.StripeClient("sk_test_relance", base_addresses={"api": url})
    customer = client.v1.customers.create({"email": "zoe@clients.example"})
    numbers: Any = {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    method = client.v1.payment_methods.create({"type": "card", "card": numbers})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    return f"{customer.id}:{method.id}"


def charged(cards: StripeCards, card: str, key_: str | None = None) -> CardReport:
    return cards.charge(SHOP, Debit(key_ or fresh(), 4500, "EUR", "2027-0001", card))


def test_a_saved_card_is_charged_and_found_again_by_its_key(cards: StripeCards, url: str) -> None:
    one = fresh()
    report = charged(cards, saved(url, "4242424242424242"), one)
    assert (report.outcome, report.amount, report.currency) == (CardOutcome.SUCCEEDED, 4500, "EUR")
    assert report.reference is not None
    assert report.reference.startswith("pi_")
    assert cards.look_up(SHOP, "charge", one, None) == report
    assert cards.look_up(SHOP, "charge", fresh(), None).outcome is CardOutcome.ABSENT


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [
        ("4000000000000341", CardOutcome.DECLINED, "card_declined"),
        ("4000002760003184", CardOutcome.REFUSED, "authentication_required"),
    ],
)
def test_declines_are_told_apart(cards: StripeCards, url: str, number: str, outcome: CardOutcome, code: str) -> None:
    report = charged(cards, saved(url, number))
    assert (report.outcome, report.code) == (outcome, code)


def test_money_goes_back_and_is_found_again_by_its_key(cards: StripeCards, url: str) -> None:
    taken, one = charged(cards, saved(url, "4242424242424242")), fresh()
    report = cards.refund(SHOP, Return(one, 1500, "EUR", taken.reference or ""))
    assert (report.outcome, report.amount) == (CardOutcome.SUCCEEDED, 1500)
    assert cards.look_up(SHOP, "refund", one, None) == report
    assert cards.look_up(SHOP, "refund", fresh(), None).outcome is CardOutcome.ABSENT


def test_a_card_that_was_forgotten_is_attached_to_nobody(cards: StripeCards, url: str) -> None:
    card = saved(url, "4242424242424242")
    assert cards.forget_card(SHOP, "man_1", card).outcome is CardOutcome.SUCCEEDED
    client = stripe.StripeClient("sk_test_relance", base_addresses={"api": url})
    assert client.v1.payment_methods.retrieve(card.partition(":")[2]).customer is None
    assert cards.forget_card(SHOP, "man_1", "cus_none:pm_none").outcome is CardOutcome.ABSENT
    away = StripeCards("sk_test_relance", ["whsec_1"], url=f"http://{LOOPBACK}:{free_port()}", timeout=1)
    assert away.forget_card(SHOP, "man_1", card).outcome is CardOutcome.UNKNOWN


def test_what_stripe_does_not_know_is_refused(cards: StripeCards) -> None:
    assert charged(cards, "cus_none:pm_none").outcome is CardOutcome.REFUSED
    assert cards.refund(SHOP, Return(fresh(), 100, "EUR", "pi_none")).outcome is CardOutcome.REFUSED


def test_a_call_without_an_answer_leaves_a_doubt() -> None:
    away = StripeCards("sk_test_relance", ["whsec_1"], url=f"http://{LOOPBACK}:{free_port()}", timeout=1)
    assert charged(away, "cus_1:pm_1").outcome is CardOutcome.UNKNOWN
    assert away.open_checkout(SHOP, Page(fresh(), 4500, "EUR", "2027-0001", "http://x")).outcome is CardOutcome.UNKNOWN
    assert "Stripe does not answer" in (away.ping() or "")


def test_it_answers(cards: StripeCards) -> None:
    assert cards.ping() is None
