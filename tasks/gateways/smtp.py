"""Mail over SMTP: one connection for many mails, and of each mail the truth about what became of it (R12).

Nothing can have been sent before the last byte of a mail's content, so whatever goes wrong until the server has said
354 is RETRY or FAILED; from then on only the server's answer tells, and without it the outcome is UNCERTAIN.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tasks.gateways.mail import Mail
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.smtp_letter import SmtpLetter, UnsendableError
from tasks.gateways.smtp_line import Line, Reply
from tasks.gateways.smtp_server import ServerAwayError, SmtpServer

PATIENCE = 3
"""Connections that may break in a row before a session gives up."""
GO_AHEAD = 354


class SmtpGateway:
    """Sends through one mail server; the URL's forms are those of `SmtpServer.parse`.

    Each answer may take `timeout` seconds, the answer to a whole mail three times that.
    """

    def __init__(self, url: str, *, timeout: float = 10) -> None:
        self._server = SmtpServer.parse(url)
        self._timeout = timeout

    @contextmanager
    def session(self) -> Iterator["SmtpSession"]:
        """Open a session; it connects when its first mail is sent."""
        session = SmtpSession(self._server, self._timeout)
        try:
            yield session
            session.leave()
        finally:
            session.close()


class SmtpSession:
    """One connection at a time. It is replaced when it breaks; a server that can't be reached ends the session."""

    def __init__(self, server: SmtpServer, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._line: Line | None = None
        self._breaks = 0
        self._away = ""

    def send(self, mail: Mail, before_data: Callable[[], bool]) -> Report:
        """Hand one mail over; copies that are refused are named in the detail, and the mail goes without them."""
        try:
            line, letter, replies = self._begin(mail)
        except UnsendableError as error:
            return Report(mail.key, Outcome.FAILED, str(error), error.address_bad)
        except ServerAwayError as error:
            self._away = str(error)
            return Report(mail.key, Outcome.RETRY, self._away)
        obstacle = _obstacle(replies)
        if obstacle is not None:
            return self._refused(mail, obstacle, address_bad=obstacle is replies[1] and obstacle.denies_mailbox)
        if not before_data():
            return Report(mail.key, Outcome.RETRY, "It was held back just before DATA.")
        answer = line.ask_for_data()
        if answer.code != GO_AHEAD:
            return self._refused(mail, answer)
        return self._settled(mail, line.hand_over(letter), _without_copy(letter, replies))

    def leave(self) -> None:
        """Say goodbye."""
        if self._line is not None and not self._line.closed:
            self._line.leave()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def _begin(self, mail: Mail) -> tuple[Line, SmtpLetter, list[Reply]]:
        """Announce the mail; if the connection ended since the mail before, announce it once more on a new one."""
        line = self._open_line()
        letter = SmtpLetter.of(mail, datetime.now(UTC), utf8=line.takes_utf8)
        again = line.used
        replies = line.begin(letter)
        if again and replies[0].ends_line:
            self._breaks += 1
            return self._begin(mail)
        return line, letter, replies

    def _open_line(self) -> Line:
        if self._away:
            raise ServerAwayError(self._away)
        if self._breaks >= PATIENCE:
            raise ServerAwayError(f"The connection to the mail server broke {PATIENCE} times in a row.")
        if self._line is None or self._line.closed:
            self._line = Line(self._server.connect(self._timeout), self._timeout)
        return self._line

    def _refused(self, mail: Mail, reply: Reply, *, address_bad: bool = False) -> Report:
        self._count(reply)
        outcome = Outcome.FAILED if reply.refuses_for_good else Outcome.RETRY
        return Report(mail.key, outcome, str(reply), address_bad)

    def _settled(self, mail: Mail, reply: Reply, notes: tuple[str, ...]) -> Report:
        if reply.refuses:
            return self._refused(mail, reply)
        self._count(reply)
        return Report(mail.key, Outcome.SENT if reply.accepts else Outcome.UNCERTAIN, " ".join((str(reply), *notes)))

    def _count(self, reply: Reply) -> None:
        """Count the connections that ended since the last that did not."""
        self._breaks = self._breaks + 1 if reply.ends_line else 0


def _obstacle(replies: list[Reply]) -> Reply | None:
    """Return the answer that forbids DATA: sender or recipient are refused, or the connection ended."""
    sender, recipient, *copies = replies
    refused = (reply for reply in (sender, recipient) if not reply.accepts)
    return next(refused, None) or next((reply for reply in copies if reply.ends_line), None)


def _without_copy(letter: SmtpLetter, replies: list[Reply]) -> tuple[str, ...]:
    """Return a sentence for each copy that nobody will get."""
    answers = zip(letter.recipients[1:], replies[2:], strict=True)
    return (*(f"No copy to {address}: {reply}" for address, reply in answers if not reply.accepts), *letter.left_out)
