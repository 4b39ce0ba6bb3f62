"""Catching up: what arrived while nothing ran is decided before what time has made due since (R3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

AFTER = timedelta(seconds=5)
"""How long an event may wait before ticks give way to it."""
AT_MOST = timedelta(minutes=10)
"""How long ticks give way to events that don't come to an end."""
FORGOTTEN = timedelta(minutes=2)
"""After this long without a look, the events that wait now are others."""
STREAM = ""
"""Names the stream among the tenants whose events wait."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to which instant ticks decide; `beside` is when the event arrived to which they give way no more."""

    until: datetime
    beside: datetime | None = None


@dataclass(slots=True)
class Backlog:
    """Since when a process has seen events wait, when it looked last, and whether its ticks go on beside them."""

    since: datetime
    looked: datetime
    beside: bool = False


@dataclass(slots=True)
class CatchUp:
    """The backlogs that a process has seen: of the stream, and of tenants whose events wait in the database."""

    backlogs: dict[str, Backlog] = field(default_factory=dict)

    def horizon(self, whose: str, oldest: datetime | None, now: datetime) -> Horizon:
        """Return up to which instant ticks decide, given when the oldest event arrived, however long ago it was."""
        if oldest is None or now - oldest <= AFTER:
            self.backlogs.pop(whose, None)
            return Horizon(now)
        seen = self.backlogs.get(whose)
        if seen is None or now - seen.looked > FORGOTTEN:
            seen = self.backlogs[whose] = Backlog(now, now)
        seen.looked = now
        if now - seen.since <= AT_MOST:
            return Horizon(oldest)
        if not seen.beside:
            seen.beside = True
            log.error("ticks go on beside events that wait", business=whose or None, oldest=oldest.isoformat())
        return Horizon(now, beside=oldest)


@dataclass(frozen=True, slots=True)
class View:
    """How far ticks look at an instant: as far as the stream lets them, and with each tenant as its own events do."""

    now: datetime
    stream: Horizon
    catch_up: CatchUp

    def of(self, oldest: Mapping[str, datetime | None]) -> dict[str, Horizon]:
        """Return how far to look with each tenant, given when the oldest of its waiting events arrived."""
        return {name: self._narrower(self.catch_up.horizon(name, at, self.now)) for name, at in oldest.items()}

    def _narrower(self, own: Horizon) -> Horizon:
        beside = [at for at in (self.stream.beside, own.beside) if at is not None]
        return Horizon(min(self.stream.until, own.until), min(beside, default=None))
