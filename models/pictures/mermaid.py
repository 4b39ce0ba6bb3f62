"""The flow of an automation as the text of a Mermaid flowchart, as pages and wikis draw it."""

from collections.abc import Iterator

from models.pictures.cards import Card, Picture
from models.pictures.graph import Edge, Kind

SHAPES = {
    Kind.TRIGGER: ('(["', '"])'),
    Kind.WAIT: ('("', '")'),
    Kind.CONDITION: ('{{"', '"}}'),
    Kind.ACTION: ('["', '"]'),
    Kind.END: ('(["', '"])'),
}
COLOURS = {
    Kind.TRIGGER: "fill:#eef2ff,stroke:#4f46e5,color:#1e1b4b",
    Kind.WAIT: "fill:#fffbeb,stroke:#d97706,color:#451a03",
    Kind.CONDITION: "fill:#faf5ff,stroke:#9333ea,color:#3b0764",
    Kind.ACTION: "fill:#f0fdfa,stroke:#0d9488,color:#042f2e",
    Kind.END: "fill:#f8fafc,stroke:#64748b,color:#0f172a",
}
_CODES = {ord(letter): f"#{ord(letter)};" for letter in '"#&<>`\\{}[]()|;'}
"""Letters that mean something to Mermaid, as it lets them be written."""


def mermaid(picture: Picture) -> str:
    """Return the flowchart; a node for each card, an edge for each way with the runs that took it."""
    lines = ["flowchart TD", *map(_node, picture.cards.values()), *(_edge(picture, edge) for edge in _drawn(picture))]
    lines += [f"classDef k_{kind} {style}" for kind, style in COLOURS.items()]
    head, *body = lines
    return "\n".join([head, *(f"  {line}" for line in body)]) + "\n"


def _drawn(picture: Picture) -> Iterator[Edge]:
    yield from (edge for edge in picture.graph.edges if edge.target in picture.cards)


def _node(card: Card) -> str:
    opening, closing = SHAPES[card.node.kind]
    said = [f"<b>{_text(card.title)}</b>", *map(_text, card.terms), *(_text(note.text) for note in card.notes)]
    return f"{_id(card.node.key)}{opening}{'<br/>'.join(said)}{closing}:::k_{card.node.kind}"


def _edge(picture: Picture, edge: Edge) -> str:
    label = picture.label(edge)
    return f"{_id(edge.source)} -->{f'|{_text(label)}|' if label else ''} {_id(edge.target)}"


def _id(key: str) -> str:
    return f"s_{key.replace('.', '_')}"


def _text(text: str) -> str:
    return text.translate(_CODES)
