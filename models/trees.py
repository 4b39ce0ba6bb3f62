"""The tree of a file that people write: scalars, lists and mappings, each with its place."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_DEPTH = 64


class Place(NamedTuple):
    """Line and column in a file, both counted from 1."""

    line: int
    column: int


class BrokenFileError(Exception):
    """The text has no tree at all; `models.yamlfile` turns this into the one problem of its file."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class Scalar:
    """A single value as its text; `bare` without quotes, `block` when its lines begin below its place."""

    place: Place
    text: str
    bare: bool
    block: bool = False
    size: int = 1


@dataclass(slots=True)
class ListTree:
    """Items in order; `size` counts the nodes, those of aliases once for each use."""

    place: Place
    items: list["Tree"]
    size: int


@dataclass(slots=True)
class MapTree:
    """Values by key, with the place of each key."""

    place: Place
    entries: dict[str, "Tree"]
    keys: dict[str, Place] = field(default_factory=dict)
    size: int = 1

    def add(self, key: str, place: Place, value: "Tree") -> None:
        """Add an entry; a key that is there already is an error."""
        if key in self.entries:
            raise BrokenFileError(place, f"the key {key!r} stands twice", f"Line {self.keys[key].line} has it already.")
        self.entries[key] = value
        self.keys[key] = place
        self.size += 1 + value.size


Tree = Scalar | ListTree | MapTree

_SURROGATE = re.compile("[\ud800-\udfff]")


def whole_characters(text: str, place: Place) -> str:
    """Return `text` with the surrogate pairs of its escapes joined; half a pair or a NUL can't be kept."""
    if text.isascii() or not _SURROGATE.search(text):
        if "\0" in text:
            raise BrokenFileError(place, "a NUL character can't be kept")
        return text
    try:
        return whole_characters(text.encode("utf-16", "surrogatepass").decode("utf-16"), place)
    except UnicodeDecodeError:
        raise BrokenFileError(place, "half a surrogate pair is no character") from None
