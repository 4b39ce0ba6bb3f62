"""Stand-ins for clock, stream and bells that live in one process: what the tasks run on in demos and tests."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tasks.shell import StreamEntry


class VirtualClock:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the instant that the simulation has reached."""
        return self.at


class MemoryStream:
    """The upstream stream, in memory."""

    def __init__(self) -> None:
        self.entries: list[StreamEntry] = []
        self.arrivals: dict[str, datetime] = {}
        self._count = 0

    def put(self, raw_event: bytes, at: datetime) -> None:
        """Let an event arrive."""
        self._count += 1
        name = f"{int(at.timestamp() * 1000)}-{self._count}"
        self.arrivals[name] = at
        self.entries.append(StreamEntry(name, raw_event))

    def append(self, raws: Sequence[bytes]) -> None:
        """Publish events now; a simulation's events come by `put`."""
        for raw_event in raws:
            self.put(raw_event, datetime.now(UTC))

    def read(self, count: int) -> Sequence[StreamEntry]:
        """Return the oldest entries."""
        return self.entries[:count]

    def give_back(self, entries: Sequence[StreamEntry]) -> None:
        """Do nothing: what is not acknowledged is read again."""

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Forget entries."""
        gone = set(ids)
        self.entries = [entry for entry in self.entries if entry.id not in gone]

    def oldest_unread(self) -> datetime | None:
        """Return the arrival of the oldest entry."""
        return self.arrivals[self.entries[0].id] if self.entries else None


class SilentBells:
    """Bells that nobody hears: the simulation looks for itself."""

    def ring(self, *bells: str) -> None:
        """Do nothing."""
