"""A gateway that records mails instead of sending them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tasks.gateways.mail import Mail, Outcome, Report


class RecordingMail:
    """Records."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail, before_data: Callable[[], bool]) -> Report:
        """Record one mail."""
        if not before_data():
            return Report(mail.key, Outcome.RETRY)
        self.mails.append(mail)
        return Report(mail.key, Outcome.SENT)

    @contextmanager
    def session(self) -> Iterator["RecordingMail"]:
        """Be the session."""
        yield self
