"""The sandbox card provider as a gateway: its API, its words in ours, its signed messages (`deploy.local.provider`)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

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
from tasks.gateways.http_calls import UnansweredError, UnreachableError, call
from tasks.gateways.signatures import is_signed

OUTCOMES = {
    "open": CardOutcome.OPEN,
    "succeeded": CardOutcome.SUCCEEDED,
    "declined": CardOutcome.DECLINED,
    "refused": CardOutcome.REFUSED,
    "expired": CardOutcome.EXPIRED,
}
SIGNATURE = "sandbox-signature"
BUSY = frozenset({401, 403, 429, 503})
"""Statuses of an answer after which nothing was done."""


class SandboxCards:
    """Speaks to the sandbox at `url` with its `key`, which also signs its messages."""

    name = "sandbox"
    signature_header = SIGNATURE
    capabilities = frozenset(Capability)
    currencies: frozenset[str] | None = None

    def __init__(self, url: str, key: str, *, timeout: float = 10) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout

    def open_checkout(self, account: Account, page: Page) -> CardReport:
        """Open a page."""
        wish = {
            "amount": page.amount,
            "currency": page.currency,
            "description": page.description,
            "return_url": page.return_url,
            "customer": page.customer,
            "email": page.email,
            "locale": page.locale,
            "save_card": page.save_card,
        }
        return self._do("checkouts", account, page.key, wish)

    def charge(self, account: Account, debit: Debit) -> CardReport:
        """Charge a saved card."""
        wish = {"amount": debit.amount, "currency": debit.currency, "card": debit.card}
        return self._do("charges", account, debit.key, wish | {"description": debit.description})

    def refund(self, account: Account, back: Return) -> CardReport:
        """Give money back."""
        wish = {"amount": back.amount, "currency": back.currency, "charge": back.reference}
        return self._do("refunds", account, back.key, wish)

    def forget_card(self, account: Account, key: str, card: str) -> CardReport:
        """Let it forget a saved card."""
        report = self._do("removals", account, key, {"card": card})
        return replace(report, outcome=CardOutcome.ABSENT) if report.code == "no_such_card" else report

    def look_up(self, account: Account, kind: str, key: str, _reference: str | None) -> CardReport:
        """Ask what a call with a key made."""
        query = urlencode({"account": _name(account), "key": key})
        return self._ask("GET", f"/v1/{kind}s?{query}", key, None)

    def _do(self, door: str, account: Account, key: str, wish: dict[str, Any]) -> CardReport:
        return self._ask("POST", f"/v1/{door}", key, wish | {"account": _name(account), "key": key})

    def _ask(self, method: str, path: str, key: str, body: dict[str, Any] | None) -> CardReport:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            answer = call(method, self._url + path, headers, body, timeout=self._timeout)
        except UnreachableError as error:
            return CardReport(key, CardOutcome.RETRY, reason=str(error))
        except UnansweredError as error:
            return CardReport(key, CardOutcome.UNKNOWN, reason=str(error))
        if answer.status == 200:
            return _report(answer.content)
        reason = str(answer.content.get("reason") or f"It answered {answer.status}.")
        return CardReport(key, _outcome(answer.status), code=answer.content.get("code"), reason=reason)

    def verify_webhook(self, raw: bytes, signature: str) -> str:
        """Return the id of a message, if the sandbox signed it in the last five minutes."""
        if not is_signed(self._key, raw, signature, datetime.now(UTC)):
            raise ForgedWebhookError("The message is not signed by the card provider, or was signed too long ago.")
        return event_id_of(raw)

    def read_webhook(self, raw: bytes) -> Sequence[CardReport]:
        """Return what a message tells."""
        try:
            event = json.loads(raw)
            return [_report(event["object"], event["id"])]
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UnreadableWebhookError(f"It is no message as the sandbox writes them: {told(error)}.") from error

    def ping(self) -> str | None:
        """Return why it does not answer us."""
        report = self._ask("GET", "/health", "", None)
        return None if report.outcome is CardOutcome.OPEN else report.reason


def _name(account: Account) -> str:
    return account.name or account.business_id


def _outcome(status: int) -> CardOutcome:
    """Return what is known after an answer that is no success."""
    if status == 404:
        return CardOutcome.ABSENT
    if status in BUSY:
        return CardOutcome.RETRY
    return CardOutcome.UNKNOWN if status >= 500 else CardOutcome.REFUSED


def _report(thing: dict[str, Any], event: str | None = None) -> CardReport:
    card, expires = thing.get("card"), thing.get("expires_at")
    return CardReport(
        thing.get("key", ""),
        OUTCOMES[thing.get("status", "open")],
        thing.get("id"),
        thing.get("amount"),
        thing.get("currency"),
        thing.get("code"),
        thing.get("reason"),
        SavedCard(card["id"], card["label"]) if isinstance(card, dict) else None,
        thing.get("url"),
        datetime.fromisoformat(expires) if expires else None,
        event,
        account=thing.get("account"),
    )
