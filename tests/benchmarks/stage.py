"""The stage of a benchmark: durable embedded servers in a folder of their own, real worker processes on them."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import Engine

from deploy.local.postgres import Postgres
from deploy.local.process import Child, Command
from deploy.local.valkey import Valkey
from models.db import make_engine, migrate
from tasks.gateways.stream import RedisStream
from tasks.settings import ROOT

WORKER = ("worker", "--concurrency=2", "--without-mingle", "--without-gossip", "--loglevel=WARNING")


class Stage:
    """Servers that are up, and what runs on them."""

    def __init__(self, home: Path, database: Postgres, redis_url: str, stack: ExitStack) -> None:
        self.home = home
        self.postgres = database
        self.url = database.create_database("bench")
        self.redis_url = redis_url
        migrate(self.url)
        self.engine: Engine = make_engine(self.url)
        self.stream = RedisStream(redis_url)
        self._stack = stack
        os.environ.update(self._environment())
        stack.callback(self.engine.dispose)

    def query(self, sql: str) -> Any:
        """Return the first row of a query."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchone()

    def _environment(self) -> dict[str, str]:
        return {
            "RELANCE_HOME": str(self.home),
            "RELANCE_DATABASE_URL": self.url,
            "RELANCE_REDIS_URL": self.redis_url,
            "RELANCE_SMTP_URL": "smtp://127.0.0.1:9",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, name: str, *arguments: str) -> "psutil.Process":
        """Start a process of ours until the benchmark's end."""
        command = Command(
            name=name,
            arguments=(sys.executable, *arguments),
            log=self.home / f"{name}.log",
            ready=lambda: True,
            environment=self._environment(),
        )
        child = Child(command)
        child.launch()
        self._stack.callback(child.stop)
        assert child.pid is not None
        return psutil.Process(child.pid)

    def worker(self, app: str, queues: str) -> "psutil.Process":
        """Start a Celery worker of two children and wait until it has them."""
        process = self.start(f"worker-{queues}", "-m", "celery", f"--app={app}", *WORKER, f"--queues={queues}")
        wait_for(lambda: len(process.children()) >= 2, 60)
        time.sleep(2)
        return process


@contextmanager
def stage(*settings: str) -> Iterator[Stage]:
    """Set up a stage; `settings` are extra lines of postgresql.conf."""
    home = Path(tempfile.mkdtemp(prefix="relance-bench-"))
    home.chmod(0o711)
    database = Postgres(home)
    try:
        with ExitStack() as stack:
            stack.enter_context(database)
            if settings:
                _configure(database, settings)
            valkey = Valkey(home)
            url = valkey.start()
            stack.callback(valkey.stop)
            yield Stage(home, database, url, stack)
    finally:
        database.erase()
        shutil.rmtree(home, ignore_errors=True)


def _configure(database: Postgres, settings: Sequence[str]) -> None:
    """Set what needs a restart."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
    database.stop()
    database.start()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not so after {seconds} s.")
        time.sleep(0.02)


def cpu_seconds(processes: Sequence["psutil.Process"]) -> float:
    """Return the processor time of processes and all their children so far."""
    total = 0.0
    for process in processes:
        for one in [process, *process.children(recursive=True)]:
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
    return total
