"""How a business takes cards: its provider, and when a card that was declined for now is tried again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.business import Business

RETRY_DAYS = (1, 3, 5)
"""Days after a soft decline on which the card is tried again, each counted from the try before."""
VIRTUAL = "virtual"
"""The provider of virtual time, with which every client has a card."""
NO_CARD = "none"
"""The card of a client of virtual time who has none."""
CONSENT = "cards-1"
"""Version of the text by which a client lets a card be kept and charged again."""


@dataclass(frozen=True, slots=True)
class CardSettings:
    """The key `cards` of a shop file; `account` is the provider's name for the business, where it has one."""

    provider: str
    account: str | None = None
    retry_days: tuple[int, ...] = RETRY_DAYS

    def next_try(self, tries: int) -> timedelta | None:
        """Return how long to wait after so many tries, or None where that was the last."""
        return timedelta(days=self.retry_days[tries - 1]) if tries <= len(self.retry_days) else None


def cards_of(business: Business) -> CardSettings | None:
    """Return how a business takes cards, or None where it takes none."""
    told: Any = business.cards
    if not told:
        return None
    days = tuple(told["retry_days"]) if "retry_days" in told else RETRY_DAYS
    return CardSettings(told["provider"], told.get("account"), days)
