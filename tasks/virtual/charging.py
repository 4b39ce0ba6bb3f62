"""Cards in virtual time: an attempt is carried out by a provider that only records, and concluded at once."""

from dataclasses import dataclass
from datetime import datetime

from models.collecting import take_up
from models.matching import work_off
from models.shop import Shop
from tasks.card_calls import call_of, carry_out
from tasks.card_reports import Reported
from tasks.gateways.cards import CardProviders
from tasks.seeds import Seeds

LEASE = "virtual"
"""Nobody else is there to hold an attempt."""


@dataclass(slots=True)
class Charging:
    """An attempt that is due."""

    business_id: str
    due: datetime
    attempt_id: str
    providers: CardProviders
    rank: int = 5

    def seed(self, seeds: Seeds) -> None:
        """Name the attempt, and the payment that it brings."""
        seeds.add("attempts", self.business_id, [self.attempt_id])

    @property
    def row(self) -> tuple[str, str]:
        """The attempt."""
        return "card_attempts", self.attempt_id

    def decide(self, shop: Shop) -> None:
        """Carry it out, and do what follows from the answer."""
        attempt = shop.attempts.get(self.attempt_id)
        if attempt is None or attempt.due_at is None or attempt.due_at > shop.now:
            return
        shop.begin(attempt.id)
        if take_up(shop, attempt, LEASE):
            for report in carry_out(self.providers, [call_of(shop, attempt, LEASE)]):
                Reported(self.business_id, shop.now, report).decide(shop)
        else:
            work_off(shop)
