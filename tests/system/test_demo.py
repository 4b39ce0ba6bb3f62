"""`make demo`: it shows the main job, is right about it, and leaves nothing running; it plays with nobody's data."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.postgres import Postgres
from deploy.local.shop import load_demo_shop
from deploy.local.valkey import Valkey
from models.db import migrate
from tasks.gateways.redis_client import connect
from tasks.settings import ROOT
from tests.system.local_helpers import PYTHON, environment, home_folder

SHOWN = ("What went to whom", "zoe@clients.example", "the next sixty days", "hold, in")


@pytest.fixture
def home() -> Iterator[Path]:
    with home_folder() as home:
        yield home


@pytest.fixture
def server() -> Iterator[Postgres]:
    with throwaway_postgres() as server:
        yield server


def demo(home: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    named = {f"RELANCE_{name.upper()}_URL": url for name, url in settings.items()}
    command = [*PYTHON, "deploy.demo"]
    return subprocess.run(
        command, env=environment(home, named), cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )


def run_in(home: Path) -> str:
    """Return the processes that have this folder in their command line."""
    return subprocess.run(["pgrep", "-af", str(home)], capture_output=True, text=True, check=False).stdout


def test_the_demo_is_right_and_leaves_nothing(home: Path) -> None:
    result = demo(home)
    assert result.returncode == 0, result.stdout + result.stderr
    assert all(part in result.stdout for part in SHOWN)
    assert "✗" not in result.stdout
    assert run_in(home) == ""
    assert {path.name for path in (home / "demo").iterdir()} >= {"mailbox", "logs"}
    assert not (home / "demo" / "postgres").exists()
    assert not (home / "demo" / "postgres.place").exists()


def test_it_does_not_play_in_a_database_that_holds_a_business(home: Path, server: Postgres) -> None:
    migrate(server.url)
    load_demo_shop(server.url)
    result = demo(home, database=server.url)
    assert (result.returncode, run_in(home)) == (1, "")
    assert "The demo needs a database without any business. Run it without RELANCE_DATABASE_URL" in result.stderr


def test_it_does_not_play_on_a_stream_of_others(home: Path, valkey: Valkey) -> None:
    with connect(valkey.url) as redis:
        redis.xadd("relance:events", {"event": "{}"})
        result = demo(home, redis=valkey.url)
        assert redis.xlen("relance:events") == 1
        redis.flushall()
    assert result.returncode == 1
    assert "The demo needs a Redis without a stream relance:events." in result.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"redis": "redis://127.0.0.1:1"}, "Redis can't be used"),
        ({"smtp": "smtp://127.0.0.1:25"}, "The demo reads the mails that it sends in the local mailbox."),
    ],
)
def test_trouble_is_one_message(home: Path, settings: dict[str, str], message: str) -> None:
    result = demo(home, **settings)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
