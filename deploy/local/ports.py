"""TCP ports on the loopback interface."""

import json
import secrets
import socket
from pathlib import Path

from deploy.local.home import write_private

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)
"""Below every system's ephemeral ports, so that no outgoing connection takes ours between the choice and its use."""


def free_port(preferred: int | None = None) -> int:
    """Return a port that nobody listens on: the preferred one if possible."""
    if preferred and _is_free(preferred):
        return preferred
    while not _is_free(port := secrets.choice(RANGE)):
        pass
    return port


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


class Ports:
    """The ports of one home, chosen once and kept as long as they are free, so that bookmarks stay good."""

    def __init__(self, home: Path) -> None:
        self._file = home / "ports.json"
        self._chosen: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def of(self, name: str) -> int:
        """Return the port to be used under this name."""
        self._chosen[name] = free_port(self._chosen.get(name))
        write_private(self._file, json.dumps(self._chosen))
        return self._chosen[name]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
