"""Stripe as a gateway: Checkout Sessions, PaymentIntents on saved cards, refunds, signed events.

What a call made is known by its idempotency key, which also stands in the object's metadata: who asks later looks
through what was made since the attempt, as Stripe's search lags behind. A saved card is `customer:payment_method`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import stripe
from stripe import StripeClient

from models.card_reports import CardOutcome, CardReport, SavedCard
from models.errors import told
from tasks.gateways.cards import (
    Account,
    Capability,
    Debit,
    ForgedWebhookError,
    Page,
    Return,
    UnreadableWebhookError,
    event_id_of,
)
from tasks.gateways.stripe_words import MADE_BEFORE, made_at, outcome_of_intent, refusal

SIGNATURE = "stripe-signature"
WINDOW_SECONDS = 300
PAGE = 100
TELLING = frozenset({"checkout.session", "payment_intent", "refund"})
"""Objects that say what became of a call; a charge bears the key of its PaymentIntent, and says nothing more."""
Made = Mapping[str, Any]
"""An object of Stripe's as plain values."""


class StripeCards:
    """Speaks to Stripe with the platform's `key`; each business may be a connected account of its own.

    `secrets` sign the events: the present one and, while it is being replaced, the one before.
    """

    name = "stripe"
    signature_header = SIGNATURE
    capabilities = frozenset(Capability)
    currencies: frozenset[str] | None = None

    def __init__(self, key: str, secrets: Sequence[str], *, url: str | None = None, timeout: float = 10) -> None:
        self._client = StripeClient(
            key,
            base_addresses={"api": url} if url else {},
            http_client=stripe.RequestsClient(timeout=timeout),
            max_network_retries=0,
        )
        self._secrets = secrets

    def open_checkout(self, account: Account, page: Page) -> CardReport:
        """Open a Checkout Session, for cards alone: what a bank takes days to tell of would look unpaid meanwhile."""
        price = {"currency": page.currency.lower(), "unit_amount": page.amount}
        item = {"quantity": 1, "price_data": price | {"product_data": {"name": page.description or page.key}}}
        wish: dict[str, Any] = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "line_items": [item],
            "success_url": page.return_url,
            "cancel_url": page.return_url,
            "client_reference_id": page.key,
            "metadata": {"key": page.key, "business": account.business_id},
            "locale": "auto",
        }
        if page.email:
            wish["customer_email"] = page.email
        if page.save_card:
            wish |= {"customer_creation": "always", "payment_intent_data": {"setup_future_usage": "off_session"}}
        return self._told(page.key, lambda: self._client.v1.checkout.sessions.create(wish, _how(account, page.key)))  # type: ignore[arg-type]  # plain values

    def charge(self, account: Account, debit: Debit) -> CardReport:
        """Charge a saved card while the client is not there."""
        customer, _, method = debit.card.partition(":")
        wish: dict[str, Any] = {
            "amount": debit.amount,
            "currency": debit.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "off_session": True,
            "confirm": True,
            "metadata": {"key": debit.key, "business": account.business_id, "about": debit.description},
        }
        return self._told(debit.key, lambda: self._client.v1.payment_intents.create(wish, _how(account, debit.key)))  # type: ignore[arg-type]  # plain values

    def refund(self, account: Account, back: Return) -> CardReport:
        """Give back of a PaymentIntent."""
        wish: dict[str, Any] = {
            "payment_intent": back.reference,
            "amount": back.amount,
            "metadata": {"key": back.key, "business": account.business_id},
        }
        return self._told(back.key, lambda: self._client.v1.refunds.create(wish, _how(account, back.key)))  # type: ignore[arg-type]  # plain values

    def forget_card(self, account: Account, key: str, card: str) -> CardReport:
        """Detach a PaymentMethod from its customer: it can't be charged or attached any more."""
        method = card.partition(":")[2]
        try:
            self._client.v1.payment_methods.detach(method, {}, _how(account))
        except stripe.StripeError as error:
            gone = error.http_status == 404 or "not attached to a customer" in str(error)
            return CardReport(key, CardOutcome.ABSENT) if gone else refusal(key, error)
        return CardReport(key, CardOutcome.SUCCEEDED)

    def look_up(self, account: Account, kind: str, key: str, reference: str | None) -> CardReport:
        """Find what a call with a key made: by its name where that is known, else among all since the attempt."""
        report = self._told(key, lambda: self._find(account, kind, key, reference))
        return CardReport(key, CardOutcome.ABSENT) if report.code == "resource_missing" else report

    def _find(self, account: Account, kind: str, key: str, reference: str | None) -> Any:
        if reference is not None and reference.startswith("cs_"):
            return self._session(account, reference)
        for made in self._since(account, kind, made_at(key) - MADE_BEFORE):
            if (made.get("metadata") or {}).get("key") == key:
                return self._session(account, made["id"]) if kind == "checkout" else made
        return {"object": "nothing"}

    def _session(self, account: Account, id_: str) -> Any:
        expand: Any = {"expand": ["payment_intent.payment_method"]}
        return self._client.v1.checkout.sessions.retrieve(id_, expand, _how(account))

    def _since(self, account: Account, kind: str, since: datetime) -> Iterator[Made]:
        """Yield what was made of a kind, newest first, back to an instant."""
        v1 = self._client.v1
        services: dict[str, Any] = {
            "checkout": v1.checkout.sessions,
            "charge": v1.payment_intents,
            "refund": v1.refunds,
        }
        listed = services[kind].list({"limit": PAGE}, _how(account))
        for made in listed.auto_paging_iter():
            if datetime.fromtimestamp(made["created"], UTC) < since:
                return
            yield _plain(made)

    def verify_webhook(self, raw: bytes, signature: str) -> str:
        """Return the id of an event, if Stripe signed it in the last five minutes with one of the secrets."""
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, WINDOW_SECONDS)
            except (stripe.SignatureVerificationError, UnicodeDecodeError):
                continue
            return event_id_of(raw)
        raise ForgedWebhookError("The event is not signed by Stripe, or was signed too long ago.")

    def read_webhook(self, raw: bytes) -> Sequence[CardReport]:
        """Return what an event tells of what we asked for; events about anything else tell nothing.

        Of a paid Checkout Session Stripe is asked for the card, which the event does not name.
        """
        try:
            event = json.loads(raw)
            made = event["data"]["object"]
            key = (made.get("metadata") or {}).get("key")
            if not key or made["object"] not in TELLING:
                return []
            return [_of_event(self._told_by(event, made, key), event)]
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UnreadableWebhookError(f"It is no event as Stripe writes them: {told(error)}.") from error

    def _told_by(self, event: Made, made: Made, key: str) -> CardReport:
        if made["object"] != "checkout.session" or made.get("payment_status") != "paid":
            return _report(key, made)
        account = Account(made["metadata"].get("business", ""), event.get("account"))
        report = self._told(key, lambda: self._session(account, made["id"]))
        if report.outcome is CardOutcome.REFUSED:
            raise UnreadableWebhookError(f"Stripe does not show the session that it tells of: {report.reason}")
        return report

    def ping(self) -> str | None:
        """Return why Stripe does not answer us."""
        try:
            self._client.v1.balance.retrieve()
        except stripe.StripeError as error:
            return f"Stripe does not answer: {error.user_message or error}."
        return None

    def _told(self, key: str, call: Callable[[], Any]) -> CardReport:
        """Return what a call came to."""
        try:
            made = _plain(call())
        except stripe.StripeError as error:
            return refusal(key, error)
        return _report(key, made)


