"""YAML 1.2 text as a tree whose nodes know their line and column.

Scalars keep the text they were written in: what a bare `09:00`, `on` or `2027-01-05` means is left to the field that
reads it, so quotes change nothing there.
"""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from models.jsontree import read_json
from models.trees import MAX_DEPTH, BrokenFileError, ListTree, MapTree, Place, Scalar, Tree, whole_characters

MAX_NODES = 200_000
"""How large a file may grow when its aliases are written out, unless its own text is longer than that."""

_OURS = {None, "!", "tag:yaml.org,2002:str"}


def read_tree(text: str) -> Tree | None:
    """Return the one document of a YAML 1.2 or JSON text, None for an empty text, or raise `BrokenFileError`."""
    if text.lstrip(" \t\r\n\ufeff")[:1] in {"{", "[", '"'} and (tree := read_json(text)):
        return tree
    try:
        return _Composer(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        problem = f"{error.problem or error.context}"
        raise BrokenFileError(place, f"this is not YAML: {problem}", _mend(problem)) from None
    except ReaderError as error:
        place = _place(text, error.position)
        raise BrokenFileError(place, f"the character {chr(error.character)!r} is not allowed") from None
    except (AssertionError, ValueError) as error:
        raise BrokenFileError(Place(1, 1), f"this is not YAML: {error}") from None


def _mend(problem: str) -> str:
    """Return what mends most texts that fail so."""
    if r"'\t'" in problem:
        return "Indent with spaces."
    if problem.startswith("mapping values"):
        return 'Put a text that holds ": " in quotes.'
    return "Look at brackets, quotes and indentation here and just before."


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, offset - before.rfind("\n"))


class _Composer:
    """Builds the tree from the parser's events, so that limits hold before anything large exists."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, Tree | None] = {}
        self._room = max(MAX_NODES, len(text))

    def document(self) -> Tree | None:
        """Return the only document of the stream."""
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            return None
        tree = self._node(next(self._events), 1)
        next(self._events)
        if not isinstance(after := next(self._events), StreamEndEvent):
            raise BrokenFileError(_at(after), "a second document begins here", "Keep one document in a file.")
        return tree

    def _node(self, event: Any, depth: int) -> Tree:
        """Return the tree of one node; an anchor holds None as long as its own content is being read."""
        place = _at(event)
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, place)
        if depth > MAX_DEPTH:
            raise BrokenFileError(place, f"this is nested deeper than {MAX_DEPTH} levels")
        if event.tag not in _OURS:
            raise BrokenFileError(place, f"the tag {event.tag} is not used here", "Leave it out.")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        tree = self._content(event, place, depth)
        if tree.size > self._room:
            raise BrokenFileError(place, "its aliases make this far larger than its text", "Write less by alias.")
        if event.anchor is not None:
            self._anchors[event.anchor] = tree
        return tree

    def _content(self, event: Any, place: Place, depth: int) -> Tree:
        if isinstance(event, ScalarEvent):
            bare = not event.style and event.tag is None
            return Scalar(place, whole_characters(event.value, place), bare=bare, block=event.style in {"|", ">"})
        return self._list(place, depth) if isinstance(event, SequenceStartEvent) else self._map(place, depth)

    def _alias(self, name: str, place: Place) -> Tree:
        if name not in self._anchors:
            raise BrokenFileError(place, f"nothing before this is anchored as &{name}")
        tree = self._anchors[name]
        if tree is None:
            raise BrokenFileError(place, f"*{name} stands inside itself")
        return tree

    def _list(self, place: Place, depth: int) -> ListTree:
        items = [self._node(event, depth + 1) for event in self._until(SequenceEndEvent)]
        return ListTree(place, items, 1 + sum(item.size for item in items))

    def _map(self, place: Place, depth: int) -> MapTree:
        tree = MapTree(place, {})
        for event in self._until(MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise BrokenFileError(_at(event), "a key is one plain word, not a list or mapping")
            if key.bare and key.text == "<<":
                raise BrokenFileError(_at(event), "YAML 1.2 has no merge key <<", "Write the keys out.")
            tree.add(key.text, _at(event), self._node(next(self._events), depth + 1))
        return tree

    def _until(self, end: type[Event]) -> Iterator[Any]:
        while not isinstance(event := next(self._events), end):
            yield event


def _at(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
