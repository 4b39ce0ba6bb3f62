"""How the project talks to Redis: every answer has a deadline, nothing is retried behind the caller's back."""

from urllib.parse import urlsplit

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from models.errors import ConfigurationError

POLICY = "maxmemory-policy"
SCHEMES = ("redis", "rediss")

log = structlog.get_logger(__name__)


def connect(url: str, *, timeout: float = 5.0) -> Redis:
    """Make a client that speaks bytes; it connects on first use and gives up on a silent server after `timeout` s.

    Raises `ConfigurationError` for a URL of another form, without quoting it: it may hold a password.
    """
    try:
        _examine(url)
        return Redis.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=min(timeout, 2.0),
            socket_keepalive=True,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),
            decode_responses=False,
        )
    except ValueError:
        raise ConfigurationError(
            "The URL of Redis can't be used. Write redis://user:password@host:port/0 or rediss://…, special characters "
            "of the password as %XX."
        ) from None


def _examine(url: str) -> None:
    """Raise `ValueError` for what the client would read as something else."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.port == 0:
        raise ValueError
    int(parts.path.removeprefix("/") or 0)


def require_noeviction(redis: Redis) -> None:
    """Raise if the server would throw work away when it is full; a server that does not tell is only warned of."""
    try:
        policy = redis.config_get(POLICY)[POLICY]
    except (RedisError, KeyError) as error:
        log.warning("Redis does not tell its eviction policy; it must be noeviction", error=type(error).__name__)
        return
    if policy != "noeviction":
        raise ConfigurationError(
            f"Redis has {POLICY} {policy}, so it would throw work away when it is full. "
            f"Give relance a Redis of its own with `{POLICY} noeviction` in its configuration."
        )
