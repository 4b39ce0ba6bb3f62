"""The system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the time of this machine."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware UTC."""
        return datetime.now(UTC)
