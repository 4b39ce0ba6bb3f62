"""The sandbox: temporary tables in the place of the real ones, and a server that refuses to write any other."""

import psycopg
import pytest
from psycopg import errors

from models.db import transact
from tasks.backtest.sandbox import sandbox

COUNTER = "INSERT INTO {}counters VALUES ('atelier', 'A', 2027, 1, '2027-01-05')"
COUNT = "SELECT count(*) FROM public.counters"


def test_what_is_written_is_seen_inside_and_nowhere_else(url: str) -> None:
    with sandbox(url) as engine:
        transact(engine, lambda c: c.execute(COUNTER.format("").encode()))
        assert transact(engine, lambda c: c.execute("SELECT count(*) FROM counters").fetchone()) == (1,)
        assert transact(engine, lambda c: c.execute(COUNT).fetchone()) == (0,)
    with psycopg.connect(url) as connection:
        assert connection.execute(COUNT).fetchone() == (0,)


def test_the_server_refuses_to_write_a_real_table(url: str) -> None:
    with sandbox(url) as engine, pytest.raises(errors.ReadOnlySqlTransaction):
        transact(engine, lambda c: c.execute(COUNTER.format("public.").encode()))


def test_a_table_that_is_not_shadowed_is_not_found(url: str) -> None:
    with sandbox(url) as engine, pytest.raises(errors.UndefinedTable):
        transact(engine, lambda c: c.execute("SELECT * FROM alembic_version"))


def test_numbers_come_from_sequences_of_its_own(url: str) -> None:
    with sandbox(url) as engine:
        assert transact(engine, lambda c: c.execute("SELECT nextval('inbox_sequence_seq')").fetchone()) == (1,)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT is_called FROM inbox_sequence_seq").fetchone() == (False,)
