"""What Stripe's signed events and Checkout Sessions say, in our words."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from models.card_reports import CardOutcome, CardReport, SavedCard
from tasks.gateways.cards import ForgedWebhookError, UnreadableWebhookError, event_id_of
from tasks.gateways.stripe_cards import SIGNATURE, StripeCards, _report

KEY = "card_018f00000000aaaa"
OLD, NEW = "whsec_old", "whsec_new"
INTENT = {"object": "payment_intent", "id": "pi_1", "amount": 4500, "currency": "eur", "metadata": {"key": KEY}}
SESSION = {
    "object": "checkout.session",
    "id": "cs_1",
    "payment_status": "unpaid",
    "status": "open",
    "url": "https://checkout.example/cs_1",
    "expires_at": 1_800_000_000,
    "amount_total": 4500,
    "currency": "eur",
}


def signed(made: dict[str, Any], secret: str = NEW, *, age: int = 0) -> tuple[bytes, dict[str, str]]:
    """Return an event about an object as Stripe sends it."""
    event = {"id": "evt_1", "type": "x", "account": "acct_1", "data": {"object": made}}
    raw, at = json.dumps(event).encode(), str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    return raw, {SIGNATURE: f"t={at},v1={digest}"}


def told(made: dict[str, Any], secret: str = NEW, *, age: int = 0) -> list[CardReport]:
    raw, headers = signed(made, secret, age=age)
    stripe = StripeCards("sk_test", [NEW, OLD])
    assert stripe.verify_webhook(raw, headers[stripe.signature_header]) == "evt_1"
    return list(stripe.read_webhook(raw))


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_an_event_tells_of_what_we_asked_for(secret: str) -> None:
    (report,) = told(INTENT | {"status": "succeeded"}, secret)
    assert (report.key, report.outcome, report.reference) == (KEY, CardOutcome.SUCCEEDED, "pi_1")
    assert (report.amount, report.currency, report.event, report.account) == (4500, "EUR", "evt_1", "acct_1")


@pytest.mark.parametrize("other", [{"metadata": {}}, {"object": "charge"}])
def test_an_event_about_anything_else_tells_nothing(other: dict[str, Any]) -> None:
    assert told(INTENT | {"status": "succeeded"} | other) == []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"id": "evt_1", "data": 1}', b"[" * 100_000, b'{"id": "\\u0000", "data": {}}']
)
def test_what_is_signed_and_no_event_is_known_by_its_bytes_and_says_what_is_wrong(raw: bytes) -> None:
    id_ = event_id_of(raw)
    assert id_ == "evt_1" or id_ == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    with pytest.raises(UnreadableWebhookError, match="no event as Stripe writes them"):
        StripeCards("sk_test", [NEW]).read_webhook(raw)


def test_of_a_paid_session_stripe_is_asked_and_its_silence_is_told() -> None:
    paid = SESSION | {"payment_status": "paid", "metadata": {"key": KEY}}
    raw, _ = signed(paid)
    (report,) = StripeCards("sk_test", [NEW], url="http://127.0.0.1:9").read_webhook(raw)
    assert (report.key, report.outcome) == (KEY, CardOutcome.UNKNOWN)


@pytest.mark.parametrize(("secret", "age"), [("whsec_forged", 0), (NEW, 301)])
def test_a_forged_or_old_event_is_refused(secret: str, age: int) -> None:
    with pytest.raises(ForgedWebhookError, match="not signed by Stripe"):
        told(INTENT | {"status": "succeeded"}, secret, age=age)


def test_an_event_that_was_changed_on_its_way_is_refused() -> None:
    raw, headers = signed(INTENT | {"status": "succeeded"})
    with pytest.raises(ForgedWebhookError):
        StripeCards("sk_test", [NEW]).verify_webhook(raw.replace(b"4500", b"9500"), headers[SIGNATURE])


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ({"decline_code": "insufficient_funds"}, CardOutcome.DECLINED),
        ({"decline_code": "lost_card"}, CardOutcome.REFUSED),
        ({"code": "expired_card"}, CardOutcome.REFUSED),
    ],
)
def test_soft_and_hard_declines_are_told_apart(error: dict[str, str], outcome: CardOutcome) -> None:
    made = INTENT | {"status": "requires_payment_method", "last_payment_error": error | {"message": "No."}}
    (report,) = told(made)
    assert (report.outcome, report.reason) == (outcome, "No.")


def test_a_session_is_open_with_its_address_then_expired() -> None:
    report = _report(KEY, SESSION)
    assert (report.outcome, report.url, report.reference) == (CardOutcome.OPEN, SESSION["url"], "cs_1")
    assert _report(KEY, SESSION | {"status": "expired"}).outcome is CardOutcome.EXPIRED


def test_a_paid_session_is_known_by_its_intent_and_tells_of_a_card_that_is_kept() -> None:
    paid = SESSION | {"payment_status": "paid", "status": "complete"}
    assert _report(KEY, paid | {"payment_intent": "pi_1"}).reference == "pi_1"
    method = {"id": "pm_1", "card": {"brand": "visa", "last4": "4242"}}
    intent = {"id": "pi_1", "customer": "cus_1", "payment_method": method, "setup_future_usage": None}
    assert _report(KEY, paid | {"payment_intent": intent}).card is None
    kept = intent | {"setup_future_usage": "off_session"}
    report = _report(KEY, paid | {"payment_intent": kept})
    assert (report.outcome, report.amount, report.currency) == (CardOutcome.SUCCEEDED, 4500, "EUR")
    assert report.card == SavedCard("cus_1:pm_1", "Visa 4242")
