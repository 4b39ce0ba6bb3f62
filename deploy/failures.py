"""What a person is told of a failure that lies in the surroundings: what is wrong, where, how to mend it."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors as pg
from redis import exceptions as redis
from sqlalchemy import exc as alchemy

from models.errors import RelanceError

MENDED = {
    errno.EACCES: "Check who owns it, or run as its owner.",
    errno.EPERM: "Check who owns it, or run as its owner.",
    errno.EROFS: "It lies on a read-only file system: choose another folder (RELANCE_HOME for the embedded system).",
    errno.ENOSPC: "Make room on the disk.",
    errno.ENOENT: "Check the spelling.",
    errno.EISDIR: "Name a file in it.",
    errno.ENOTDIR: "Check the spelling: a part of this path is a file.",
}
REFUSED = (
    ("password authentication failed", "Correct user and password in RELANCE_DATABASE_URL."),
    ("no password supplied", "Give user and password in RELANCE_DATABASE_URL."),
    ("no pg_hba.conf entry", "Let this machine in (pg_hba.conf of the server), or correct RELANCE_DATABASE_URL."),
    ("does not exist", "Create it, or correct RELANCE_DATABASE_URL."),
    ("invalid", "Correct RELANCE_DATABASE_URL."),
)
"""What PostgreSQL says that goes on refusing us until a person mends it."""
AWAY = (
    ("Connection refused", "Start the server, or correct host and port in RELANCE_DATABASE_URL."),
    ("resolve host", "Correct the host in RELANCE_DATABASE_URL."),
    ("timeout", "Is the server up, and does a firewall let this machine in? Check RELANCE_DATABASE_URL."),
    ("too many clients", "Raise max_connections, or stop some of the processes that use the server."),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong and how to mend it, in whole sentences."""

    what: str
    mend: str = ""
    passing: bool = False
    """Whether it may pass without anybody's doing: a server is away, or not up yet."""

    def __str__(self) -> str:
        return f"{self.what} {self.mend}".strip()


def explain(error: BaseException) -> Failure | None:
    """Return the message for a failure of the surroundings, None for a bug."""
    if isinstance(error, alchemy.DBAPIError) and error.orig is not None:
        error = error.orig
    for kind, understand in KINDS:
        if isinstance(error, kind):
            return understand(error)
    return None


def why(error: BaseException) -> dict[str, str]:
    """Return what a log says of a server that is away, besides the type of the error."""
    failure = explain(error)
    return {"why": str(failure)} if failure and failure.passing else {}


def _own(error: RelanceError) -> Failure:
    return Failure(str(error))


def _file(error: OSError) -> Failure | None:
    if error.filename is None or error.errno not in MENDED:
        return None
    return Failure(f"{error.filename} can't be used: {error.strerror}.", MENDED[error.errno])


def _postgres(error: psycopg.Error) -> Failure | None:
    line = _line(error)
    if isinstance(error, pg.UndefinedTable | pg.UndefinedColumn):
        return Failure(
            f"The database's schema does not fit this version of relance ({line}).", "Run `relance migrate`."
        )
    if isinstance(error, pg.InsufficientPrivilege):
        return Failure(
            f"The database user lacks a right ({line}).", "Grant it, or name the owner in RELANCE_DATABASE_URL."
        )
    if not isinstance(error, psycopg.OperationalError):
        return None
    for signs, passing in ((REFUSED, False), (AWAY, True)):
        for sign, mend in signs:
            if sign in line:
                return Failure(f"PostgreSQL can't be used: {line}.", mend, passing)
    return Failure(f"PostgreSQL can't be used: {line}.", "Check the server and RELANCE_DATABASE_URL.", passing=True)


def _redis(error: redis.RedisError) -> Failure | None:
    if isinstance(error, redis.AuthenticationError | redis.NoPermissionError):
        return Failure(f"Redis refuses us: {_line(error)}.", "Correct user and password in RELANCE_REDIS_URL.")
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return Failure(
            f"Redis can't be used: {_line(error)}.",
            "Start it, or correct host and port in RELANCE_REDIS_URL.",
            passing=True,
        )
    return None


def _line(error: BaseException) -> str:
    """Return the most telling line of an error, without the full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")


KINDS: tuple[tuple[type[Exception], Callable[[Any], Failure | None]], ...] = (
    (RelanceError, _own),
    (psycopg.Error, _postgres),
    (redis.RedisError, _redis),
    (OSError, _file),
)
