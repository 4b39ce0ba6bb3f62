"""The embedded PostgreSQL 18 from its wheel: TCP on the loopback interface, one superuser with a random password."""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.local import lock
from deploy.local.home import prepare, secret
from deploy.local.lodging import find_lodging
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Child, Command
from models.errors import ConfigurationError

NAME = "relance"
"""The superuser and its database."""
INITDB = (
    *("--username", NAME, "--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", "--no-instructions"),
    *("--set", "scram_iterations=1"),  # more would protect a guessable password; ours is random
)
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in a container
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
VOLATILE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}


class Postgres:
    """One server with its data under `home`, on a port of its own; stops when this process does.

    `durable=False` is for tests: a committed row survives kill -9 of every process, but not a power cut.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        port: int | None = None,
        wheel: Path | None = None,
        patience: float = 30,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take the programs from `wheel` (default: as installed); wait `patience` s for a former server's end.

        `settings` of postgresql.conf go before ours.
        """
        self.home = prepare(home)
        self.patience = patience
        self.port = port or free_port()
        self.durable = durable
        self.settings = SETTINGS | ({} if durable else VOLATILE) | dict(settings)
        self.lodging = find_lodging(self.home, wheel)
        self.data = self.lodging.folder / "data"
        self.child = Child(self._command())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The URL of the database `relance`."""
        return self.url_of(NAME)

    def url_of(self, database: str) -> str:
        """Return the URL of a database on this server."""
        return f"postgresql://{NAME}:{secret(self.home, 'postgres')}@{LOOPBACK}:{self.port}/{quote(database)}"

    def launch(self) -> None:
        """Start it, creating it the first time."""
        with lock.hold(self.home / "postgres.lock", self.patience) as descriptor:
            self.lodging.settle()
            if not self.data.exists():
                self._initialise(descriptor)
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # we hold the lock, so its writer is dead
            self.child.launch(descriptor)

    def await_ready(self) -> None:
        """Return when it answers and has its database `relance`."""
        self.child.await_ready()
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchall():
                self.create_database(NAME)

    def start(self) -> str:
        """Start it, wait until it can be used, and return the URL of its database `relance`."""
        self.launch()
        self.await_ready()
        return self.url

    def stop(self) -> None:
        self.child.stop()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of another one that nobody uses now, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self._connect() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template1")))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, with the connections that still use it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def erase(self) -> None:
        """Remove everything that a stopped server leaves on disk."""
        with lock.hold(self.home / "postgres.lock", self.patience):
            self.lodging.leave()

    def _command(self) -> Command:
        settings = self.settings | {"port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            arguments=(self.lodging.programs / "postgres", "-D", self.data, *options),
            log=self.home / "logs" / "postgres.log",
            ready=self._answers,
            folder=self.lodging.folder,
            user=self.lodging.user,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions end, data is flushed
            orphan_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
        )

    def _initialise(self, descriptor: int) -> None:
        """Create the data folder; it appears whole or not at all."""
        draft, password = self.data.with_name("data.new"), self.data.with_name("password")
        shutil.rmtree(draft, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(secret(self.home, "postgres"))
        self.lodging.give(password)
        program = self.lodging.programs / "initdb"
        sync = () if self.durable else ("--no-sync",)
        result = subprocess.run(  # noqa: S603  # runs to its end within a second, so it needs no leash
            [program, "-D", draft, "--pwfile", password, *INITDB, *sync],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.lodging.folder,
            pass_fds=[descriptor],
            **self.lodging.rights(),
        )
        password.unlink()
        if result.returncode != 0:
            raise ConfigurationError(f"PostgreSQL can't create its data in {self.data}:\n{result.stderr.strip()}")
        draft.rename(self.data)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True
