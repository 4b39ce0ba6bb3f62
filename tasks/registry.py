"""The registry of tasks: a decorator that records a name, a queue and limits, and knows nothing of Celery.

`worker.app` turns every entry into a Celery task; tests call the functions directly.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.shell import Shell

Counts = dict[str, int]
TaskFunction = Callable[..., Counts]

QUEUES = ("events", "automations", "billing", "payments", "messages", "housekeeping")
NAME = re.compile(r"[a-z]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One task as operators see it: `area.verb`, the queue it is sent to, whether its arguments are hidden."""

    name: str
    queue: str
    function: TaskFunction
    hide_arguments: bool = False


REGISTRY: dict[str, TaskSpec] = {}


def task(name: str, *, queue: str, hide_arguments: bool = False) -> Callable[[TaskFunction], TaskFunction]:
    """Record the decorated `function(shell, …) -> counts` under its public name; it stays a plain function."""
    if not NAME.fullmatch(name) or queue not in QUEUES or name in REGISTRY:
        raise ValueError(f"Task {name!r} on queue {queue!r}: names are area.verb, once each, on one of {QUEUES}.")

    def record(function: TaskFunction) -> TaskFunction:
        REGISTRY[name] = TaskSpec(name, queue, function, hide_arguments)
        return function

    return record


def call(shell: Shell, name: str, **arguments: Any) -> Counts:
    """Run a task by name in this process, as a worker would."""
    return REGISTRY[name].function(shell, **arguments)
