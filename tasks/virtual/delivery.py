"""Messages in virtual time: handed to a gateway that only records, and concluded at the same instant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.shop import Shop
from tasks.engine import Sent
from tasks.gateways.reports import Report
from tasks.messages import Claimed, delivered, take_up
from tasks.seeds import Seeds

LEASE = "virtual"
"""Nobody else is there to hold a message."""

HandOver = Callable[[Claimed], Report]
"""Gives a message with its words to a gateway and returns its answer."""


@dataclass(slots=True)
class Delivery:
    """A message that may go."""

    business_id: str
    due: datetime
    message_id: str
    hand_over: HandOver
    rank: int = 5

    def seed(self, seeds: Seeds) -> None:
        """Name the message."""
        seeds.add("messages", self.business_id, [self.message_id])

    @property
    def row(self) -> tuple[str, str]:
        """The message."""
        return "messages", self.message_id

    def decide(self, shop: Shop) -> None:
        """Write its words, hand it over, and do what follows from the answer."""
        message = shop.messages.get(self.message_id)
        if message is None or message.next_attempt_at is None or message.next_attempt_at > shop.now:
            return
        shop.begin(message.id)
        taken = take_up(shop, message, LEASE, shop.now)
        if taken is not None:
            report = taken.report or delivered(self.hand_over(taken), shop.now, LEASE)
            Sent(self.business_id, shop.now, report).decide(shop)
