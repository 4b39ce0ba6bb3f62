"""Lines of text that fit a card: what letters of a plain sans serif take, near enough to break lines by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.pictures.cards import Card, Tone

_WORDS = re.compile(r"\{\{.*?\}\}\S*|\S+")
"""What is not broken if it can be helped: a word, or a value that is filled in."""

NARROW = frozenset("ijlftr.,:;'|!()[]{}I /\\")
BROAD = frozenset("mwMW@%&—…")
MOST_LINES = 6
"""More lines than this a text does not take; what is left over ends in dots."""


class Style(StrEnum):
    """What a line is."""

    TITLE = "title"
    TERM = "term"
    NOTE = "note"


SIZES = {Style.TITLE: 14, Style.TERM: 12, Style.NOTE: 12}
HEIGHTS = {Style.TITLE: 19, Style.TERM: 17, Style.NOTE: 18}
ICON = 30
"""What the sign of a card takes of its first column."""
NUMBER = 46
"""What the number of a card takes at the right of its title."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card; `tone` is what a note sounds like, on its first line only."""

    style: Style
    text: str
    tone: Tone | None = None

    @property
    def height(self) -> int:
        """How much of the card it takes."""
        return HEIGHTS[self.style]


def lines_of(card: Card, width: int) -> Iterator[Line]:
    """Yield the lines of a card."""
    room = width - ICON - 28
    number = NUMBER if card.arrived is not None else 0
    yield from (Line(Style.TITLE, text) for text in broken(card.title, SIZES[Style.TITLE], room - number))
    for term in card.terms:
        yield from (Line(Style.TERM, text) for text in broken(term, SIZES[Style.TERM], room))
    for note in card.notes:
        first, *rest = broken(note.text, SIZES[Style.NOTE], room - 14)
        yield Line(Style.NOTE, first, note.tone)
        yield from (Line(Style.NOTE, text) for text in rest)


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is."""
    return size * sum(_share(letter) for letter in text)


def _share(letter: str) -> float:
    if letter in NARROW:
        return 0.31
    if letter in BROAD:
        return 0.9
    if ord(letter) >= 0x2E80:
        return 1.0
    return 0.67 if letter.isupper() else 0.55


def broken(text: str, size: float, room: float) -> list[str]:
    """Return a text in lines that fit; a word that is too long is broken where the room ends."""
    lines = [""]
    for word in _WORDS.findall(text):
        for piece in _pieces(word, size, room):
            longer = f"{lines[-1]} {piece}".strip()
            if width_of(longer, size) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
    lines = [line for line in lines if line] or [""]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]


def _pieces(word: str, size: float, room: float) -> Iterator[str]:
    piece = ""
    for letter in word:
        if piece and width_of(piece + letter, size) > room:
            yield piece
            piece = ""
        piece += letter
    yield piece
