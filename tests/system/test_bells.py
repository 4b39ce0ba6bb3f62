"""A bell sends one message until it is answered, and a Redis that is away costs seconds and no error."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from redis import Redis

from deploy.local.valkey import Valkey
from tasks.gateways.redis_client import connect
from worker.bells import CeleryBells
from worker.celery_settings import configuration

BELL, QUEUE = "events.drain", "relance:celery:housekeeping"


@pytest.fixture
def bells(valkey: Valkey, queues: Redis) -> Iterator[CeleryBells]:
    assert queues.dbsize() == 0
    app = Celery("ringing", set_as_current=False)
    app.conf.update(configuration(valkey.url) | {"task_routes": {}})
    yield CeleryBells(app, connect(valkey.url, timeout=1))
    app.close()


def test_a_bell_is_silent_until_it_is_answered(bells: CeleryBells, queues: Redis) -> None:
    bells.ring(BELL)
    bells.ring(BELL, BELL)
    assert queues.llen(QUEUE) == 1
    bells.answer(BELL)
    bells.ring(BELL)
    assert queues.llen(QUEUE) == 2


def test_a_lost_message_silences_its_bell_for_a_second(bells: CeleryBells, queues: Redis) -> None:
    bells.ring(BELL)
    time.sleep(1.1)
    bells.ring(BELL)

    assert queues.llen(QUEUE) == 2


def test_ringing_a_frozen_redis_is_over_within_six_seconds(bells: CeleryBells, valkey: Valkey) -> None:
    bells.ring(BELL)
    assert valkey.child.pid
    os.kill(valkey.child.pid, signal.SIGSTOP)
    started = time.monotonic()
    bells.ring("automations.advance", BELL)
    bells.answer(BELL)
    took = time.monotonic() - started
    os.kill(valkey.child.pid, signal.SIGCONT)

    assert took < 6


def test_ringing_a_redis_that_is_not_there_raises_nothing() -> None:
    app = Celery("ringing", set_as_current=False)
    app.conf.update(configuration("redis://127.0.0.1:1"))

    CeleryBells(app, connect("redis://127.0.0.1:1")).ring(BELL)
