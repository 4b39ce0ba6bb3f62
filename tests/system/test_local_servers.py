"""The embedded servers: they keep data, end with whoever started them, and run for every user in every folder."""

import os
import shutil
import signal
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from deploy.local.lodging import OUTSIDE, PACKAGE
from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey
from models.errors import ConfigurationError
from tests.system.local_helpers import holder, home_folder, lives, ordinary_python
from tests.system.patience import eventually


def remember(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE memory AS SELECT 1 AS kept")


def remembers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT kept FROM memory").fetchone() == (1,)


def test_data_survive_a_restart_of_the_servers() -> None:
    with home_folder() as home:
        with Postgres(home, durable=False) as postgres, Valkey(home) as valkey:
            remember(postgres.url)
            Redis.from_url(valkey.url).set("kept", 1)
        with Postgres(home, durable=False) as postgres, Valkey(home) as valkey:
            assert remembers(postgres.url)
            assert Redis.from_url(valkey.url).get("kept") == b"1"


def test_the_servers_are_set_up_for_money() -> None:
    with home_folder() as home, Postgres(home) as postgres, Valkey(home) as valkey:
        with psycopg.connect(postgres.url) as connection:
            asked = ("fsync", "full_page_writes", "synchronous_commit", "TimeZone", "server_encoding")
            answers = [connection.execute(f"SHOW {name}").fetchall() for name in asked]
            assert answers == [[("on",)], [("on",)], [("on",)], [("UTC",)], [("UTF8",)]]
        with Redis.from_url(valkey.url, decode_responses=True) as redis:
            assert redis.config_get("maxmemory-policy", "appendonly", "appendfsync") == {
                "maxmemory-policy": "noeviction",
                "appendonly": "yes",
                "appendfsync": "everysec",
            }


def test_the_address_of_redis_is_one_for_redis_cli_too() -> None:
    with home_folder() as home:
        assert urlsplit(Valkey(home).url).username == "default", "redis-cli 7 takes no user for one with an empty name"


def test_the_servers_end_with_a_holder_that_is_killed_and_keep_what_they_had() -> None:
    with home_folder() as home:
        with holder(home) as (process, told):
            remember(told["database"])
            Redis.from_url(told["redis"]).set("kept", 1)
            process.kill()
            eventually(lambda: not any(lives(pid) for pid in told["pids"]))
        with holder(home) as (_, told):
            assert remembers(told["database"])
            assert Redis.from_url(told["redis"]).get("kept") == b"1"


def test_a_server_that_was_killed_starts_again_whatever_its_pid_file_says() -> None:
    with home_folder() as home:
        with Postgres(home, durable=False) as postgres:
            remember(postgres.url)
            assert postgres.child.pid
            os.kill(postgres.child.pid, signal.SIGKILL)
        pid_file = postgres.data / "postmaster.pid"
        _, *rest = pid_file.read_text().splitlines(keepends=True)
        pid_file.write_text(f"{os.getppid()}\n{''.join(rest)}")
        with postgres:
            assert remembers(postgres.url)


def test_a_second_server_in_the_same_folder_says_why_it_does_not_start() -> None:
    with home_folder() as home:
        with (
            Valkey(home),
            pytest.raises(ConfigurationError, match="Another process still uses"),
            Valkey(home, patience=0.1),
        ):
            pass
        with Valkey(home):
            pass


def test_a_database_is_copied_from_another() -> None:
    with home_folder() as home, Postgres(home, durable=False) as postgres:
        remember(postgres.url)
        assert remembers(postgres.create_database("a copy", template="relance"))


def test_the_path_of_the_home_may_be_long_and_odd() -> None:
    below = 'Zoé\'s "home" \\ ' + "long" * 30
    with home_folder(below=below) as home, Postgres(home, durable=False) as postgres, Valkey(home) as valkey:
        remember(postgres.url)
        assert Redis.from_url(valkey.url).ping()


def test_home_and_programs_may_lie_where_nobody_else_may_look() -> None:
    """A checkout in a home folder with mode 0700: root's PostgreSQL moves out, and leaves nothing behind in the end."""
    with home_folder(mode=0o700) as home:
        wheel = home.parent / "site-packages"
        shutil.copytree(Postgres(home).lodging.wheel / PACKAGE, wheel / PACKAGE, symlinks=True)
        libraries = Postgres(home).lodging.wheel / f"{PACKAGE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, wheel / libraries.name)
        with Postgres(home, wheel=wheel, durable=False) as postgres:
            assert (postgres.lodging.folder.parent == OUTSIDE) == (os.geteuid() == 0)
            remember(postgres.url)
        with Postgres(home, wheel=wheel, durable=False) as postgres:
            assert remembers(postgres.url)
        postgres.erase()
        assert not postgres.lodging.folder.exists()


def test_the_servers_run_without_root() -> None:
    python = ordinary_python()
    with home_folder(mode=0o777) as home, holder(home, python=python, cwd="/") as (process, told):
        remember(told["database"])
        assert (home / "postgres" / "data").stat().st_uid == home.stat().st_uid != 0
        process.terminate()
        process.wait()
        assert not any(lives(pid) for pid in told["pids"])
