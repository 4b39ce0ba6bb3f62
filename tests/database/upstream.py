"""Upstream and a worker in the process of a test: what is sent is decided at once."""

from sqlalchemy import Engine

from tasks import events, messages
from tasks.gateways.clock import SystemClock
from tasks.gateways.memory import MemoryStream, SilentBells
from tasks.gateways.recording import RecordingMail
from tasks.settings import Settings
from tasks.shell import Shell


class Upstream:
    """The stream with a worker behind it, in this process."""

    def __init__(self, engine: Engine) -> None:
        self.stream = MemoryStream()
        settings = Settings(batch_size=10)
        self.shell = Shell(engine, SystemClock(), settings, SilentBells(), self.stream, RecordingMail())

    def sends(self, *raws: bytes) -> dict[str, int]:
        """Publish events and let the worker take them."""
        self.stream.append(raws)
        return self.works()

    def delivers(self) -> None:
        """Let the worker send the messages that are due."""
        messages.deliver(self.shell)

    def works(self) -> dict[str, int]:
        """Let the worker take what is on the stream; return how many events were stored, repeated and dead."""
        counts = events.drain(self.shell)
        return {name: counts[name] for name in ("stored", "repeated", "dead")}
