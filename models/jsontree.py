"""JSON text as a tree with places: what JSON allows and YAML readers stumble on, many times as fast."""

import json
import re
from bisect import bisect_right

from models.trees import MAX_DEPTH, BrokenFileError, ListTree, MapTree, Place, Scalar, Tree, whole_characters

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")


class _NotJsonError(Exception):
    """The text is something else; perhaps YAML."""


def read_json(text: str) -> Tree | None:
    """Return the tree of a JSON text, or None when it is no JSON (it may be YAML still)."""
    reader = _Reader(text)
    try:
        return reader.document()
    except _NotJsonError:
        return None


class _Reader:
    """Reads one text from left to right; `_at` is the offset of what comes next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def document(self) -> Tree:
        """Return the one value of the text."""
        self._at = 1 if self._text.startswith("\ufeff") else 0
        tree = self._value(1)
        if self._next():
            raise _NotJsonError
        return tree

    def _place(self) -> Place:
        line = bisect_right(self._lines, self._at)
        return Place(line, self._at - self._lines[line - 1] + 1)

    def _next(self) -> str:
        """Skip white space and return the character that follows, empty at the end."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        if self._next() != character:
            return False
        self._at += 1
        return True

    def _value(self, depth: int) -> Tree:
        first = self._next()
        if depth > MAX_DEPTH:
            raise BrokenFileError(self._place(), f"this is nested deeper than {MAX_DEPTH} levels")
        if first == "{":
            return self._map(depth)
        if first == "[":
            return self._list(depth)
        return self._string() if first == '"' else self._word()

    def _string(self) -> Scalar:
        place = self._place()
        found = _STRING.match(self._text, self._at)
        if not found:
            raise _NotJsonError
        self._at = found.end()
        text: str = json.loads(found[0]) if "\\" in found[0] else found[1]
        return Scalar(place, whole_characters(text, place), bare=False)

    def _word(self) -> Scalar:
        place = self._place()
        found = _WORD.match(self._text, self._at)
        if not found:
            raise _NotJsonError
        self._at = found.end()
        return Scalar(place, found[0], bare=True)

    def _list(self, depth: int) -> ListTree:
        place = self._place()
        items: list[Tree] = []
        self._at += 1
        if not self._take("]"):
            items.append(self._value(depth + 1))
            while self._take(","):
                items.append(self._value(depth + 1))
            self._close("]")
        return ListTree(place, items, 1 + sum(item.size for item in items))

    def _map(self, depth: int) -> MapTree:
        tree = MapTree(self._place(), {})
        self._at += 1
        if not self._take("}"):
            self._entry(tree, depth)
            while self._take(","):
                self._entry(tree, depth)
            self._close("}")
        return tree

    def _entry(self, tree: MapTree, depth: int) -> None:
        if self._next() != '"':
            raise _NotJsonError
        key = self._string()
        self._close(":")
        tree.add(key.text, key.place, self._value(depth + 1))

    def _close(self, character: str) -> None:
        if not self._take(character):
            raise _NotJsonError