def _plain(made: Any) -> Made:
    """Return an object as plain values: the library's own tells them as JSON."""
    told: Made = made if type(made) is dict else json.loads(str(made))
    return told


def _how(account: Account, key: str | None = None) -> Any:
    how = {"stripe_account": account.name, "idempotency_key": key}
    return {name: value for name, value in how.items() if value is not None}


def _of_event(report: CardReport, event: Mapping[str, Any]) -> CardReport:
    values = {name: getattr(report, name) for name in CardReport.__slots__}
    return CardReport(**values | {"event": event["id"], "account": event.get("account")})


def _report(key: str, made: Made) -> CardReport:
    """Return what an object says of a try."""
    match made.get("object"):
        case "checkout.session":
            return _of_session(key, made)
        case "payment_intent":
            return outcome_of_intent(key, made)
        case "refund":
            outcome = {"succeeded": CardOutcome.SUCCEEDED, "failed": CardOutcome.REFUSED}.get(made["status"])
            code = made.get("failure_reason")
            return CardReport(key, outcome or CardOutcome.OPEN, made["id"], made["amount"], None, code, code)
        case _:
            return CardReport(key, CardOutcome.ABSENT, reason="Stripe has never heard of it.")


def _of_session(key: str, made: Made) -> CardReport:
    """Return what a Checkout Session says; one that is paid is known by its PaymentIntent, which refunds name."""
    expires = datetime.fromtimestamp(made["expires_at"], UTC) if made.get("expires_at") else None
    if made.get("payment_status") != "paid":
        expired = made.get("status") == "expired"
        outcome = CardOutcome.EXPIRED if expired else CardOutcome.OPEN
        return CardReport(key, outcome, made["id"], url=made.get("url"), expires_at=expires)
    intent: Any = made["payment_intent"]
    reference, card = (intent, None) if isinstance(intent, str) else (intent["id"], _card(intent))
    currency = str(made["currency"]).upper()
    return CardReport(key, CardOutcome.SUCCEEDED, reference, made["amount_total"], currency, card=card)


def _card(intent: Made) -> SavedCard | None:
    """Return the card that the client lets us keep."""
    method, customer = intent.get("payment_method"), intent.get("customer")
    if not intent.get("setup_future_usage") or not isinstance(method, dict) or not customer:
        return None
    card = method.get("card") or {}
    return SavedCard(f"{customer}:{method['id']}", f"{str(card.get('brand', 'card')).title()} {card.get('last4', '')}")
