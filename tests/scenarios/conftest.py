"""One throw-away PostgreSQL for all stories; each run of a story begins on an empty database with a name of its own.

A test asks for `shop`, tells its story in verbs and looks at the lines of `shop.run()` (see `tests.scenarios.story`).
`new_shop` makes further shops where one test needs several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from deploy.local.ephemeral import throwaway_postgres
from models.db import make_engine, migrate
from tests.guarding import guard
from tests.memory import roomy_memory
from tests.scenarios.story import Databases, Story

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Give an empty, migrated database, one after the other.

    It is always the same one, emptied and renamed: that takes milliseconds, a copy of a template up to a second. A name
    of its own, because a process remembers compiled rulebooks by database.
    """
    numbers = count()
    with throwaway_postgres(roomy_memory()) as server:
        name = f"story_{next(numbers)}"
        migrate(server.create_database(name))
        guard(server.url_of(name))

        @contextmanager
        def empty() -> Iterator[Engine]:
            nonlocal name
            old, name = name, f"story_{next(numbers)}"
            with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(name))
                )
            clear(server.url_of(name))
            engine = make_engine(server.url_of(name))
            try:
                yield engine
            finally:
                engine.dispose()

        yield empty


def clear(url: str) -> None:
    """Delete every row, in any order."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for (table,) in connection.execute(TABLES).fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@pytest.fixture
def new_shop(databases: Databases) -> Callable[[], Story]:
    return lambda: Story(databases)


@pytest.fixture
def shop(databases: Databases) -> Story:
    return Story(databases)
