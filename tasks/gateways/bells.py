"""The bells of a process that does not know Celery (web, command line): it leaves a note, the intake rings."""

import structlog
from redis import Redis, RedisError

from tasks.bells import RUNG

NOTES = 1_000
"""Notes that are kept about at most; a bell that is rung often needs only its last note."""

log = structlog.get_logger(__name__)


class NotedBells:
    """Rings through the intake."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ring(self, *bells: str) -> None:
        """Leave a note for each bell; without Redis nothing is left, and beat finds the rows."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for bell in bells:
                    pipe.xadd(RUNG, {"bell": bell}, maxlen=NOTES, approximate=True)
                pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("bells not rung", bells=bells, error=type(error).__name__)
