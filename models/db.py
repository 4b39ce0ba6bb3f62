"""The database: engine, schema version, and the one wrapper that runs a unit of work."""

import random
import time
from collections.abc import Callable
from importlib import resources
from typing import Any, TypeVar

import msgspec
import psycopg
import sqlalchemy.exc
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import errors as pg
from psycopg.types.json import set_json_dumps, set_json_loads
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import StaticPool

from models.errors import ConfigurationError, ConflictError, TooLargeError

R = TypeVar("R")

ATTEMPTS = 5
AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    pg.TransactionTimeout,
    pg.IdleInTransactionSessionTimeout,
)
"""What says that the server is away or busy, and nothing yet about what was asked of it."""
OUT_OF_TIME = (pg.QueryCanceled, pg.TransactionTimeout, pg.IdleInTransactionSessionTimeout)
"""What says that a statement or transaction was too slow: the server is, or what was asked of it is too much."""
_RETRIED = (pg.SerializationFailure, pg.DeadlockDetected, pg.UniqueViolation, pg.ExclusionViolation, ConflictError)
_TOO_LARGE = (pg.ProgramLimitExceeded, pg.StatementTooComplex, pg.TooManyColumns, pg.TooManyArguments)
"""What the driver takes for a server in trouble and is a row in trouble: it would fail again for ever."""
_TIMEOUTS = {
    "statement_timeout": "60s",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}

encode_json = msgspec.json.Encoder(order=None).encode
_decode = msgspec.json.Decoder()

set_json_loads(_decode.decode)
set_json_dumps(encode_json)


def make_engine(url: str, *, pool_size: int = 2) -> Engine:
    """Return a lazy engine for a `postgresql://…` URL; nothing is opened before its first use.

    Raises `ConfigurationError` for another URL, without quoting it: it may hold a password.
    """
    options = " ".join(f"-c {name}={value}" for name, value in _TIMEOUTS.items())
    engine = create_engine(
        _target(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def bound_transactions(connection: Any, _record: Any) -> None:
        """Bound whole transactions where the server can (PostgreSQL 17 and newer)."""
        if connection.info.server_version >= 170000:
            with connection.cursor() as cursor:
                cursor.execute("SET transaction_timeout = '100s'")
            connection.commit()

    return engine


def lone_engine(url: str) -> Engine:
    """Return an engine on one connection, opened now, that no other ever takes the place of: what is set on it holds.

    When the connection is lost, so is the engine.
    """
    options = " ".join(f"-c {name}={value}" for name, value in _TIMEOUTS.items())
    target = _target(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(target, options=options, connect_timeout=5)
    return create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise _bad_url() from None
    if target.get_backend_name() not in {"postgresql", "postgres"}:
        raise _bad_url()
    return target.set(drivername="postgresql+psycopg")


def _bad_url() -> ConfigurationError:
    return ConfigurationError(
        "The database's URL can't be used. Write postgresql://user:password@host:port/database, special characters "
        "of the password as %XX."
    )


def raw(connection: Connection) -> psycopg.Connection[Any]:
    """Return the psycopg connection beneath: batches speak to it directly (COPY, arrays)."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def transact(engine: Engine, work: Callable[[psycopg.Connection[Any]], R]) -> R:
    """Run `work` in one transaction, the whole of it again (at most 5 times) when another one was in its way."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(engine, work)
        except _RETRIED:
            if attempt == ATTEMPTS:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # jitter, not a secret
        except _TOO_LARGE as error:
            raise TooLargeError(f"The database can't hold it: {error}") from error
    raise AssertionError


def _once(engine: Engine, work: Callable[[psycopg.Connection[Any]], R]) -> R:
    """Run `work` in one transaction; what it raises is what comes out, also when the server has cut the connection."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            result = work(raw(connection))
        except BaseException:
            try:
                transaction.rollback()
            except AWAY:
                connection.invalidate()
            raise
        transaction.commit()
        return result


def _alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("models") / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the schema of the database to the newest version; does nothing when it is there."""
    command.upgrade(_alembic(url), "head")


def schema_versions(url: str) -> tuple[str | None, str | None]:
    """Return the schema version of the database and the one that this code needs."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return found, ScriptDirectory.from_config(_alembic(url)).get_current_head()


def require_schema(url: str) -> None:
    """Raise unless the schema is the one that this code needs."""
    found, needed = schema_versions(url)
    if found != needed:
        raise ConfigurationError(
            f"The database's schema is at version {found or 'none'}, this code needs {needed}. Run `relance migrate`."
        )
