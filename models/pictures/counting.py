"""How many runs went each way, where they wait and where they ended: from their positions and their kept ways."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.automation import RunState
from models.flow import Act, Branch, Delay, End, Jump, Op
from models.pictures.graph import START, Edge, Way, key_at
from models.vocabulary import Action


@dataclass(frozen=True, slots=True)
class Passage:
    """So many runs that went the same way: `way` is what their traces say without instants and values.

    `merged` runs asked for what was noted over a limit: they began at the request (R7).
    """

    count: int
    state: str
    reason: str | None
    position: int
    way: Sequence[Sequence[Any]] = ()
    merged: bool = False


@dataclass(slots=True)
class Counts:
    """Runs by edge and by node. Whoever comes to a node goes on, waits there, has ended there, or its way is lost."""

    runs: int = 0
    edges: Counter[Edge] = field(default_factory=Counter)
    merged: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    ended: dict[str, Counter[str]] = field(default_factory=dict)
    missed: dict[str, Counter[str]] = field(default_factory=dict)

    def arrived(self, key: str) -> int:
        """Return how many runs came to a node."""
        if key == START:
            return self.runs - self.merged.total()
        return self.merged[key] + sum(count for edge, count in self.edges.items() if edge.target == key)


def count(ops: Sequence[Op], passages: Iterable[Passage]) -> Counts:
    """Count what the runs of one version have done."""
    counts, walker = Counts(), _Walker(ops)
    for passage in passages:
        counts.runs += passage.count
        walker.follow(passage, counts)
    return counts


class _Walker:
    """Follows runs through one program."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self.ops = ops
        self.at = {op.label: index for index, op in reversed(list(enumerate(ops))) if not isinstance(op, Jump)}

    def follow(self, passage: Passage, counts: Counts) -> None:
        """Count one passage: its edges, what it missed, and where it stands now."""
        self._miss(passage, counts)
        begins = key_at(self.ops, self._first(passage))
        if passage.merged:
            counts.merged[begins] += passage.count
        elif passage.position == 0 and passage.state in {RunState.DEFERRED, RunState.CANCELLED}:
            _stand(passage, START, counts)
            return
        else:
            counts.edges[Edge(START, begins)] += passage.count
        self._go_on(passage, counts)

    def _first(self, passage: Passage) -> int:
        """Return where a run begins: at the first step; for what was noted over a limit at the request (R7)."""
        requests = (i for i, op in enumerate(self.ops) if isinstance(op, Act) and op.kind == Action.REQUEST_PAYMENT)
        return next(requests, 0) if passage.merged else 0

    def _go_on(self, passage: Passage, counts: Counts) -> None:
        """Follow a run from its first step to where it stands."""
        index, stop = self._first(passage), self._stop(passage)
        while index < stop and not isinstance(op := self.ops[index], End):
            following, way = index + 1, Way.ON
            if isinstance(op, Jump):
                index = op.index
                continue
            if isinstance(op, Branch):
                holds = self._holds(passage, op, index, stop)
                if holds is None:
                    counts.lost[op.path] += passage.count
                    return
                following, way = (following, Way.THEN) if holds else (op.on_false, Way.ELSE)
            counts.edges[Edge(op.path, key_at(self.ops, following), way)] += passage.count
            index = following
        _stand(passage, key_at(self.ops, index), counts)

    def _stop(self, passage: Passage) -> int:
        """Return the operation at which a run stands: a wait that it is in, an action that it did not do, an end."""
        position = min(passage.position, len(self.ops) - 1)
        if passage.state not in {RunState.WAITING, RunState.CANCELLED} or position == 0:
            return position
        if passage.way and self.at.get(passage.way[-1][0]) == position:
            return position
        return position - 1 if isinstance(self.ops[position - 1], Delay | Act) else position

    def _holds(self, passage: Passage, op: Branch, index: int, stop: int) -> bool | None:
        """Return which way a run went at a condition: as its trace says, else as where it stands gives away."""
        for label, what, *more in reversed(passage.way):
            if label == op.label and what == "took":
                return bool(more[0])
        around = self.ops[op.on_false - 1]
        merges = around.index if isinstance(around, Jump) and around.path == op.path else op.on_false
        if index < stop < op.on_false:
            return True
        return False if op.on_false <= stop < merges else None

    def _miss(self, passage: Passage, counts: Counts) -> None:
        """Count the steps that had no effect, by what was said of each last."""
        last = {label: (what, more) for label, what, *more in passage.way}
        for label, (what, more) in last.items():
            if what == "skipped" and label in self.at:
                reasons = counts.missed.setdefault(key_at(self.ops, self.at[label]), Counter())
                reasons[str(more[0])] += passage.count


def _stand(passage: Passage, key: str, counts: Counts) -> None:
    if passage.state in {RunState.WAITING, RunState.DEFERRED}:
        counts.waiting[key] += passage.count
    else:
        why = passage.state if passage.state == RunState.DONE else passage.reason or passage.state
        counts.ended.setdefault(key, Counter())[why] += passage.count
