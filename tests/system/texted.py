"""The local SMS gateway as its process, and what a test asks of it."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from deploy.local.home import secret
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Program
from deploy.local.programs import sms
from tasks.gateways.http_sms import HttpSms


class Gateway:
    """A running gateway."""

    def __init__(self, home: Path, timeout: float = 10) -> None:
        self.home, self.port = home, free_port()
        self.program: Program = sms(home, self.port)
        self.start()
        self.key = secret(home, "sms")
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.adapter = HttpSms(self.url, self.key, timeout=timeout, rest=0)

    def start(self) -> None:
        self.program.launch()
        self.program.await_ready()

    def stop(self) -> None:
        self.program.child.stop()

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> tuple[int, str]:
        """Speak to it; return status and content."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=30)
        raw = None if body is None else json.dumps(body)
        known = {"Authorization": f"Bearer {self.key if key is None else key}"}
        connection.request(method, path, raw, known | {name.replace("_", "-"): told for name, told in headers.items()})
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, content

    def breaks(self, *faults: str) -> None:
        """Let the next calls go wrong."""
        assert self.ask("POST", "/v1/faults", {"faults": faults})[0] == 200

    def taken(self) -> list[dict[str, Any]]:
        """Return what it was given, oldest first."""
        found = json.loads(self.ask("GET", "/messages.json")[1])
        assert isinstance(found, list)
        return found

    def clear(self) -> None:
        assert self.ask("DELETE", "/messages.json")[0] == 200
