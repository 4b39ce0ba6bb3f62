"""A mail server that does what a test says: at each moment it answers, hangs up or falls silent."""

import threading
from collections import deque
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Self

HANG_UP = "hang up"
SILENCE = "silence"
PIPELINING = "PIPELINING"
USUAL = {"GREETING": "220 stub", "DATA": "354 go on", "QUIT": "221 bye", "CONTENT": ""}


class SmtpStub(ThreadingTCPServer):
    """`script` tells for a moment what happens there, one time after the other; without script all goes well.

    Moments are the commands and GREETING, CONTENT (it is about to come) and END (it has come). Every command is kept in
    `commands`, every whole mail in `mails`.
    """

    def __init__(self, *features: str, **script: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        hello = "\r\n".join(f"250-{line}" for line in ("stub", *features)) + "\r\n250 HELP"
        self.usual = USUAL | {"EHLO": hello}
        self.script = {moment: deque(happenings) for moment, happenings in script.items()}
        self.over = threading.Event()
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self.shutdown()
        self._thread.join()
        super().__exit__(kind, error, at)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    @property
    def verbs(self) -> list[str]:
        """The first word of each command."""
        return [command.split()[0].upper() for command in self.commands]


class _Conversation(StreamRequestHandler):
    server: SmtpStub
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.server.connections += 1
        with suppress(OSError):
            going = self._at("GREETING")
            while going and (line := self.rfile.readline()):
                self.server.commands.append(line.decode().rstrip())
                going = self._obey(self.server.verbs[-1])

    def _obey(self, verb: str) -> bool:
        """Answer a command, and take the mail if it is DATA; False when the talk is over."""
        answer = self._next(verb)
        going = self._do(answer) and verb != "QUIT"
        return going and (not answer.startswith("354") or (self._at("CONTENT") and self._take()))

    def _take(self) -> bool:
        content = b""
        while line := self.rfile.readline():
            if line == b".\r\n":
                self.server.mails.append(content)
                return self._at("END")
            content += line.removeprefix(b".")
        return False

    def _at(self, moment: str) -> bool:
        return self._do(self._next(moment))

    def _next(self, moment: str) -> str:
        scripted = self.server.script.get(moment)
        return scripted.popleft() if scripted else self.server.usual.get(moment, "250 fine")

    def _do(self, happening: str) -> bool:
        if happening == SILENCE:
            self.server.over.wait()
        if happening in {SILENCE, HANG_UP}:
            return False
        self.wfile.write(f"{happening}\r\n".encode() if happening else b"")
        return not happening.startswith("421")
