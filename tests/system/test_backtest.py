"""`relance backtest` that is interrupted: it ends at once, and nothing of it is left on the server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from deploy.local.ephemeral import throwaway_postgres
from models.db import migrate
from tasks.settings import ROOT
from tests.benchmarks.replay import fill

CANDIDATE = """\
automation: hello
trigger: {on: session.booked}
steps: [{send_email: {subject: Bonjour, message: Bonjour}}]
"""
TEMPORARY = "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'orders'"
PATIENCE = timedelta(seconds=60)


@pytest.fixture
def url() -> Iterator[str]:
    """Lend a database with enough of a past to be interrupted in it."""
    with throwaway_postgres() as server:
        url = server.create_database("replay")
        migrate(url)
        fill(url, 3_000)
        yield url


def wait_until(connection: psycopg.Connection[tuple[int]], *, there: bool) -> None:
    """Wait until a world's tables are there, or gone."""
    until = datetime.now(UTC) + PATIENCE
    while datetime.now(UTC) < until:
        row = connection.execute(TEMPORARY).fetchone()
        if row is not None and (row[0] > 0) == there:
            return
        time.sleep(0.05)
    pytest.fail("The temporary tables have not come, or not gone.")


def test_nothing_is_left_of_one_that_was_interrupted(url: str, tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(CANDIDATE)
    command = [sys.executable, "-m", "worker.cli", "backtest", str(tmp_path / "hello.yaml"), "--json"]
    surroundings = os.environ | {"RELANCE_DATABASE_URL": url, "RELANCE_HOME": str(tmp_path)}
    with psycopg.connect(url, autocommit=True) as connection:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings)
        wait_until(connection, there=True)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        wait_until(connection, there=False)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
