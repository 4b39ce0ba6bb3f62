"""A sandbox: one connection on which every table is a temporary one of its own, and no other can be written.

Temporary tables of the same names stand in the place of the real ones, which are out of the search path: a statement of
the engine finds the temporary table or none. Beyond that the server itself refuses to write: every transaction is
read-only, which lets only temporary tables change (PostgreSQL manual, SET TRANSACTION). Nothing outlives the
connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from psycopg import sql
from sqlalchemy import Engine

from models.db import lone_engine, raw, transact
from models.rows import row_classes
from models.tables import ROW_MODULES

assert ROW_MODULES


SETTINGS: tuple[LiteralString, ...] = ("SET jit = off", "SET statement_timeout = 0", "SET work_mem = '32MB'")
"""Nobody waits for what is done here, and all of it reads many rows."""

_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"


@contextmanager
def sandbox(url: str, *more: LiteralString) -> Iterator[Engine]:
    """Lend an engine whose tables are temporary and empty; `more` are statements that make other things there."""
    engine = lone_engine(url)
    try:
        with engine.connect() as connection:
            driver = raw(connection)
            for name in row_classes():
                table = sql.Identifier(name)
                driver.execute(sql.SQL("CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING ALL)").format(table))
            for statement in more:
                driver.execute(statement)
            driver.execute("SET search_path = pg_temp")
            for setting in SETTINGS:
                driver.execute(setting)
            driver.execute("SET default_transaction_read_only = on")
            driver.commit()
        yield engine
    finally:
        engine.dispose()


def fork(here: Engine, there: Engine) -> None:
    """Copy everything from one sandbox into another that is empty, with where its numbers stand."""
    with here.connect() as one, there.connect() as other:
        source, target = raw(one), raw(other)
        for name in row_classes():
            table = sql.Identifier(name)
            with (
                source.cursor() as out,
                target.cursor() as into,
                out.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(table)) as read,
                into.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)) as write,
            ):
                for data in read:
                    write.write(data)
        for (name,) in source.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'S'"
        ):
            (state,) = source.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name)))
            target.execute("SELECT setval(%s::regclass, %s, %s)", (name, *state))
        source.commit()
        target.commit()


def refresh(engine: Engine) -> None:
    """Take back the room of what was deleted, and let the planner learn how the tables are now: no one else does."""
    with engine.connect() as connection:
        driver = raw(connection)
        driver.commit()
        driver.autocommit = True
        try:
            for (name,) in driver.execute(_TABLES).fetchall():
                driver.execute(sql.SQL("VACUUM (ANALYZE) pg_temp.{}").format(sql.Identifier(name)))
        finally:
            driver.autocommit = False


def temporary_bytes(engine: Engine) -> int:
    """Return how much room the temporary tables take."""
    rows = transact(
        engine,
        lambda c: c.execute(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
            " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
        ).fetchall(),
    )
    return int(rows[0][0])
