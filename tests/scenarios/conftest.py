"""One throw-away PostgreSQL for all stories; each run of a story gets a database of its own, a copy of a migrated one.

A test asks for `shop`, tells its story in verbs and looks at the lines of `shop.run()` (see `tests.scenarios.story`).
`new_shop` makes further shops where one test needs several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Engine

from deploy.local.ephemeral import throwaway_postgres
from models.db import make_engine, migrate
from tests.scenarios.story import Databases, Story

TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Give fresh, migrated databases, one after the other."""
    numbers = count(1)
    with throwaway_postgres() as server:
        migrate(server.create_database(TEMPLATE))

        @contextmanager
        def fresh() -> Iterator[Engine]:
            engine = make_engine(server.create_database(f"story_{next(numbers)}", TEMPLATE))
            try:
                yield engine
            finally:
                engine.dispose()

        yield fresh


@pytest.fixture
def new_shop(databases: Databases) -> Callable[[], Story]:
    return lambda: Story(databases)


@pytest.fixture
def shop(databases: Databases) -> Story:
    return Story(databases)
