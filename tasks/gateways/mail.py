"""The port for e-mail: what `messages.deliver` asks of a gateway, and what it may be told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tasks.gateways.reports import Report


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go. `key` is its row's id and makes the Message-ID."""

    key: str
    sender: str
    sender_name: str
    recipient: str
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


class MailSession(Protocol):
    """One open connection, used for many mails."""

    def send(self, mail: Mail, before_data: Callable[[], bool], /) -> Report:
        """Hand one mail over; `before_data` is called just before DATA and may forbid it (then outcome RETRY)."""
        ...


class MailGateway(Protocol):
    """A way to send mails."""

    def session(self) -> AbstractContextManager[MailSession]:
        """Open one connection for many mails; a server that is away shows as RETRY reports, never as an exception."""
        ...
