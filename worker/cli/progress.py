"""A bar over virtual time, on standard error, where that is a terminal."""

from datetime import datetime
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """Shows which day has come between two instants; `times` tells how often the way is gone."""

    def __init__(self, start: datetime, until: datetime, times: int = 1) -> None:
        self._start = start
        self._length = (until - start).total_seconds()
        self._gone = 0.0
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("virtual time", total=times * self._length)

    def at(self, now: datetime) -> None:
        """Move to an instant."""
        completed = self._gone + max(0.0, (now - self._start).total_seconds())
        self._progress.update(self._task, completed=completed, description=f"{now:%Y-%m-%d}")

    def again(self) -> None:
        """Begin the way once more."""
        self._gone += self._length

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
