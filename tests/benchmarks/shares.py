"""Where the time goes: the stack is looked at every millisecond, so that nothing is slowed by being watched.

A sample belongs to the innermost part on the stack; the time that a part waits for a server is the part's.
"""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any

from models.db import transact
from tasks import claiming, events, storing, writing
from tasks.due_rows import DueRun
from tasks.engine import Arrival
from tasks.gateways.stream import RedisStream
from tasks.loading import Loader

PERIOD = 0.001
SHOWN = 40
"""How many functions are listed on standard error."""

PARTS: Mapping[CodeType, str] = {
    RedisStream.read.__code__: "stream",
    RedisStream.acknowledge.__code__: "stream",
    events.sort_out.__code__: "reading",
    events.read_envelopes.__code__: "reading",
    events.read_waiting.__code__: "reading",
    storing.store.__code__: "storing",
    claiming.claim.__code__: "claiming",
    Loader.__init__.__code__: "loading",
    Loader.load.__code__: "loading",
    Arrival.decide.__code__: "rules",
    DueRun.decide.__code__: "rules",
    writing.write.__code__: "writing",
    transact.__code__: "transaction",
}


class Shares:
    """Samples of what the main thread did."""

    def __init__(self) -> None:
        self._parts: Counter[str] = Counter()
        self._functions: Counter[str] = Counter()
        self._seconds = 0.0

    def watch(self, work: Callable[[], object]) -> None:
        """Do work in this thread and note what it does."""
        before = signal.signal(signal.SIGALRM, self._look)
        started = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, PERIOD, PERIOD)
        try:
            work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self._seconds += time.perf_counter() - started

    def per_item(self, items: int) -> dict[str, Any]:
        """Return the microseconds that each part took of an item, all of them together being the whole time."""
        samples = max(1, self._parts.total())
        share = self._seconds / samples / items * 1e6
        return {part: round(count * share, 1) for part, count in self._parts.most_common()}

    def show_functions(self) -> None:
        """List the functions that were found at work most often."""
        for name, count in self._functions.most_common(SHOWN):
            print(f"{count / self._functions.total():6.1%}  {name}", file=sys.stderr)  # noqa: T201  # asked for

    def _look(self, _number: int, frame: FrameType | None) -> None:
        if frame is not None:
            self._functions[f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_code.co_qualname}"] += 1
        while frame is not None:
            part = PARTS.get(frame.f_code)
            if part is not None:
                self._parts[part] += 1
                return
            frame = frame.f_back
        self._parts["rest"] += 1
