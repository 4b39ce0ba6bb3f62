"""Travelling through virtual time: window after window, and around whatever can't be decided."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import cast

from sqlalchemy import Engine

from models.db import raw, transact
from models.errors import BadInputError, told
from models.periods import zone
from tasks.engine import Arrival
from tasks.isolating import Kept, put_off_locked
from tasks.lines import Line, refusal_line
from tasks.pauses import end_due
from tasks.virtual.agenda import Key
from tasks.virtual.arriving import Acting, Upstream, bury_first
from tasks.virtual.ways_out import ways_out
from tasks.virtual.window import UndecidedError, Window, World, play

WINDOW = 8_000
"""So many items are decided in one transaction: enough to share the cost of loading and writing, few enough to hold.

On a machine that is short of time, the decisions between loading and writing must not outlast the connection either.
"""

ENDLESS = 1_000_000
"""More decisions at one instant would be a loop that nothing parks."""


class Traveller:
    """Goes through a tenant's time from `now` on, deciding what comes; `window` bounds how much is in hand at once."""

    def __init__(
        self,
        engine: Engine,
        business_id: str,
        upstream: Upstream,
        now: datetime,
        *,
        everything: bool = False,
        history: bool = True,
        window: int = WINDOW,
    ) -> None:
        self.engine = engine
        self.now = now
        self.world = World(business_id, upstream, ways_out(), everything, history)
        self._window = self._many = window
        self._at_once = 0

    def travel(self, end: Key, progress: Callable[[datetime], None] | None = None) -> Iterator[Line]:
        """Decide everything that stands before `end`; yield what happens, in order of time."""
        more = True
        while more:
            window = self._window_before(end)
            yield from sorted(window.lines, key=lambda line: datetime.fromisoformat(line["at"]))
            if progress is not None:
                progress(self.now)
            more = window.more

    def _window_before(self, end: Key) -> Window:
        """Decide a window; after one that failed smaller ones, until what can't be decided stands alone."""
        try:
            window = transact(self.engine, lambda c: play(c, self.world, self.now, end, self._many))
        except UndecidedError as failure:
            if self._many == 1:
                return self._give_up(failure)
            self._many = max(1, self._many // 8)
            return Window(more=True)
        self.world.upstream.take(window.taken)
        self._many = min(self._window, self._many * 2)
        self._advance(window)
        if window.pause_ends is not None:
            self.now = window.pause_ends
            end_due(self.engine, self.now)
        return window

    def _advance(self, window: Window) -> None:
        self._at_once = self._at_once + window.decided if window.now == self.now else 0
        if self._at_once > ENDLESS:
            raise RuntimeError(f"Something is due again and again at {self.now.isoformat()}.")
        self.now = window.now or self.now

    def _give_up(self, failure: UndecidedError) -> Window:
        """Go on without what can't be decided: an event is kept as poison (R22), an act is refused, a row waits.

        What else comes from outside is left out.
        """
        item, error = failure.item, failure.__cause__
        if isinstance(item, Acting):
            if not isinstance(error, BadInputError):
                raise failure
            window = Window([self._refused(item, error)], 1, 1, item.due, more=True)
        elif isinstance(item, Arrival):
            transact(self.engine, lambda c: bury_first(c, self.world.upstream, str(error)))
            window = Window([], 1, 1, failure.now, more=True)
        elif item.rank == 0:
            window = Window([], 1, 1, failure.now, more=True)
        else:
            assert isinstance(error, Exception)
            transact(self.engine, lambda c: put_off_locked(c, cast("Kept", item), told(error), failure.now))
            window = Window([], 1, 0, failure.now, more=True)
        self.world.upstream.take(window.taken)
        self._advance(window)
        return window

    def _refused(self, item: Acting, error: BadInputError) -> Line:
        with self.engine.connect() as connection:
            row = raw(connection).execute("SELECT timezone FROM businesses WHERE id = %s", (item.business_id,))
            (name,) = row.fetchall()[0]
        return refusal_line(zone(name), item.due, item.act.name, error)
