"""A worker does what it is sent, and survives what happens to workers."""

import json
from typing import Any

import psycopg
from pytest_celery import CeleryTestSetup
from redis import Redis

from tests.system.nodes import CELERY, Processes, has_ended
from tests.system.patience import eventually
from tests.system.rogues import DROPPED, ROGUES

Database = psycopg.Connection[Any]


def numbers(database: Database) -> list[int]:
    return [number for (number,) in database.execute("SELECT number FROM probes ORDER BY number").fetchall()]


def test_a_task_sent_by_another_service_has_its_effect(celery_setup: CeleryTestSetup, database: Database) -> None:
    celery_setup.app.send_task("probe.note", [7])

    assert eventually(lambda: numbers(database)) == [7]


def test_work_goes_on_when_a_child_is_killed(celery_setup: CeleryTestSetup, database: Database) -> None:
    for _ in range(2):
        celery_setup.app.send_task("probe.die")
    celery_setup.app.send_task("probe.note", [1])

    assert eventually(lambda: numbers(database)) == [1]


def test_work_goes_on_when_all_is_killed_and_started_again(celery_setup: CeleryTestSetup, database: Database) -> None:
    celery_setup.worker.kill()
    celery_setup.worker.restart()
    celery_setup.app.send_task("probe.note", [1])

    assert eventually(lambda: numbers(database)) == [1]


def test_work_goes_on_when_redis_is_killed_and_started_again(celery_setup: CeleryTestSetup, database: Database) -> None:
    celery_setup.broker.kill()
    celery_setup.broker.restart()
    celery_setup.app.send_task("probe.note", [1])

    assert eventually(lambda: numbers(database)) == [1]


def test_work_goes_on_when_redis_is_emptied(celery_setup: CeleryTestSetup, database: Database, redis: Redis) -> None:
    redis.flushall()
    celery_setup.app.send_task("probe.note", [1])

    assert eventually(lambda: numbers(database)) == [1]


def test_rogue_envelopes_are_laid_aside_and_work_goes_on(
    celery_setup: CeleryTestSetup, database: Database, redis: Redis
) -> None:
    for envelope in (*ROGUES.values(), *DROPPED.values()):
        redis.lpush("relance:celery:events", envelope)
    celery_setup.app.send_task("probe.note", [1])

    assert eventually(lambda: numbers(database), seconds=5) == [1]
    kept = [json.loads(entry) for entry in redis.lrange("relance:rogue", 0, -1)]
    assert len(kept) == len(ROGUES)
    assert all(entry["queue"] == "events" and entry["reason"] for entry in kept)
    assert redis.hlen("relance:celery:unacked") == 0
    assert "probe.note" in celery_setup.worker.logs()


def test_a_stop_lets_running_tasks_finish(celery_setup: CeleryTestSetup) -> None:
    worker = celery_setup.worker
    celery_setup.app.send_task("probe.whisper", ["psst", 4])
    eventually(lambda: celery_setup.app.control.inspect(timeout=1.5).active())
    worker.kill("SIGTERM")

    eventually(lambda: worker.container.status == "exited")
    assert worker.container.exit_code == 0
    assert '"letters": 4' in worker.logs()


def test_a_worker_refuses_a_redis_that_throws_work_away(processes: Processes, redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        worker = processes.running("refusing", *CELERY, "worker", "--concurrency=1", ready=has_ended)
    finally:
        redis.config_set("maxmemory-policy", "noeviction")

    assert worker.exit_code() == 1
    assert "would throw work away" in worker.log_of_this_run()
