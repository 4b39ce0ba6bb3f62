"""The one wrapper around every task: gives it the shell, keeps a rung task at it, logs, and tells how it ended.

A task that fails ends as a failure with a short message that Flower may show. Celery never tries it again: its rows
are still due, and the next ring finds them.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import redis
import structlog
from celery import Celery, Task

from deploy.failures import why
from models.db import AWAY
from models.errors import ConflictError, RetryAtError
from tasks.bells import BELLS, MORE
from tasks.registry import Counts, TaskSpec
from worker.bells import AnsweredBells
from worker.shell import bells, shell
from worker.telemetry import described, summary

LONGEST_RING = 5.0
"""Seconds after which a ring stops looking and rings again: other bells get their turn, and a stop need not wait."""

NOT_NOW = (
    RetryAtError,
    ConflictError,
    *AWAY,
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
)
"""What passes by itself: a server is away, full, or busy with somebody else."""

Look = Callable[[], Counts]
"""One run of a task's function."""

log = structlog.get_logger(__name__)


class TaskFailed(Exception):  # noqa: N818  # an outcome, read by operators in Flower
    """What Flower shows of a failure; the log holds the rest."""


def register(app: Celery, spec: TaskSpec) -> None:
    """Make a Celery task of one entry of the registry."""

    def run(task: Task, *args: Any, **kwargs: Any) -> Counts:
        return execute(spec.name, lambda: spec.function(shell(task.app), *args, **kwargs), bells(task.app))

    options = {"Request": "worker.privacy:DiscreetRequest"} if spec.hide_arguments else {}
    app.task(run, name=spec.name, bind=True, typing=False, throws=(TaskFailed,), **options)


def execute(name: str, look: Look, bells: AnsweredBells) -> Counts:
    """Run a task and log how it ended; raise `TaskFailed`, and nothing else, if it did not succeed."""
    started = time.monotonic()
    try:
        counts = ring_out(look, name, bells) if name in BELLS else look()
    except Exception as error:  # noqa: BLE001  # messages of unknown errors may hold personal data: none gets further
        failure = _failure(name, error)
    else:
        tell = log.info if any(counts.values()) else log.debug
        tell("task done", task=name, seconds=round(time.monotonic() - started, 3), **counts)
        return counts
    raise failure


def ring_out(look: Look, bell: str, bells: AnsweredBells, patience: float = LONGEST_RING) -> Counts:
    """Look until nothing more is due, take the mark away, look once more; return the sum of all looks.

    A ring that comes while the mark is there was preceded by its rows, which the last look sees; one that comes later
    sends a message of its own.
    """
    total: Counter[str] = Counter()
    end = time.monotonic() + patience
    answered = False
    while time.monotonic() < end:
        counts = look()
        total.update(counts)
        if counts.get(MORE):
            answered = False
        elif answered:
            return _without_more(total)
        else:
            bells.answer(bell)
            answered = True
    bells.answer(bell)
    bells.ring(bell)
    return _without_more(total)


def _without_more(total: Counter[str]) -> Counts:
    return {name: count for name, count in total.items() if name != MORE}


def _failure(name: str, error: Exception) -> TaskFailed:
    if isinstance(error, NOT_NOW):
        log.warning("task not done", task=name, **why(error), **described(error))
        return TaskFailed(f"{summary(error)}: what is due stays due and is found by the next ring.")
    log.error("task failed", task=name, **described(error))
    return TaskFailed(f"{summary(error)}: the log says where.")
