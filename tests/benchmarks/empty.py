"""What everything is measured against: empty Celery tasks on the same worker settings."""

from typing import Any

from kombu.connection import Connection

from tasks.gateways.redis_client import connect
from tests.benchmarks.stage import Stage, wait_for
from worker.app import app

QUEUE = "housekeeping"
KEY = f"relance:celery:{QUEUE}"
HELD = "held:"
"""Where tasks lie, out of the worker's sight, until all of them are there."""


@app.task(name="bench.empty", typing=False)
def empty() -> None:
    """Do nothing."""


def measure(stage: Stage, tasks: int) -> dict[str, Any]:
    """Publish empty tasks, then let the worker have them; return its rate once a tenth of them is done."""
    redis = connect(stage.redis_url, timeout=5)
    held = {"global_keyprefix": HELD}
    with Connection(stage.redis_url, transport_options=held) as connection:  # type: ignore[no-untyped-call]
        producer = connection.Producer()
        for _ in range(tasks):
            empty.apply_async(queue=QUEUE, producer=producer)

    def left() -> int:
        return int(redis.llen(KEY))

    redis.rename(f"{HELD}{QUEUE}", KEY)
    wait_for(lambda: left() < tasks * 0.9, 120)
    meter, first = stage.meter(), left()
    wait_for(lambda: left() <= tasks * 0.02, 300)
    taken, seconds = first - left(), meter.seconds()
    spent = meter.read(taken)
    wait_for(lambda: left() == 0, 60)
    return {"benchmark": "empty_celery_tasks", "tasks": tasks, "per_second": round(taken / seconds, 1), **spent}
