"""The intake rings at once when something arrives, whatever happens to Redis."""

import os
import signal
import time

import pytest
from redis import Redis

from deploy.local.process import Child
from deploy.local.valkey import Valkey
from tasks.gateways.bells import NotedBells
from tests.system.nodes import Processes, says
from tests.system.patience import eventually

EVENTS, AUTOMATIONS = "relance:celery:events", "relance:celery:automations"


@pytest.fixture
def intake(processes: Processes, queues: Redis) -> Child:
    assert queues.dbsize() == 0
    return processes.running("intake", "worker.intake", ready=says("intake ready"))


def test_the_key_of_the_events_is_the_operators_to_choose(processes: Processes, queues: Redis) -> None:
    processes.running("intake-elsewhere", "worker.intake", ready=says("intake ready"), RELANCE_EVENTS_KEY="shop:events")
    time.sleep(0.2)
    queues.xadd("shop:events", {"event": "{}"})

    eventually(lambda: queues.llen(EVENTS) == 1, seconds=0.5)
    processes.stop("intake-elsewhere")


@pytest.mark.usefixtures("intake")
def test_it_rings_at_once_and_again_while_events_wait(queues: Redis) -> None:
    time.sleep(0.2)
    queues.xadd("relance:events", {"event": "{}"})

    eventually(lambda: queues.llen(EVENTS) == 1, seconds=0.5)
    eventually(lambda: queues.llen(EVENTS) >= 2, seconds=3)


@pytest.mark.usefixtures("intake")
def test_it_passes_on_the_bells_that_others_note(queues: Redis) -> None:
    NotedBells(queues).ring("automations.advance", "no.such_bell")

    eventually(lambda: queues.llen(AUTOMATIONS) == 1, seconds=1)


def test_it_survives_a_redis_that_is_emptied_killed_and_started_again(
    intake: Child, queues: Redis, valkey: Valkey
) -> None:
    queues.flushall()
    queues.xadd("relance:events", {"event": "{}"})
    eventually(lambda: queues.llen(EVENTS), seconds=2)
    assert valkey.child.pid
    os.kill(valkey.child.pid, signal.SIGKILL)
    valkey.child.stop()
    valkey.child.launch()
    valkey.child.await_ready()
    queues.flushall()
    queues.xadd("relance:events", {"event": "{}"})

    eventually(lambda: queues.llen(EVENTS), seconds=4)
    assert intake.exit_code() is None


def test_it_ends_at_sigterm(intake: Child) -> None:
    assert intake.pid
    os.kill(intake.pid, signal.SIGTERM)

    eventually(lambda: intake.exit_code() == 0, seconds=3)
