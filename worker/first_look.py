"""The first look at the servers, before a process of ours starts.

What answers and refuses us needs a person: one message, and the process ends. What is away is told, and waited for.
"""

from collections.abc import Callable

import structlog

from deploy.failures import explain
from models.db import require_schema
from models.errors import ConfigurationError, RelanceError
from tasks.gateways.redis_client import connect, require_noeviction

log = structlog.get_logger(__name__)


def look_at_database(url: str) -> None:
    """Raise `ConfigurationError` if PostgreSQL lets us not in, or lacks the schema that this code needs."""
    _look(lambda: require_schema(url))


def look_at_redis(url: str) -> None:
    """Raise `ConfigurationError` if Redis lets us not in, or would throw work away."""

    def see() -> None:
        with connect(url) as redis:
            redis.ping()
            require_noeviction(redis)

    _look(see)


def _look(see: Callable[[], object]) -> None:
    try:
        see()
    except RelanceError:
        raise
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        if not failure.passing:
            raise ConfigurationError(str(failure)) from error
        log.warning("a server is away and waited for", why=str(failure))
