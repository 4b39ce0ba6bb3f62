"""One open connection to a mail server: commands out, answers in; what breaks is an answer, too (RFC 5321, 2920)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from smtplib import SMTP

from tasks.gateways.smtp_letter import SmtpLetter

LONGEST_WORDS = 500
THINKING = 3
"""A server may take this many times longer to answer for a whole mail, which it may be examining."""
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f]+")
_ABOUT_THE_MAILBOX = re.compile(r"5\.1\.(?![78]\b)\d+\b")
_NOT_ABOUT_THE_MAILBOX = re.compile(r"5\.(7\.\d+|1\.[78])\b")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said to one command; the code 0 means that it said nothing intelligible and the line is dead."""

    code: int
    words: str

    def __str__(self) -> str:
        return f"{self.code} {self.words}" if self.code else self.words

    @property
    def accepts(self) -> bool:
        return self.code // 100 == 2

    @property
    def refuses_for_good(self) -> bool:
        """Tell if trying again is useless; 530 only wants a log-in first, which a setting may mend."""
        return self.code // 100 == 5 and self.code != 530

    @property
    def refuses(self) -> bool:
        return self.code // 100 in {4, 5}

    @property
    def ends_line(self) -> bool:
        """Tell if nothing more can be said on this connection; with 421 the server announces its leaving."""
        return self.code in {0, 421}

    @property
    def denies_mailbox(self) -> bool:
        """Tell if RCPT was refused because of the address: by code, unless the words blame the sender or a policy."""
        if not self.refuses_for_good or _NOT_ABOUT_THE_MAILBOX.match(self.words):
            return False
        return self.code in {550, 551, 553} or bool(_ABOUT_THE_MAILBOX.match(self.words))


class Line:
    """A connection that is ready for mails, one after the other."""

    def __init__(self, client: SMTP, timeout: float) -> None:
        self._client = client
        self._timeout = timeout
        self._begun = False
        self.used = False
        """Whether a mail was begun on it before; then the server may have grown tired of it meanwhile."""

    @property
    def closed(self) -> bool:
        return self._client.sock is None

    @property
    def takes_utf8(self) -> bool:
        """Whether addresses may have non-ASCII local parts (RFC 6531)."""
        return self._client.has_extn("smtputf8")

    def begin(self, letter: SmtpLetter) -> list[Reply]:
        """Announce sender and recipients; return their answers in order. A mail that was left off is forgotten."""
        commands = [f"MAIL FROM:<{letter.sender}>{self._options(letter)}"]
        commands += [f"RCPT TO:<{recipient}>" for recipient in letter.recipients]
        replies = self._ask(["RSET", *commands] if self._begun else commands)
        self._begun = self.used = True
        return replies[-len(commands) :]

    def ask_for_data(self) -> Reply:
        """Ask to send the content: 354 means yes."""
        return self._ask(["DATA"])[0]

    def hand_over(self, letter: SmtpLetter) -> Reply:
        """Send the content; return the server's word on the mail."""
        self._send(letter.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        reply = self._answer(THINKING)
        self._begun = False
        if reply.accepts or reply.refuses:
            return reply
        return reply if reply.ends_line else self._break(f"It answered {reply} to a mail.")

    def leave(self) -> None:
        """Take leave of the server, if it still listens."""
        with suppress(OSError):
            self._client.quit()

    def close(self) -> None:
        self._client.close()

    def _options(self, letter: SmtpLetter) -> str:
        size = f" SIZE={len(letter.content)}" if self._client.has_extn("size") else ""
        return f"{size} BODY=8BITMIME SMTPUTF8" if letter.needs_utf8 else size

    def _ask(self, commands: Sequence[str]) -> list[Reply]:
        """Return an answer for each command, sent at once where the server can take that."""
        if self._client.has_extn("pipelining"):
            self._send("".join(f"{command}\r\n" for command in commands).encode())
            return [self._answer() for _ in commands]
        return [self._exchange(command) for command in commands]

    def _exchange(self, command: str) -> Reply:
        self._send(f"{command}\r\n".encode())
        return self._answer()

    def _send(self, data: bytes) -> None:
        """Send it all; where that fails, the line is closed and its answer is that it broke."""
        with suppress(OSError):
            self._client.send(data)

    def _answer(self, patience: int = 1) -> Reply:
        if self._client.sock is None:
            return Reply(0, "The connection to the mail server is broken.")
        self._client.sock.settimeout(self._timeout * patience)
        try:
            code, words = self._client.getreply()
        except OSError as error:
            return self._break(str(error))
        reply = Reply(code, _NO_TEXT.sub(" ", words.decode(errors="replace"))[:LONGEST_WORDS])
        if not 200 <= code < 600:
            return self._break(f"It answered nonsense: {reply}")
        if reply.ends_line:
            self.close()
        return reply

    def _break(self, why: str) -> Reply:
        self.close()
        return Reply(0, f"The connection to the mail server broke. {why}")
