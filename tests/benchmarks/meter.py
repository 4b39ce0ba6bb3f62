"""The meter: who had the processors while something was measured, so that a figure of a busy machine can be told."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import psutil

Processes = Callable[[], Iterable["psutil.Process"]]
"""Who belongs to a group at this moment."""


class Meter:
    """Runs from its making on."""

    def __init__(self, worker: Processes, servers: Processes) -> None:
        self._groups = {"worker": worker, "server": servers}
        self._started = time.perf_counter()
        self._before = {name: _by_process(group) for name, group in self._groups.items()}
        self._idle = _idle_seconds()

    def seconds(self) -> float:
        """Return how long it has run."""
        return time.perf_counter() - self._started

    def _spent(self, name: str) -> float:
        """Return the time of a group's processes, also of those that began meanwhile; those that ended are lost."""
        before, now = self._before[name], _by_process(self._groups[name])
        return sum(max(0.0, spent - before.get(pid, 0.0)) for pid, spent in now.items())

    def read(self, items: int) -> dict[str, Any]:
        """Return the processor time that an item took of us, and how many processors others had or nobody."""
        seconds = self.seconds()
        ours = {name: self._spent(name) for name in self._groups}
        idle = (_idle_seconds() - self._idle) / seconds
        others = psutil.cpu_count() - idle - sum(ours.values()) / seconds
        return {
            **{f"{name}_cpu_us": round(spent / items * 1e6, 1) for name, spent in ours.items()},
            "cpu_us": round(sum(ours.values()) / items * 1e6, 1),
            "processors_idle": round(idle, 2),
            "processors_of_others": round(max(0.0, others), 2),
        }


def _by_process(group: Processes) -> dict[int, float]:
    return {process.pid: cpu_seconds([process]) for process in group()}


def cpu_seconds(processes: Iterable["psutil.Process"]) -> float:
    """Return the processor time of those of these processes that still live."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _idle_seconds() -> float:
    """Return how long the machine's processors had nothing to do, together."""
    times = psutil.cpu_times()
    return float(times.idle + getattr(times, "iowait", 0.0))
