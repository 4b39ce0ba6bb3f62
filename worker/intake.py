"""The intake: `python -m worker.intake` rings `events.drain` as soon as events arrive, and passes on noted bells.

It reads no event. One call waits at two streams: upstream's, and the one in which processes without Celery note the
bells they ring. As long as events wait it rings again every second, so that a lost message costs no more than that.
"""

import signal
import time
from typing import Any, cast

import structlog
from redis import Redis, RedisError, ResponseError

from models.errors import ConfigurationError
from tasks.bells import BELLS, RUNG
from tasks.settings import load
from tasks.shell import Bells

DRAIN = "events.drain"
START = b"0-0"
WAIT_MILLISECONDS = 1_000
"""How long one call waits for something new."""
PACE = 0.02
"""Seconds between two rings: what arrives meanwhile is in the same batch."""
LONGEST_PAUSE = 2.0
"""Seconds between two attempts to reach a Redis that is away."""

Note = tuple[bytes, dict[bytes, bytes]]

log = structlog.get_logger("worker.intake")


class Intake:
    """Listens at the streams of one Redis."""

    def __init__(self, redis: Redis, bells: Bells, key: str) -> None:
        self._redis = redis
        self._bells = bells
        self._key = key
        self._seen: dict[Any, Any] = {key: START, RUNG: START}
        self._stopped = False
        self._away = False

    def run(self) -> None:
        """Listen until stopped; a Redis that is away is waited for."""
        pause = PACE
        while not self._stopped:
            pause = PACE if self._reaches_redis() else min(pause * 2, LONGEST_PAUSE)
            time.sleep(pause)

    def _reaches_redis(self) -> bool:
        """Listen once; say once that Redis is away, and once that it is back."""
        try:
            self.listen()
        except (RedisError, OSError) as error:
            if not self._away:
                log.warning("intake does not reach Redis", error=type(error).__name__)
            self._away = True
            return False
        if self._away:
            log.info("intake reaches Redis again")
            self._away = False
        return True

    def stop(self, *_: Any) -> None:
        """Make `run` return within about a second; a signal handler."""
        self._stopped = True

    def listen(self, milliseconds: int = WAIT_MILLISECONDS) -> None:
        """Wait for something new, then ring the noted bells, and the drain's if events wait."""
        self._redis.xread(self._seen, count=1, block=milliseconds)
        bells = self._noted()
        self._seen[self._key] = self._last_id(self._key)
        if self._redis.xlen(self._key):
            bells.add(DRAIN)
        self._bells.ring(*sorted(bells))

    def _noted(self) -> set[str]:
        """Return the bells noted since the last call."""
        notes = cast("list[Note]", self._redis.xrange(RUNG, min=b"(" + self._seen[RUNG]))
        self._seen[RUNG] = self._last_id(RUNG)
        return {bell for bell in BELLS for _, fields in notes if fields.get(b"bell") == bell.encode()}

    def _last_id(self, key: str) -> bytes:
        """Return the id of the newest entry there ever was; a Redis that was emptied starts anew."""
        try:
            return cast("bytes", self._redis.xinfo_stream(key)["last-generated-id"])
        except ResponseError as error:
            if "no such key" not in str(error):
                raise
            return START


def main() -> None:
    """Run the intake of this machine's settings until SIGTERM or SIGINT."""
    from tasks.gateways.redis_client import connect  # noqa: PLC0415
    from worker import telemetry  # noqa: PLC0415
    from worker.app import app  # noqa: PLC0415
    from worker.first_look import look_at_redis  # noqa: PLC0415
    from worker.shell import bells  # noqa: PLC0415

    telemetry.configure(load().log_level)
    try:
        look_at_redis(app.conf.broker_url)
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None
    intake = Intake(connect(app.conf.broker_url), bells(app), load().events_key)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, intake.stop)
    log.info("intake ready")
    intake.run()


if __name__ == "__main__":
    main()
