"""How long what is kept for explaining is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long is kept what came in, and what became of it.

    `raw`: bytes of events and webhooks, dead letters, what gates saw; `history`: ways of runs, decisions, dates of
    schedules.
    """

    raw: timedelta = timedelta(days=90)
    history: timedelta = timedelta(days=730)

    def saw(self, at: datetime, now: datetime) -> bool:
        """Whether what gates saw at an instant is still kept."""
        return now - at < self.raw

    def told(self, at: datetime, now: datetime) -> bool:
        """Whether the way of a run that began at an instant, and decisions of then, are still kept."""
        return now - at < self.history
