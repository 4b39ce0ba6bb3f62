"""The stage of a benchmark: durable embedded servers in a folder of their own, real worker processes on them."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
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
from tasks.books import check_books
from tasks.gateways.stream import RedisStream
from tasks.settings import ROOT
from tests.benchmarks.meter import Meter

CELERY = ("-m", "celery", "--app=tests.benchmarks.empty")
WORKER = ("worker", "--concurrency=2", "--without-mingle", "--without-gossip", "--loglevel=WARNING")
SERVER = {
    "track_commit_timestamp": "on",
    "shared_buffers": "2GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
}
"""What a database server of its own would be set to, but for the first: by it instants of commits are read."""
QUEUES = ("events", "automations", "billing", "housekeeping")


class Stage:
    """Servers that are up, and the intake, the beat and the worker of two children on which everything is measured."""

    def __init__(self, home: Path, database: Postgres, redis_url: str, stack: ExitStack) -> None:
        self.home = home
        self.url = database.create_database("bench")
        self.redis_url = redis_url
        migrate(self.url)
        self.engine: Engine = make_engine(self.url)
        self.stream = RedisStream(redis_url)
        self._stack = stack
        os.environ.update(self._environment())
        stack.callback(self.engine.dispose)
        self.worker = self._start("worker", *CELERY, *WORKER, f"--queues={','.join(QUEUES)}")
        self._ringers = (
            self._start("intake", "-m", "worker.intake"),
            self._start("beat", *CELERY, "beat", "--loglevel=WARNING"),
        )
        self._connection = stack.enter_context(psycopg.connect(self.url, autocommit=True))

    def query(self, sql: str) -> Any:
        """Return the first row of a query."""
        return self._connection.execute(sql.encode()).fetchone()

    def order(self, sql: str) -> None:
        """Run a command that answers with no row."""
        self._connection.execute(sql.encode())

    def breaches(self) -> int:
        """Count where the books do not balance."""
        self.order("ANALYZE")
        self.order("SET statement_timeout = 0")
        with self._connection.transaction():
            return len(check_books(self._connection))

    def _environment(self) -> dict[str, str]:
        return {
            "RELANCE_HOME": str(self.home),
            "RELANCE_DATABASE_URL": self.url,
            "RELANCE_REDIS_URL": self.redis_url,
            "RELANCE_SMTP_URL": "smtp://127.0.0.1:9",
            "PYTHONPATH": str(ROOT),
        }

    def send_home(self) -> None:
        """End worker, intake and beat: what is due from now on is left to this process."""
        for child in (*self._ringers, self.worker):
            child.stop()

    def _start(self, name: str, *arguments: str) -> Child:
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
        return child

    def meter(self) -> Meter:
        """Return a meter of the worker and the servers."""
        return Meter(self._workers, self._servers)

    def worker_mib(self) -> float:
        """Return the resident memory of the worker and its children, in MiB."""
        return float(round(sum(process.memory_info().rss for process in self._workers()) / 2**20, 1))

    def _workers(self) -> list["psutil.Process"]:
        process = psutil.Process(self.worker.pid)
        return [process, *process.children(recursive=True)]

    def _servers(self) -> list["psutil.Process"]:
        """Return the servers' processes of now: each connection has one of its own."""
        ours = psutil.Process().children(recursive=True)
        return [process for process in ours if process.name() in {"postgres", "valkey-server"}]


@contextmanager
def stage() -> Iterator[Stage]:
    """Set up a stage."""
    home = Path(tempfile.mkdtemp(prefix="relance-bench-"))
    home.chmod(0o711)
    database = Postgres(home, settings=SERVER)
    try:
        with ExitStack() as stack:
            stack.enter_context(database)
            valkey = Valkey(home)
            url = valkey.start()
            stack.callback(valkey.stop)
            yield Stage(home, database, url, stack)
    finally:
        database.erase()
        shutil.rmtree(home, ignore_errors=True)


def wait_for(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> None:
    """Wait until something is so, and look `every` so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not so after {seconds} s.")
        time.sleep(every)
