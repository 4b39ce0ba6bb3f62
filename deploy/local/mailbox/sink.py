"""The SMTP side: every mail is stored before it is acknowledged.

RFC 5321 as far as a client of this machine needs it, with pipelining (RFC 2920), 8-bit content and UTF-8 addresses.
Small enough to take several thousand mails a second, so that measuring the sender never measures the sink.
"""

import asyncio
import re
from typing import cast

from deploy.local.mailbox.store import Store

LARGEST_MAIL = 50_000_000
LONGEST_COMMAND = 4_096
REFUSALS = {
    "bounce": "550 5.1.1 There is no such mailbox",
    "busy": "451 4.2.1 The mailbox is busy, try again later",
}
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", f"SIZE {LARGEST_MAIL}")
HELLO = "".join(f"250-{line}\r\n" for line in ("relance mailbox", *EXTENSIONS[:-1])) + f"250 {EXTENSIONS[-1]}"
PATH = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>", re.IGNORECASE)
LINE_END, END_OF_MAIL = b"\r\n", b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One connection: commands in, one answer each out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._buffer = bytearray()
        self._searched = 0
        self._in_mail = self._over = False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._answers: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 relance mailbox\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_mail() if self._in_mail else self._take_command():
            pass
        if len(self._buffer) > (LARGEST_MAIL if self._in_mail else LONGEST_COMMAND):
            self._answers.append("552 5.3.4 That is too much")
            self._over = True
        self._transport.write("".join(f"{answer}\r\n" for answer in self._answers).encode())
        self._answers.clear()
        if self._over:
            self._transport.close()

    def _take_command(self) -> bool:
        """Answer the next command; False when there is no whole one."""
        line, end, rest = self._buffer.partition(LINE_END)
        if not end or self._over:
            return False
        self._buffer = rest
        verb, _, argument = line.decode(errors="replace").partition(" ")
        answer = getattr(self, f"_on_{verb.lower()}", self._on_unknown)
        self._answers.append(answer(argument))
        return True

    def _take_mail(self) -> bool:
        """Store the mail; False while its end has not come. The buffer begins with the end of the line before it."""
        end = self._buffer.find(END_OF_MAIL, self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(END_OF_MAIL))
            return False
        stuffed = bytes(self._buffer[: end + len(LINE_END)])
        del self._buffer[: end + len(END_OF_MAIL)]
        number = self._store.add(self._recipients, stuffed.replace(b"\r\n..", b"\r\n.")[len(LINE_END) :])
        self._reset()
        self._answers.append(f"250 2.0.0 Stored as {number}")
        return True

    def _reset(self) -> None:
        self._in_mail, self._sender, self._recipients = False, None, []

    def _on_ehlo(self, _argument: str) -> str:
        self._reset()
        return HELLO

    def _on_helo(self, _argument: str) -> str:
        self._reset()
        return "250 relance mailbox"

    def _on_mail(self, argument: str) -> str:
        path = PATH.match(argument)
        if path is None:
            return "501 5.5.4 Write MAIL FROM:<address>"
        self._reset()
        self._sender = path[1]
        return "250 2.1.0 OK"

    def _on_rcpt(self, argument: str) -> str:
        path = PATH.match(argument)
        if path is None or not path[1]:
            return "501 5.5.4 Write RCPT TO:<address>"
        if self._sender is None:
            return "503 5.5.1 First say from whom: MAIL FROM:<address>"
        for prefix, refusal in REFUSALS.items():
            if path[1].startswith(prefix):
                return refusal
        self._recipients.append(path[1])
        return "250 2.1.5 OK"

    def _on_data(self, _argument: str) -> str:
        if not self._recipients:
            return "503 5.5.1 First say to whom: RCPT TO:<address>"
        self._in_mail, self._searched = True, 0
        self._buffer[:0] = LINE_END
        return "354 End the mail with a line that holds a dot only"

    def _on_rset(self, _argument: str) -> str:
        self._reset()
        return "250 2.0.0 OK"

    def _on_noop(self, _argument: str) -> str:
        return "250 2.0.0 OK"

    def _on_quit(self, _argument: str) -> str:
        self._over = True
        return "221 2.0.0 Bye"

    def _on_unknown(self, _argument: str) -> str:
        return "500 5.5.2 This command is not known here"


async def listen(store: Store, address: str, port: int) -> asyncio.Server:
    """Open the SMTP port."""
    return await asyncio.get_running_loop().create_server(lambda: Conversation(store), address, port)
