"""Money given back to the card that it came from: planned with its refund, carried out by the provider (R28)."""

from models.card import CardAttempt, CardKind, CardState
from models.card_settings import cards_of
from models.payment import Payment, Refund
from models.shop import Shop

PREPARED = "prepared"
"""A refund that the provider is about to carry out; without a provider it is `recorded`, for a person to pay out."""
WITHDRAWN = "withdrawn"


def goes_back_by_card(shop: Shop, payment: Payment) -> bool:
    """Whether the provider that took a payment is the one that the business still has."""
    settings = cards_of(shop.business)
    return settings is not None and payment.provider == settings.provider and payment.provider_reference is not None


def no_way_back(shop: Shop, payment: Payment) -> str | None:
    """Return why money that came by card can't go back there any more, as a sentence; None for all other money."""
    if payment.provider is None or payment.provider_reference is None or goes_back_by_card(shop, payment):
        return None
    settings = cards_of(shop.business)
    now = f"takes cards through {settings.provider} now" if settings else "takes no cards any more"
    return (
        f"Payment {payment.id} came by card through {payment.provider}, and {shop.business.name} {now}: it can't go "
        "back to the card."
    )


def plan_refund(shop: Shop, payment: Payment, refund: Refund) -> CardAttempt:
    """Plan to give money back to the card; the refund's own key is the attempt's cause, so it goes back once."""
    assert payment.provider is not None
    return shop.attempts.add(
        CardAttempt(
            shop.id,
            shop.key("card", CardKind.REFUND, refund.id),
            CardKind.REFUND,
            payment.provider,
            refund.amount,
            refund.currency,
            shop.now,
            due_at=shop.now,
            contact_id=refund.contact_id,
            payment_id=payment.id,
            refund_id=refund.id,
            cause=shop.cause.plain() if shop.cause else None,
            depth=shop.cause.depth if shop.cause else 0,
        )
    )


def call_off(shop: Shop, payment: Payment, charge_id: str, amount: int) -> int:
    """Call off refunds of a charge that have not gone to the provider; return how much of the amount is left."""
    for attempt in shop.attempts.by("payment_id", payment.id):
        refund = shop.refunds.get(attempt.refund_id)
        waits = attempt.kind == CardKind.REFUND and attempt.state == CardState.PREPARED and attempt.calls == 0
        if waits and refund is not None and refund.charge_id == charge_id and attempt.amount <= amount:
            attempt.state, attempt.due_at, attempt.held_at = CardState.CANCELLED, None, None
            attempt.ended_at, refund.status = shop.now, WITHDRAWN
            amount -= attempt.amount
    return amount
