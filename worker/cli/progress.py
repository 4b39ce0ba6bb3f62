"""Bars on standard error, where that is a terminal: over virtual time, over things that are done."""

from datetime import datetime
from itertools import accumulate
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """Shows which day has come on one or more ways, one after the other, each from an instant until another."""

    def __init__(self, *ways: tuple[datetime, datetime]) -> None:
        self._starts = [start for start, _ in ways]
        lengths = [(until - start).total_seconds() for start, until in ways]
        self._gone = list(accumulate(lengths, initial=0.0))
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("virtual time", total=self._gone[-1])

    def at(self, now: datetime, way: int = 0) -> None:
        """Move to an instant of a way."""
        completed = self._gone[way] + max(0.0, (now - self._starts[way]).total_seconds())
        self._progress.update(self._task, completed=completed, description=f"{now:%Y-%m-%d}")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


class Count:
    """Shows how many of so many are done."""

    def __init__(self, what: str) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(what, total=None)

    def at(self, done: int, total: int) -> None:
        """Move to so many of so many."""
        self._progress.update(self._task, completed=done, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
