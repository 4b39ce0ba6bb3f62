"""A person at the provider's page, and a listener that takes the provider's messages."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from deploy.local.home import secret
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Program
from deploy.local.programs import provider
from tasks.gateways.sandbox_cards import SandboxCards

YES, NO_FUNDS, LOST = "4242 4242 4242 4242", "4000000000009995", "4000000000009987"
STRONG, ALWAYS_STRONG, LATER_NO_FUNDS = "4000002500003155", "4000002760003184", "4000000000000341"
LATE, TWICE, NEVER_TOLD = "4000000000000077", "4000000000000085", "4000000000000093"


class Sandbox:
    """A running sandbox provider, as its process."""

    def __init__(self, home: Path, webhooks: str = "", timeout: float = 10) -> None:
        self.home, self.port = home, free_port()
        self.program: Program = provider(home, self.port, webhooks)
        self.program.launch()
        self.program.await_ready()
        self.key = secret(home, "provider")
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.cards = SandboxCards(self.url, self.key, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """Speak to its API; return status and answer."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=30)
        raw = None if body is None else json.dumps(body)
        connection.request(method, path, raw, {"Authorization": f"Bearer {self.key if key is None else key}"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content else None

    def breaks(self, call: str, *faults: str) -> None:
        """Let the next calls of a kind go wrong."""
        assert self.ask("POST", "/v1/faults", {"call": call, "faults": faults})[0] == 200

    def all(self, kinds: str, account: str = "atelier") -> list[dict[str, Any]]:
        """Return all that it knows of a kind."""
        found = self.ask("GET", f"/v1/{kinds}?account={account}")[1][kinds]
        assert isinstance(found, list)
        return found

    def stop(self) -> None:
        self.program.child.stop()


@dataclass(frozen=True)
class Seen:
    """What a person sees after a click."""

    status: int
    text: str
    sent_to: str | None


def pays(url: str, number: str = YES, **more: str) -> Seen:
    """Fill in the form of a page and send it."""
    return visits(url, {"number": number} | more)


def visits(url: str, form: dict[str, str] | None = None) -> Seen:
    """Open a page, or send its form; a redirect is not followed."""
    to = urlsplit(url)
    connection = HTTPConnection(to.hostname or "", to.port, timeout=30)
    if form is None:
        connection.request("GET", to.path)
    else:
        connection.request("POST", to.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    seen = Seen(answer.status, answer.read().decode(), answer.getheader("Location"))
    connection.close()
    return seen


@dataclass
class Listener:
    """Takes messages, and refuses the first `refusals` of them."""

    port: int
    taken: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    refusals: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/webhooks/sandbox"


@contextmanager
def listening() -> Iterator[Listener]:
    """Lend a listener."""
    listener = Listener(free_port())

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if listener.refusals:
                listener.refusals -= 1
                self.send_response(500)
            else:
                listener.taken.append((self.path, raw, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer((LOOPBACK, listener.port), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
