"""The flow of an automation as a tree for the terminal: each step on a line of its own, its runs to the right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.pictures.cards import Card, Note, Picture
from models.pictures.graph import END, START, Edge, Way
from models.steps import IfStep, Step


@dataclass(frozen=True, slots=True)
class Branch:
    """One line: how many runs came there, what is drawn before its text, and the text."""

    stem: str
    text: str
    runs: int | None = None
    notes: tuple[Note, ...] = ()
    terms: bool = False


def tree(picture: Picture, steps: Sequence[Step]) -> list[Branch]:
    """Return the lines, the trigger first."""
    cards = picture.cards
    lines = [_line("", cards[START]), *(Branch("│ ", term, terms=True) for term in cards[START].terms)]
    lines += _sequence(picture, steps, "", last=END not in cards)
    return [*lines, _line("└─ ", cards[END])] if END in cards else lines


def _sequence(picture: Picture, steps: Sequence[Step], stem: str, *, last: bool) -> Iterator[Branch]:
    """Yield some steps; the last of them ends its stem, unless something follows below."""
    for step in steps:
        ends = last and step is steps[-1]
        below = f"{stem}{'   ' if ends else '│  '}"
        yield from _card(picture.cards[step.path], f"{stem}{'└─ ' if ends else '├─ '}", below)
        if isinstance(step, IfStep):
            yield from _ways(picture, step, below)


def _ways(picture: Picture, step: IfStep, stem: str) -> Iterator[Branch]:
    ways = [(Way.THEN, step.then), (Way.ELSE, step.otherwise)]
    for way, steps in ways:
        (edge,) = (edge for edge in picture.graph.out_of(step.path) if edge.way is way)
        lowest = way is ways[-1][0]
        yield _way(picture, edge, f"{stem}{'└─ ' if lowest else '├─ '}")
        yield from _sequence(picture, steps, f"{stem}{'   ' if lowest else '│  '}", last=True)


def _way(picture: Picture, edge: Edge, stem: str) -> Branch:
    return Branch(stem, picture.ways[edge.way], picture.flows[edge] if picture.flows is not None else None)


def _card(card: Card, stem: str, below: str) -> Iterator[Branch]:
    yield _line(stem, card)
    yield from (Branch(f"{below}  ", term, terms=True) for term in card.terms)


def _line(stem: str, card: Card) -> Branch:
    return Branch(stem, card.title, card.arrived, card.notes)
