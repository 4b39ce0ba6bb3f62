"""The bells of a process that knows Celery: a mark in Redis, then one message."""

from typing import Protocol

import structlog
from celery import Celery
from kombu.exceptions import KombuError
from redis import Redis, RedisError

from tasks.bells import EXPIRY_SECONDS, MARK_MILLISECONDS, mark
from tasks.shell import Bells

log = structlog.get_logger(__name__)


class AnsweredBells(Bells, Protocol):
    """Bells as the process that answers them sees them."""

    def answer(self, bell: str) -> None:
        """Take the bell's mark away: who rings from now on is heard; never raises."""
        ...


class CeleryBells:
    """Rings by sending the bell's task, unless a message of it is on its way."""

    def __init__(self, app: Celery, redis: Redis) -> None:
        self._app = app
        self._redis = redis

    def ring(self, *bells: str) -> None:
        """Send the message of each bell; a Redis that is away costs seconds and no work, the rows stay due."""
        try:
            for bell in self._silent(bells):
                self._app.send_task(bell, expires=EXPIRY_SECONDS, retry=False)
        except (RedisError, KombuError, OSError) as error:
            log.warning("bells not rung", bells=bells, error=type(error).__name__)

    def answer(self, bell: str) -> None:
        """Take the bell's mark away; without Redis it expires by itself."""
        try:
            self._redis.delete(mark(bell))
        except (RedisError, OSError) as error:
            log.warning("mark not taken away", bell=bell, error=type(error).__name__)

    def _silent(self, bells: tuple[str, ...]) -> list[str]:
        """Mark the bells and return those that had no mark."""
        if not bells:
            return []
        with self._redis.pipeline(transaction=False) as pipe:
            for bell in bells:
                pipe.set(mark(bell), 1, nx=True, px=MARK_MILLISECONDS)
            return [bell for bell, fresh in zip(bells, pipe.execute(), strict=True) if fresh]
