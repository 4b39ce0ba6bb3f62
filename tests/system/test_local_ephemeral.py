"""Throwaway databases: side by side, and gone without a trace."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from deploy.local import lock
from deploy.local.ephemeral import PREFIX, throwaway_postgres
from tasks.settings import ROOT
from tests.system.local_helpers import lives
from tests.system.patience import eventually

KILLED = """
import signal
from deploy.local.ephemeral import throwaway_postgres
with throwaway_postgres() as server:
    print(server.home, server.child.pid, flush=True)
    signal.pause()
"""


def number_in(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'mine'").fetchone()
    assert row
    return int(row[0])


def test_several_run_side_by_side_and_leave_nothing() -> None:
    with throwaway_postgres() as one, throwaway_postgres() as other:
        with psycopg.connect(one.url) as connection:
            connection.execute("CREATE TABLE mine ()")
        assert (number_in(one.url), number_in(other.url)) == (1, 0)
        places = [one.home, one.data, other.home, other.data]
    assert not any(place.exists() for place in places)


def test_they_are_fast_but_forget_no_committed_row() -> None:
    with throwaway_postgres() as server, psycopg.connect(server.url) as connection:
        answers = [connection.execute(f"SHOW {name}").fetchall() for name in ("fsync", "synchronous_commit")]
    assert answers == [[("off",)], [("on",)]]


def test_one_that_was_killed_ends_and_its_folder_goes_with_the_next() -> None:
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        home, server = process.stdout.readline().split()
        os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not lives(int(server)))
    assert Path(home).exists()
    with throwaway_postgres():
        assert not Path(home).exists()


def test_a_killed_one_whose_server_has_not_ended_yet_delays_nobody() -> None:
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder, lock.hold(Path(folder) / "postgres.lock", 0):
        started = time.monotonic()
        with throwaway_postgres():
            assert time.monotonic() - started < 20
        assert (Path(folder) / "postgres.lock").exists()


def test_a_folder_that_is_gone_before_it_is_looked_at_is_no_trouble() -> None:
    gone = Path(tempfile.gettempdir()) / f"{PREFIX}gone"
    gone.symlink_to(gone.with_name("nowhere"))
    try:
        with throwaway_postgres():
            pass
    finally:
        gone.unlink()


def test_folders_of_others_are_left_alone() -> None:
    with throwaway_postgres() as mine:
        with throwaway_postgres():
            assert mine.home.parent == Path(tempfile.gettempdir())
            assert mine.home.name.startswith(PREFIX)
        assert number_in(mine.url) == 0
