"""Beat rings, two beats ring no worse, and both outlive Redis."""

import os
import signal

import pytest
from redis import Redis

from deploy.local.process import Child
from deploy.local.valkey import Valkey
from scheduler.entries import TICKS
from tasks.bells import BEAT
from tasks.registry import QUEUES
from tests.system.nodes import CELERY, Processes, says
from tests.system.patience import eventually


@pytest.fixture
def beats(processes: Processes, queues: Redis) -> list[Child]:  # noqa: ARG001  # nobody empties the queues
    beat = (*CELERY, "beat", "--loglevel=INFO")
    return [processes.running(name, *beat, ready=says("beat: Starting")) for name in ("one", "two")]


def rung(queues: Redis) -> set[str]:
    """Return the tasks whose messages lie in Redis."""
    messages = str([queues.lrange(f"relance:celery:{queue}", 0, -1) for queue in QUEUES])
    return {tick.bell for tick in TICKS if f'"task": "{tick.bell}"' in messages}


def test_two_beats_ring_every_bell_and_outlive_redis(beats: list[Child], queues: Redis, valkey: Valkey) -> None:
    eventually(lambda: len(rung(queues)) == len(TICKS))
    eventually(lambda: queues.pttl(BEAT) > 0)
    assert valkey.child.pid
    os.kill(valkey.child.pid, signal.SIGKILL)
    valkey.child.stop()
    valkey.child.launch()
    valkey.child.await_ready()
    queues.flushall()
    queues.xadd("relance:events", {"event": "{}"})

    eventually(lambda: queues.pttl(BEAT) > 0)
    eventually(lambda: "events.drain" in rung(queues))
    assert [beat.exit_code() for beat in beats] == [None, None]


def test_beat_ends_at_sigterm(beats: list[Child]) -> None:
    for beat in beats:
        assert beat.pid
        os.kill(beat.pid, signal.SIGTERM)

    eventually(lambda: [beat.exit_code() for beat in beats] == [0, 0], seconds=5)
