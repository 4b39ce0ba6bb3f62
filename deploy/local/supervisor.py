"""Keeps services running: starts them, starts again what dies, stops them in the opposite order."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.local.process import Service
from deploy.local.state import Phase, ProcessState
from models.errors import ConfigurationError

STEADY_SECONDS = 60.0
"""A process that ran so long is not held to have died again and again."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a dead process is started again: doubled with each death in a row."""


@dataclass(slots=True, eq=False)
class Watched:
    """A service under supervision."""

    service: Service
    phase: Phase = Phase.STARTING
    deaths: int = 0
    """How many times in a row it has died."""
    next_start: float = 0.0
    """When it is started again, on the monotonic clock."""

    @property
    def name(self) -> str:
        return self.service.child.command.name

    def state(self) -> ProcessState:
        return ProcessState(self.name, self.service.child.pid, self.phase)


class Supervisor:
    """The services of one system; `changed` hears of every new state, `tell` of every death, in words."""

    def __init__(self, tell: Callable[[str], None], changed: Callable[[], None] = lambda: None) -> None:
        self._tell = tell
        self._changed = changed
        self._batches: list[list[Watched]] = []

    def states(self) -> tuple[ProcessState, ...]:
        """Return the state of each service, in the order of their start."""
        return tuple(watched.state() for batch in self._batches for watched in batch)

    def start(self, services: Sequence[Service]) -> None:
        """Start services side by side and return when all can be used; raise if one can't."""
        batch = [Watched(service) for service in services]
        self._batches.append(batch)
        for watched in batch:
            watched.service.launch()
            self._changed()
        for watched in batch:
            watched.service.await_ready()
            self._enter(watched, Phase.RUNNING)

    def tend(self) -> None:
        """Look at every service once, and start what has died and waited long enough; to be called again and again."""
        for batch in self._batches:
            for watched in batch:
                self._tend(watched)

    def stop(self) -> None:
        """Stop all services, those that were started last first."""
        for batch in reversed(self._batches):
            for watched in batch:
                watched.service.child.ask_to_stop()
            for watched in batch:
                watched.service.child.await_stop()
        self._batches.clear()

    def _tend(self, watched: Watched) -> None:
        child = watched.service.child
        if watched.phase is Phase.RESTARTING:
            if time.monotonic() >= watched.next_start:
                self._start_again(watched)
        elif (code := child.exit_code()) is not None:
            self._bury(watched, f"ended with code {code}")
        elif watched.phase is Phase.STARTING and child.is_ready():
            self._enter(watched, Phase.RUNNING)
        elif watched.phase is Phase.STARTING and child.is_late():
            self._bury(watched, "did not become ready")

    def _start_again(self, watched: Watched) -> None:
        try:
            watched.service.launch()
        except (ConfigurationError, OSError) as error:
            self._bury(watched, f"could not be started ({error})")
        else:
            self._enter(watched, Phase.STARTING)

    def _bury(self, watched: Watched, how: str) -> None:
        """Clear away a dead process and say when its successor comes."""
        child = watched.service.child
        child.stop()
        steady = time.monotonic() - child.started > STEADY_SECONDS
        watched.deaths = 1 if steady else watched.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (watched.deaths - 1), LONGEST_PAUSE)
        watched.next_start = time.monotonic() + pause
        self._enter(watched, Phase.RESTARTING)
        self._tell(f"{watched.name} {how}; it is started again in {pause:g} s. Its log is {child.command.log}.")

    def _enter(self, watched: Watched, phase: Phase) -> None:
        watched.phase = phase
        self._changed()
