"""The flow of an automation as JSON data: its nodes with what became of their runs, its edges with who took them."""

from typing import Any

from models.pictures.counting import Counts
from models.pictures.graph import Edge, Node, graph_of
from models.rulebook import Published
from models.step_words import in_words


def plain(published: Published, counts: Counts | None) -> dict[str, Any]:
    """Return a version's flow; without counts it has no numbers."""
    graph = graph_of(published)
    return {
        "automation": published.id,
        "version": published.version or None,
        "runs": counts.runs if counts else None,
        "nodes": [_node(node, published, counts) for node in graph.nodes],
        "edges": [_edge(edge, counts) for edge in graph.edges],
    }


def _node(node: Node, published: Published, counts: Counts | None) -> dict[str, Any]:
    does = in_words(node.op) if node.op else published.automation.trigger.on
    about = {"key": node.key, "kind": node.kind, "step": node.label, "does": does}
    if counts is None:
        return about
    return about | {
        "arrived": counts.arrived(node.key),
        "merged": counts.merged[node.key],
        "waiting": counts.waiting[node.key],
        "ended": dict(counts.ended.get(node.key, {})),
        "missed": dict(counts.missed.get(node.key, {})),
        "lost": counts.lost[node.key],
    }


def _edge(edge: Edge, counts: Counts | None) -> dict[str, Any]:
    flow = {"runs": counts.edges[edge]} if counts else {}
    return {"from": edge.source, "to": edge.target, "way": edge.way} | flow
