"""A sandbox: one connection on which every table is a temporary one of its own, and no other can be written.

Temporary tables of the same names stand in the place of the real ones, which are out of the search path: a statement of
the engine finds the temporary table or none. Beyond that the server itself refuses to write: every transaction is
read-only, which lets only temporary tables change (PostgreSQL manual, SET TRANSACTION). Nothing outlives the
connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql
from sqlalchemy import Engine

from models.db import lone_engine, raw, transact
from models.rows import row_classes
from models.tables import ROW_MODULES

assert ROW_MODULES


@contextmanager
def sandbox(url: str) -> Iterator[Engine]:
    """Lend an engine whose tables are temporary and empty."""
    engine = lone_engine(url)
    try:
        with engine.connect() as connection:
            driver = raw(connection)
            for name in row_classes():
                table = sql.Identifier(name)
                driver.execute(sql.SQL("CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING ALL)").format(table))
            driver.execute("SET search_path = pg_temp")
            driver.execute("SET default_transaction_read_only = on")
            driver.commit()
        yield engine
    finally:
        engine.dispose()


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
