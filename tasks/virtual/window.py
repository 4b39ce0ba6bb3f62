"""A window of virtual time: one transaction that decides what comes next, and what that makes due before its end.

What is known to come is loaded together, with all that may be settled meanwhile; what the decisions make due meanwhile
joins it on the agenda and is decided on the same shelves, with whatever else it needs loaded on top (`tasks.loading`).
So every item is decided on what it would find if all before it were written, and a window of one item is the same code.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.db import AWAY
from models.errors import RelanceError
from tasks.due_rows import DueBilling
from tasks.engine import Arrival, Item, Work
from tasks.lines import Line, Teller
from tasks.pauses import next_end
from tasks.virtual.agenda import Agenda, Key, in_order
from tasks.virtual.arriving import Arrivals, Upstream
from tasks.virtual.billing import bill_many, may_be_large
from tasks.virtual.upcoming import upcoming
from tasks.virtual.ways_out import WaysOut

LAST = sys.maxsize
"""Where a pause ends among what arrives at that instant: after all of it, and before what time has made due."""
SHARE = 3
"""One in so many decisions of a window was known when it began; the others follow from them."""


class UndecidedError(RelanceError):
    """An item that could not be decided, or whose decision could not be written; its cause is what went wrong."""

    def __init__(self, item: Item, now: datetime) -> None:
        super().__init__(f"What was due at {now.isoformat()} could not be decided: {item}.")
        self.item = item
        self.now = now


@dataclass(frozen=True, slots=True)
class World:
    """Where virtual time passes: a tenant, what comes to it from outside, and its ways out."""

    business_id: str
    upstream: Upstream
    ways_out: WaysOut
    everything: bool = False
    history: bool = True
    """Whether what no decision reads again is kept: events, facts, the journal and the like."""


@dataclass(slots=True)
class Window:
    """What a window did: its lines, how many items it decided and the instant of the last; `more` may be left.

    `taken` counts what came from upstream, `pause_ends` tells when a pause ends that comes next.
    """

    lines: list[Line] = field(default_factory=list)
    decided: int = 0
    taken: int = 0
    now: datetime | None = None
    more: bool = False
    pause_ends: datetime | None = None


def play(connection: Connection[Any], world: World, since: datetime, end: Key, many: int) -> Window:
    """Decide at most `many` items of those that stand before `end`; the caller commits, then takes from upstream.

    Nothing is decided before `since`: that is when we began to run, or where the last window ended.
    """
    known = max(1, many // SHARE)
    ahead = [one for one in world.upstream.ahead(known + 1) if one.key < end]
    rows = upcoming(connection, world.business_id, since, end[0], known, world.ways_out)
    pause = pause_end(connection, world.business_id, since)
    bounds = (end, rows.bound, pause, ahead[known].key if len(ahead) > known else None)
    bound = min(key for key in bounds if key is not None)
    arrivals = Arrivals(connection, ahead[:known])
    items = in_order(one for one in [*arrivals.items, *rows.items] if one[0] < bound)
    if len(items) > known:
        bound = items[known][0]
    window = Window()
    if items and _bill_many(connection, world, window, *items[0]):
        window.more = True
        return window
    reached = _decide(connection, world, window, Agenda(since, world.ways_out), items[:known], bound, many)
    if world.history:
        arrivals.conclude(reached)
    window.taken = sum(one.key < reached for one in ahead)
    window.more = reached < end
    window.pause_ends = pause[0] if reached == pause else None
    return window


def _bill_many(connection: Connection[Any], world: World, window: Window, key: Key, item: Item) -> bool:
    """Bill many clients where that comes next, and nothing else; tell whether it was done."""
    if not isinstance(item, DueBilling):
        return False
    try:
        lines = bill_many(connection, item, key[0], everything=world.everything)
    except AWAY:
        raise
    except Exception as error:
        raise UndecidedError(item, key[0]) from error
    if lines is None:
        return False
    window.lines, window.decided, window.now = list(lines), 1, key[0]
    return True


def pause_end(connection: Connection[Any], business_id: str, since: datetime) -> Key | None:
    """Return where the next pause ends; what it held goes on from there."""
    at = next_end(connection, business_id)
    return None if at is None else (max(at, since), 0, max(at, since), (LAST,))


def _decide(
    connection: Connection[Any],
    world: World,
    window: Window,
    agenda: Agenda,
    items: Sequence[tuple[Key, Item]],
    bound: Key,
    many: int,
) -> Key:
    """Decide items and what follows from them, below a bound; return the key below which all is decided."""
    if not items:
        return bound
    work = Work(connection, items[0][0][0], [world.business_id], keep_refusals=world.everything)
    shop = work.shops[world.business_id]
    work.bring(item for _, item in items)
    work.bring_accounts()
    brought = {id(item) for _, item in items if item.rank or isinstance(item, Arrival)}
    agenda.open(shop, items)
    teller = Teller(shop, everything=world.everything)
    item = items[0][1]
    try:
        while (key := agenda.first()) is not None and key < bound and window.decided < many:
            if window.decided and (shop.parked or may_be_large(connection, shop, agenda.peek())):
                break
            item = agenda.pop()
            if id(item) not in brought:
                work.bring([item])
            work.decide(item, agenda.now)
            agenda.listen()
            window.lines += teller.news()
            window.decided += 1
        work.write(history=world.history)
    except AWAY:
        raise
    except Exception as error:
        raise UndecidedError(item, agenda.now) from error
    window.now = agenda.now
    return bound if key is None else min(key, bound)
