"""The way to the provider's page, and what became of it when the client is back."""

from urllib.parse import quote

from starlette.requests import Request

from models.business import Business
from models.card import LIVE, CardAttempt, CardState
from models.card_settings import cards_of
from models.collecting import CardRefusedError, Debt
from models.errors import ConfigurationError, NotFoundError
from tasks.checkouts import CardsAwayError, look_at, open_checkout, went_back
from tasks.gateways.cards import Capability
from web.room import Room


def offered(room: Room, business: Business, currency: str) -> frozenset[Capability]:
    """Return what a business's provider can do in a currency, so that no page offers more.

    One that is not set up is taken to have a page: who wants to pay is told that it does not answer.
    """
    settings = cards_of(business)
    if settings is None:
        return frozenset()
    try:
        provider = room.cards.of(settings.provider)
    except ConfigurationError:
        return frozenset({Capability.CHECKOUT})
    takes = provider.currencies is None or currency in provider.currencies
    return provider.capabilities if takes else frozenset()


def way_to_provider(
    room: Room, request: Request, business_id: str, debt: Debt, *, save_card: bool = False
) -> tuple[str | None, str]:
    """Return the provider's page for a debt and nothing, or no page and why, as pages say it."""
    try:
        opened = open_checkout(
            room.engine,
            room.cards,
            business_id,
            debt,
            return_url=f"{room.pages.address}{quote(request.scope['path'])}?attempt={{attempt}}",
            now=room.clock.now(),
            save_card=save_card,
        )
    except CardRefusedError as refused:
        return None, "in_doubt" if refused.code == "in_doubt" else "no_cards"
    except (CardsAwayError, ConfigurationError):
        return None, "away"
    return opened.url, ""


def attempt_back_from(room: Room, request: Request, business_id: str) -> CardAttempt | None:
    """Return the attempt from which a client comes back, as the provider tells of it now."""
    id_ = request.query_params.get("attempt", "")
    if not id_:
        return None
    try:
        return look_at(room.engine, room.cards, business_id, id_, room.clock.now())
    except (NotFoundError, ConfigurationError):
        return None


def outcome_of(room: Room, attempt: CardAttempt) -> str:
    """Return what became of an attempt, as pages say it; hands are woken, as money may have come."""
    room.ring()
    if attempt.state == CardState.SUCCEEDED:
        return "too_late" if room.look(lambda c: went_back(c, attempt)) else "thanks"
    if attempt.state in LIVE:
        return "abandoned" if attempt.state == CardState.OPEN else "waiting"
    return "failed"
