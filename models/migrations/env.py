"""Alembic's entry: runs the versions on the database that `models.db.migrate` names."""

from alembic import context

from models.db import make_engine
from models.rows import metadata
from models.tables import ROW_MODULES

assert ROW_MODULES


def run() -> None:
    """Run the migrations in one transaction, one process at a time."""
    engine = make_engine(context.config.attributes["url"], pool_size=1)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
        with context.begin_transaction():
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7365616)")
            context.run_migrations()
    engine.dispose()


run()
