"""What the pages may touch: the database, the clock, card providers, bells; and how often somebody may try."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from psycopg import Connection
from redis import RedisError
from sqlalchemy import Engine

from models.db import transact
from models.pages import Pages
from tasks.gateways.cards import CardProviders
from tasks.shell import Bells, Clock

T = TypeVar("T")

STRANGE = RateLimitItemPerMinute(30)
"""So many addresses that open nothing may one visitor try."""
FORMS = RateLimitItemPerMinute(20)
"""So many forms may one visitor send."""
RUNG = ("messages.deliver", "automations.advance")
"""Bells to ring when money may have come."""


@dataclass(slots=True)
class Room:
    """Everything impure that a page is given."""

    engine: Engine
    clock: Clock
    pages: Pages
    cards: CardProviders
    bells: Bells
    tries: Storage = field(default_factory=MemoryStorage)
    sms_key: str | None = None
    """What signs replies by SMS; None where there is no gateway."""
    _alone: Storage = field(default_factory=MemoryStorage)

    def look(self, reader: Callable[[Connection[Any]], T]) -> T:
        """Read in a transaction of its own."""
        return transact(self.engine, reader)

    def may_try(self, limit: RateLimitItemPerMinute, what: str, who: str) -> bool:
        """Count a try; whether it is not one too many. Without Redis each process counts for itself."""
        try:
            return MovingWindowRateLimiter(self.tries).hit(limit, what, who)
        except (RedisError, OSError):
            return MovingWindowRateLimiter(self._alone).hit(limit, what, who)

    def ring(self) -> None:
        """Wake the hands that go on with money that has come."""
        self.bells.ring(*RUNG)
