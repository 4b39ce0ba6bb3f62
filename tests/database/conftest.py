"""The command line on a throw-away PostgreSQL: `relance(…)` runs a command in this process as a shell would."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.postgres import Postgres
from models.db import make_engine, migrate, raw
from tasks.books import check_books
from tests.database.salon import tell
from tests.database.upstream import Upstream
from tests.guarding import guard
from tests.memory import roomy_memory
from tests.scenarios.story import Databases, Story
from worker.cli import main

EMPTY = "empty"
SHOP = "business: {id: atelier, name: Atelier, timezone: Europe/Paris}\n"
THANKS = """\
automation: thanks  # who pays is thanked
name: Merci
trigger: {on: charge.added}
steps:
  - delay: {days: 3}  # not at once
  - send_email: {}
"""
_numbers = count()
_kept: set[str | None] = set()
"""Databases that are needed after their story."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The objects of `--json`, one a line."""
        assert self.code == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        """The only object."""
        (one,) = self.lines
        return one

    @property
    def error(self) -> str:
        """What went wrong: one message and no traceback."""
        assert self.code in {1, 2}
        assert self.out == ""
        assert "Traceback" not in self.err
        return self.err.removeprefix("relance: ").strip()


Relance = Callable[..., Answer]


class Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """Run a server that holds an empty, migrated database to copy."""
    with throwaway_postgres(roomy_memory()) as postgres:
        migrate(postgres.create_database(EMPTY))
        guard(postgres.url_of(EMPTY))
        yield postgres


@pytest.fixture(scope="session")
def databases(server: Postgres) -> Databases:
    """Give a new, migrated database to each story."""

    @contextmanager
    def new() -> Iterator[Engine]:
        name = f"story_{next(_numbers)}"
        engine = make_engine(server.create_database(name, EMPTY))
        try:
            yield engine
        finally:
            engine.dispose()
            if name not in _kept:
                server.drop_database(name)

    return new


@pytest.fixture
def balancing(databases: Databases) -> Iterator[Engine]:
    """Give a new database, whose books must balance in the end."""
    with databases() as engine:
        yield engine
        with engine.connect() as connection:
            assert check_books(raw(connection)) == []


def url_after(databases: Databases, tell: Callable[[Story], None]) -> str:
    """Tell a story; return the URL of the database that it leaves behind."""
    urls: list[str] = []

    @contextmanager
    def noted() -> Iterator[Engine]:
        with databases() as engine:
            _kept.add(engine.url.database)
            urls.append(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
            yield engine

    tell(Story(noted))
    return urls[0]


@pytest.fixture(scope="session")
def salon(databases: Databases) -> str:
    """Tell the story that commands are asked about (see `tests.database.salon`); return its database's URL."""
    return url_after(databases, tell)


@pytest.fixture
def url(server: Postgres) -> Iterator[str]:
    """Give the URL of a migrated database without a row."""
    name = f"cli_{next(_numbers)}"
    yield server.create_database(name, EMPTY)
    server.drop_database(name)


@pytest.fixture
def upstream(url: str) -> Iterator[Upstream]:
    """Return what sends events to the database of `relance`."""
    engine = make_engine(url)
    yield Upstream(engine)
    engine.dispose()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Relance]:
    """Return `relance` for the database of a URL; `typed` is a terminal with what a person types."""

    def at(database_url: str) -> Relance:
        monkeypatch.setenv("RELANCE_DATABASE_URL", database_url)

        def relance(*arguments: object, typed: Terminal | None = None) -> Answer:
            monkeypatch.setattr(sys, "argv", ["relance", *map(str, arguments)])
            monkeypatch.setattr(sys, "stdin", typed or io.StringIO())
            code = _run()
            said = capsys.readouterr()
            return Answer(code, said.out, said.err)

        return relance

    return at


def _run() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def relance(command: Callable[[str], Relance], url: str) -> Relance:
    """Return `relance` on an empty database."""
    return command(url)


@pytest.fixture(scope="session")
def nothing(server: Postgres) -> str:
    """Return the URL of a migrated database that stays without a row."""
    return server.create_database("nothing", EMPTY)


@pytest.fixture
def on_nothing(command: Callable[[str], Relance], nothing: str) -> Relance:
    """Return `relance` on a database that must stay empty."""
    return command(nothing)


@pytest.fixture
def in_salon(command: Callable[[str], Relance], salon: str) -> Relance:
    """Return `relance` on the database of the story; for looking only."""
    return command(salon)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a sound automation."""
    path = tmp_path / "thanks.yaml"
    path.write_text(THANKS)
    return path


@pytest.fixture
def shop(relance: Relance, file: Path) -> Relance:
    """Open a shop with one published automation."""
    path = file.with_name("shop.yaml")
    path.write_text(SHOP)
    assert relance("business", "apply", path, "--yes", "--by", "olga").code == 0
    assert relance("automations", "apply", file, "--publish", "--by", "olga").code == 0
    return relance
