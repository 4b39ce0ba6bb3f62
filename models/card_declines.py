"""Saved cards that could not be charged: what automations and the owner are told of it (R12)."""

from models.card import CardAttempt
from models.facts import raise_fact
from models.refusals import show
from models.shop import Shop, tell_owner

ASK_FOR_CARD = (
    "Ask for it by a link (`relance links create {client} --send`): who pays by card on its page can let the card be "
    "kept for next time."
)
"""How a client comes to have a card that may be charged."""


def said_by(attempt: CardAttempt) -> str:
    """Return why money did not move, in the provider's words, without a full stop."""
    return (attempt.failure_reason or "the card provider does not say why").rstrip(".")


def tell_failed(shop: Shop, attempt: CardAttempt) -> None:
    """Raise `payment.failed` with the reason; what the bank says is shown to the client as it is."""
    raise_fact(
        shop,
        "payment.failed",
        contact_id=attempt.contact_id,
        data={
            "amount": attempt.amount,
            "currency": attempt.currency,
            "method": "card",
            "failure_code": attempt.failure_code,
            "failure_reason": attempt.failure_reason,
        },
        invoice=attempt.invoice_id,
        attempt=attempt.id,
    )


def tell_given_up(shop: Shop, attempt: CardAttempt) -> None:
    """Tell the owner of a recurring payment that is not tried again: nobody else looks after it."""
    agreement = attempt.cause.get("recurring") if isinstance(attempt.cause, dict) else None
    if agreement is None:
        return
    what = f" ({attempt.description})" if attempt.description else ""
    tell_owner(
        shop,
        "card_declined",
        f"{show(attempt.amount, attempt.currency)} of recurring payment {agreement}{what} could not be charged to the "
        f"card of client {attempt.contact_id}, and is not tried again: {said_by(attempt)}. "
        f"{ASK_FOR_CARD.format(client=attempt.contact_id)}",
        contact_id=attempt.contact_id,
        attempt=attempt.id,
    )
