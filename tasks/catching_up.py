"""Catching up: what arrived while nothing ran is decided before what time has made due since (R3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AFTER = timedelta(seconds=5)
"""How long an entry of the stream may wait before ticks give way to it."""
AT_MOST = timedelta(minutes=10)
"""How long ticks give way to a stream that does not run dry."""
FORGOTTEN = timedelta(minutes=2)
"""After this long without a look, the stream that is behind now is another one."""


@dataclass(slots=True)
class CatchUp:
    """Since when a process has seen the stream behind, however old its entries are, and when it looked last."""

    since: datetime | None = None
    looked: datetime | None = None

    def horizon(self, oldest: datetime | None, now: datetime) -> datetime:
        """Return up to which instant ticks may decide, given when the oldest unread entry arrived."""
        if oldest is None or now - oldest <= AFTER:
            self.since = None
            return now
        if self.since is None or self.looked is None or now - self.looked > FORGOTTEN:
            self.since = now
        self.looked = now
        return oldest if now - self.since <= AT_MOST else now
