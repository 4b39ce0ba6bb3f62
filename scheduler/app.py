"""Beat: looks what is due and rings. It remembers nothing that matters, so any number of beats may run."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from celery.beat import Scheduler
from psycopg import Error as PostgresError
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from deploy.failures import why
from scheduler.entries import LOOK, to_ring
from tasks.bells import BEAT
from tasks.due import due_bells
from worker.shell import redis_client, shell

ALIVE_MILLISECONDS = 60_000
"""How long beat's last sign of life is kept."""
PAUSE = 1.0
"""Seconds to the next look when a server did not answer this one."""

log = structlog.get_logger(__name__)


class Ticker(Scheduler):
    """A scheduler whose schedule is a query; what it can't see while a server is away it rings every 30 seconds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rung: dict[str, float] = {}
        self._away: set[str] = set()

    def setup_schedule(self) -> None:
        """Need none: the ticks stand in `scheduler.entries`."""

    @property
    def schedule(self) -> dict[str, Any]:
        return {}

    @property
    def info(self) -> str:
        return "    . ticks -> scheduler/entries.py"

    def tick(self, *_: Any, **__: Any) -> float:
        """Look, ring, and return the seconds until the next look."""
        due = self._look("the database", self._due_rows) | self._look("Redis", self._due_events)
        now = time.monotonic()
        bells = to_ring(now, due, self._rung)
        shell(self.app).bells.ring(*bells)
        self._rung |= dict.fromkeys(bells, now)
        return PAUSE if self._away else LOOK

    def _due_rows(self) -> set[str]:
        outside = shell(self.app)
        return due_bells(outside.database, outside.clock.now())

    def _due_events(self) -> set[str]:
        """Leave a sign of life, and see whether events wait for which no intake has rung."""
        outside = shell(self.app)
        redis_client().set(BEAT, outside.clock.now().isoformat(), px=ALIVE_MILLISECONDS)
        return {"events.drain"} if outside.stream.oldest_unread() else set()

    def _look(self, server: str, see: Callable[[], set[str]]) -> set[str]:
        """Return what is seen, nothing while the server is away; say once that it goes, and once that it is back."""
        try:
            seen = see()
        except (SQLAlchemyError, PostgresError, RedisError, OSError) as error:
            if server not in self._away:
                log.warning(
                    "beat does not see a server", server=server, **(why(error) or {"error": type(error).__name__})
                )
            self._away.add(server)
            return set()
        if server in self._away:
            log.info("beat sees a server again", server=server)
            self._away.remove(server)
        return seen
