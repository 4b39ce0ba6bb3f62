"""What everything is measured against: empty Celery tasks on the same worker settings."""

import time
from typing import Any

from tasks.gateways.redis_client import connect
from tests.benchmarks.stage import Stage, wait_for
from worker.app import app

QUEUE = "housekeeping"
KEY = f"relance:celery:{QUEUE}"


@app.task(name="bench.empty", typing=False)
def empty() -> None:
    """Do nothing."""


def measure(stage: Stage, tasks: int) -> dict[str, Any]:
    """Publish empty tasks, then let a worker take them; return the rate of its steady part."""
    redis = connect(stage.redis_url, timeout=5)
    with app.connection_for_write(stage.redis_url) as connection:
        producer = connection.Producer()
        for _ in range(tasks):
            empty.apply_async(queue=QUEUE, producer=producer)
    worker = stage.worker("tests.benchmarks.empty", QUEUE)

    def left() -> int:
        return int(redis.llen(KEY))

    wait_for(lambda: left() < tasks * 0.95, 120)
    first, started = left(), time.perf_counter()
    wait_for(lambda: left() <= tasks * 0.02, 300)
    rate = (first - left()) / (time.perf_counter() - started)
    worker.terminate()
    return {"benchmark": "empty_celery_tasks", "tasks": tasks, "tasks_per_second": round(rate, 1)}
