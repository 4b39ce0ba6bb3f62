"""What a gateway says of one message that it was given."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a message."""

    SENT = "sent"
    """Accepted: the mail server answered 250 after DATA, the SMS gateway has it."""
    RETRY = "retry"
    """Refused for now (4xx of a mail server, no connection): nothing was sent."""
    FAILED = "failed"
    """Refused for good: nothing was sent."""
    UNCERTAIN = "uncertain"
    """The connection broke after the message was handed over: it may have been sent."""


@dataclass(frozen=True, slots=True)
class Report:
    """The answer for one message. `detail` is the gateway's words; `address_bad` says that there is no such address."""

    key: str
    outcome: Outcome
    detail: str = ""
    address_bad: bool = False
