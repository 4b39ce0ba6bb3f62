"""What a task may touch of the outside (database, stream, clock, bells, gateways), given by a worker or a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Engine

from models.pages import Pages
from tasks.catching_up import CatchUp
from tasks.gateways.cards import CardProviders, Providers
from tasks.settings import Settings

if TYPE_CHECKING:
    from tasks.engine import Outcome
    from tasks.gateways.mail import MailGateway
    from tasks.gateways.sms import SmsGateway


class Clock(Protocol):
    """Tells the time; the simulator has its own."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware UTC."""
        ...


LAST_MILLISECOND = 253_402_300_799_999
"""The last instant a datetime can tell; a publisher may choose any id."""


def arrival(entry_id: str) -> datetime:
    """Return the instant that an entry's id tells."""
    milliseconds = int(entry_id.partition("-")[0])
    return datetime.fromtimestamp(min(milliseconds, LAST_MILLISECOND) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry of the upstream stream: its id (milliseconds-sequence, so its arrival) and its raw bytes.

    `deliveries` is how often it was given out: more than once if a reader left it, who may have died of it.
    """

    id: str
    raw: bytes
    deliveries: int = 1

    @property
    def arrived(self) -> datetime:
        """The instant that its id tells."""
        return arrival(self.id)


class Stream(Protocol):
    """The upstream door: a Redis stream read through a consumer group."""

    def read(self, count: int) -> Sequence[StreamEntry]:
        """Return up to `count` entries: those that a reader left if there are any, else new ones.

        An entry that was left twice comes alone.
        """
        ...

    def give_back(self, entries: Sequence[StreamEntry]) -> None:
        """Let entries be read as if they had not been given out: whatever stopped us does not lie in them."""
        ...

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Forget entries whose events are stored: acknowledge and delete them."""
        ...

    def oldest_unread(self) -> datetime | None:
        """Arrival of the oldest entry that is not acknowledged (R3), or None."""
        ...

    def append(self, raws: Sequence[bytes]) -> None:
        """Publish events durably, in order."""
        ...


class Bells(Protocol):
    """Wakes the hands: one debounced Celery message per bell (see docs/architecture.md)."""

    def ring(self, *bells: str) -> None:
        """Send the message of each bell (a task name) unless one is pending; never raises, never blocks for long."""
        ...


def _look_away(_outcome: "Outcome") -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything impure that a task is given."""

    database: Engine
    clock: Clock
    settings: Settings
    bells: Bells
    stream: Stream
    mail: "MailGateway"
    observe: Callable[["Outcome"], None] = _look_away
    """Shown every batch after its commit; the simulator writes its lines from them."""
    keep_refusals: bool = False
    """Whether to record also what triggers did not match."""
    cards: CardProviders = field(default_factory=lambda: Providers({}))
    catch_up: CatchUp = field(default_factory=CatchUp)
    """How this process gives way to a stream that is behind (R3)."""
    pages: Pages = Pages()  # noqa: RUF009  # frozen
    """Where the pages are to which messages lead."""
    sms: "SmsGateway | None" = None
    """The SMS gateway, where one is set up."""

    @property
    def gateways(self) -> frozenset[str]:
        """The channels on which messages can leave."""
        return frozenset({"email", "sms"} if self.sms is not None else {"email"})
