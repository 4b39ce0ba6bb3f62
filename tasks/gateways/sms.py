"""The port for SMS: what `messages.deliver` asks of a gateway, and what it may be told (R12, R19)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tasks.gateways.reports import Report


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS, ready to go. `key` is its row's id; `recipient` is in E.164, `sender` a name or number, if any."""

    key: str
    business: str
    sender: str | None
    recipient: str
    text: str


class SmsSession(Protocol):
    """Hands over one SMS after the other."""

    def send(self, sms: Sms, before: Callable[[], bool], /) -> Report:
        """Hand one SMS over; `before` is called just before, and may forbid it (then outcome RETRY).

        A gateway carries a key out once, however often it comes: what is UNCERTAIN is handed over again, and the answer
        then says what became of it. One that keeps no keys must look first whether it has the SMS.
        """
        ...


class SmsGateway(Protocol):
    """A way to send SMS."""

    def session(self) -> AbstractContextManager[SmsSession]:
        """Begin to hand over; a gateway that is away shows as RETRY reports, never as an exception."""
        ...

    def ping(self) -> str | None:
        """Return why the gateway does not answer us, or None."""
        ...
