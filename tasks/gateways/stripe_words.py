"""Stripe's words in ours: states of a payment, reasons of declines, errors of calls."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from models.card_reports import CardOutcome, CardReport

MADE_BEFORE = timedelta(hours=1)
"""Clocks may differ by so much; whatever was made earlier is of no attempt of ours."""
HARD = frozenset(
    {
        "authentication_required", "card_not_supported", "currency_not_supported", "expired_card", "fraudulent",
        "incorrect_cvc", "incorrect_number", "invalid_account", "invalid_cvc", "invalid_expiry_month",
        "invalid_expiry_year", "invalid_number", "lost_card", "merchant_blacklist", "new_account_information_available",
        "no_action_taken", "not_permitted", "pickup_card", "restricted_card", "revocation_of_all_authorizations",
        "revocation_of_authorization", "security_violation", "stolen_card", "stop_payment_order",
        "transaction_not_allowed",
    }
)  # fmt: skip
"""Declines after which trying again is of no use; all others may be tried again later."""
NOT_DONE = (stripe.AuthenticationError, stripe.PermissionError, stripe.RateLimitError)
"""Errors after which nothing was done, and that may pass."""


def made_at(key: str) -> datetime:
    """Return when an attempt was made, as its key tells: 12 hex digits of milliseconds after the first `_`."""
    return datetime.fromtimestamp(int(key.partition("_")[2][:12], 16) / 1000, UTC)


def refusal(key: str, error: stripe.StripeError) -> CardReport:
    """Return what is known after a call that raised."""
    if isinstance(error, stripe.CardError):
        return _declined(key, error)
    reason = str(error.user_message or error)
    if isinstance(error, NOT_DONE):
        return CardReport(key, CardOutcome.RETRY, code=error.code, reason=reason)
    if isinstance(error, (stripe.InvalidRequestError, stripe.IdempotencyError)):
        return CardReport(key, CardOutcome.REFUSED, code=error.code, reason=reason)
    return CardReport(key, CardOutcome.UNKNOWN, code=error.code, reason=reason)


def _declined(key: str, error: stripe.CardError) -> CardReport:
    told: Any = error.json_body if isinstance(error.json_body, Mapping) else {}
    code = str((told.get("error") or {}).get("decline_code") or error.code)
    hard = code in HARD or error.code in HARD
    return CardReport(
        key, CardOutcome.REFUSED if hard else CardOutcome.DECLINED, code=code, reason=str(error.user_message or error)
    )


def outcome_of_intent(key: str, made: Mapping[str, Any]) -> CardReport:
    """Return what a PaymentIntent says; one that waits for the client while he is not there has failed."""
    told: Any = made.get("last_payment_error") or {}
    code = told.get("decline_code") or told.get("code")
    currency = str(made["currency"]).upper()
    match made["status"]:
        case "succeeded":
            return CardReport(key, CardOutcome.SUCCEEDED, made["id"], made["amount"], currency)
        case "processing" | "requires_capture":
            return CardReport(key, CardOutcome.OPEN, made["id"])
        case "requires_action" | "requires_confirmation":
            code, reason = "authentication_required", "The bank wants the cardholder to confirm it (3-D Secure)."
            return CardReport(key, CardOutcome.REFUSED, made["id"], code=code, reason=reason)
        case _:
            outcome = CardOutcome.REFUSED if code in HARD or code is None else CardOutcome.DECLINED
            return CardReport(key, outcome, made["id"], code=code, reason=told.get("message"))
