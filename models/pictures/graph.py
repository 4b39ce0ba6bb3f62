"""An automation as a graph: a node for its trigger, each step and the end, an edge for each way between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.flow import Act, Branch, Delay, End, Jump, Op
from models.rulebook import Published

START = "start"
END = "end"
"""Keys of the nodes that are no steps; a step's key is its path."""


class Kind(StrEnum):
    """What a node is."""

    TRIGGER = "trigger"
    WAIT = "wait"
    CONDITION = "condition"
    ACTION = "action"
    END = "end"


class Way(StrEnum):
    """Which way of a condition an edge is; the only way from anywhere else is `on`."""

    ON = "on"
    THEN = "then"
    ELSE = "else"


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a node to the next."""

    source: str
    target: str
    way: Way = Way.ON


@dataclass(frozen=True, slots=True)
class Node:
    """One node; `op` is the operation of a step, None for the trigger, `label` how the step is called in logs."""

    key: str
    kind: Kind
    label: str
    op: Op | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes in the order of the file, the trigger first, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def into(self, key: str) -> list[Edge]:
        """Return the edges that lead to a node."""
        return [edge for edge in self.edges if edge.target == key]

    def out_of(self, key: str) -> list[Edge]:
        """Return the edges that lead away from a node."""
        return [edge for edge in self.edges if edge.source == key]


def graph_of(published: Published) -> Graph:
    """Return the graph of an automation."""
    ops = published.program.ops
    nodes = [Node(START, Kind.TRIGGER, START)]
    nodes += [
        Node(key_at(ops, index), _kind(op), op.label, op) for index, op in enumerate(ops) if not isinstance(op, Jump)
    ]
    return Graph(tuple(nodes), tuple(_edges(ops)))


def key_at(ops: Sequence[Op], index: int) -> str:
    """Return the key of the node at which a run comes on when it goes on at an operation."""
    while isinstance(op := ops[min(index, len(ops) - 1)], Jump):
        index = op.index
    return END if op is ops[-1] else op.path


def _edges(ops: Sequence[Op]) -> Iterator[Edge]:
    yield Edge(START, key_at(ops, 0))
    for index, op in enumerate(ops):
        match op:
            case Branch():
                yield Edge(op.path, key_at(ops, index + 1), Way.THEN)
                yield Edge(op.path, key_at(ops, op.on_false), Way.ELSE)
            case Delay() | Act():
                yield Edge(op.path, key_at(ops, index + 1))
            case _:
                pass


def _kind(op: Op) -> Kind:
    match op:
        case Delay():
            return Kind.WAIT
        case Branch():
            return Kind.CONDITION
        case End():
            return Kind.END
        case _:
            return Kind.ACTION
