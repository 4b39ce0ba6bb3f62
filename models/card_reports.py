"""What a card provider says of an attempt, in the words of the house: the same for every provider (R12)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CardOutcome(StrEnum):
    """What became of a call, or of what was called for."""

    SUCCEEDED = "succeeded"
    """The money moved."""
    OPEN = "open"
    """The provider waits for the client, or works on it."""
    DECLINED = "declined"
    """Refused for now: the same card may be tried again later."""
    REFUSED = "refused"
    """Refused for good, or the client must do something first: trying again is of no use."""
    EXPIRED = "expired"
    """The client did not pay in time."""
    ABSENT = "absent"
    """The provider has never heard of this key: nothing moved."""
    RETRY = "retry"
    """The provider could not be reached: nothing moved."""
    UNKNOWN = "unknown"
    """The call was sent and not answered: it may have moved."""


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that the client lets us charge again: the provider's name for it, and what people call it."""

    reference: str
    label: str


@dataclass(frozen=True, slots=True)
class CardReport:
    """What is said of the try with this `key`. Amounts are minor units; `reference` is the provider's own name.

    `code` and `reason` tell why it was declined; `url` and `expires_at` are of a page that was opened; `event` is the
    provider's id of the message by which it told us, where it did so by itself; `account`
    is whose money it is, as the provider calls it.
    """

    key: str
    outcome: CardOutcome
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    code: str | None = None
    reason: str | None = None
    card: SavedCard | None = None
    url: str | None = None
    expires_at: datetime | None = None
    event: str | None = None
    lease: str | None = None
    account: str | None = None
