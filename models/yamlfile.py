"""Files that people write: read with every problem collected, each with its file, line, column and a way to mend it.

A reader method returns a value of its type whatever stands there; where it can't, it notes a problem and returns a
stand-in that nobody sees, because `decode` raises `BadFileError` with all the problems before it hands anything out.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from models.errors import BadInputError
from models.event_checks import YEARS
from models.suggestions import did_you_mean
from models.trees import BrokenFileError, ListTree, MapTree, Place, Scalar, Tree
from models.yamltree import read_tree

MAX_BYTES = 8 * 1024 * 1024
MAX_PROBLEMS = 50

T = TypeVar("T")

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([Zz]|[-+]\d{2}:\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class BadFileError(BadInputError):
    """A file that can't be used; the message has one line for each problem, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column)))
        super().__init__("\n".join(map(str, self.problems)))


def decode(text: str | bytes, file: str, decoder: Callable[["Node"], T], *, max_bytes: int = MAX_BYTES) -> T:
    """Return what `decoder` reads from the text of a file, or raise `BadFileError` with all that is wrong in it."""
    root = read(text, file, max_bytes=max_bytes)
    value = decoder(root)
    root.finish()
    return value


def read(text: str | bytes, file: str, *, max_bytes: int = MAX_BYTES) -> "Node":
    """Return the root node of a YAML or JSON text, or raise `BadFileError` where it has none."""
    try:
        tree = read_tree(_as_text(text, max_bytes))
    except BrokenFileError as error:
        raise BadFileError([Problem(file, *error.place, error.message, error.hint)]) from None
    if tree is None:
        raise BadFileError([Problem(file, 1, 1, "the file is empty")])
    return Node(tree, "the file", tree.place, File(file))


def _as_text(text: str | bytes, max_bytes: int) -> str:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > max_bytes:
        raise BrokenFileError(Place(1, 1), f"the file has {len(raw)} bytes, {max_bytes} are the most")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise BrokenFileError(Place(line, column), "this is not UTF-8", "Save the file as UTF-8.") from None


class File:
    """Collects the problems of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def add(self, place: Place, message: str, hint: str) -> None:
        """Note a problem; after many of them the rest is left out."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.name, *place, message, hint))


class Node:
    """A place in a file and what is written there; `label` names it in problems. See the module for stand-ins."""

    __slots__ = ("_tree", "file", "label", "place")

    def __init__(self, tree: Tree | None, label: str, place: Place, file: File) -> None:
        self._tree = tree
        self.label = label
        self.place = place
        self.file = file

    # --- problems

    def problem(self, message: str, hint: str = "", *, line: int = 1) -> None:
        """Note a problem here, or at the given line of a block of text that begins here."""
        self.file.add(self.place_of(line), message, hint)

    def place_of(self, line: int) -> Place:
        """Return where a line (from 1) of what is written here stands."""
        if isinstance(self._tree, Scalar) and self._tree.block:
            return Place(self.place.line + line, 1)
        return self.place

    def finish(self) -> None:
        """Raise `BadFileError` if anything is wrong in this node's file."""
        if self.file.problems:
            raise BadFileError(self.file.problems)

    def wrong(self, wanted: str, hint: str = "") -> None:
        """Note that something else is wanted here than what stands here."""
        if self._tree is not None:
            self.problem(f"{self.label} takes {wanted}, not {self._found()}", hint)

    def _found(self) -> str:
        if isinstance(self._tree, Scalar):
            shown = self._tree.text if len(self._tree.text) <= 60 else f"{self._tree.text[:57]}..."
            return "nothing" if self.is_null else repr(shown)
        return "a list" if isinstance(self._tree, ListTree) else "a mapping"

    # --- what is there

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._tree, MapTree)

    @property
    def is_list(self) -> bool:
        return isinstance(self._tree, ListTree)

    @property
    def is_scalar(self) -> bool:
        return isinstance(self._tree, Scalar)

    @property
    def is_null(self) -> bool:
        return isinstance(self._tree, Scalar) and self._tree.bare and _WORDS.get(self._tree.text, "") is None

    # --- mappings

    def mapping(self, allowed: Collection[str] | None = None, required: Collection[str] = ()) -> "Node":
        """Return this node if it is a mapping of allowed keys with the required ones; else note what is wrong."""
        if not isinstance(self._tree, MapTree):
            self.wrong("a mapping")
            return self._stand_in()
        for key, place in self._tree.keys.items():
            if allowed is not None and key not in allowed:
                hint = did_you_mean(key, allowed).strip() or f"Known here: {', '.join(sorted(allowed))}."
                self.file.add(place, f"{self.label} has no {key!r}", hint)
        for key in required:
            self.at(key)
        return self

    def at(self, key: str) -> "Node":
        """Return the value of a key that must be there."""
        if (node := self.get(key)) is not None:
            return node
        if self._tree is not None:
            self.problem(f"{self.label} lacks {key!r}")
        return self._stand_in()

    def get(self, key: str) -> "Node | None":
        """Return the value of a key, or None where it is absent or null."""
        if not isinstance(self._tree, MapTree) or (tree := self._tree.entries.get(key)) is None:
            return None
        node = self._child(key, tree)
        return None if node.is_null else node

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a mapping, none of anything else."""
        return tuple(self._tree.entries) if isinstance(self._tree, MapTree) else ()

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the keys and values of a mapping."""
        if not isinstance(self._tree, MapTree):
            self.wrong("a mapping")
            return
        for key, tree in self._tree.entries.items():
            yield key, self._child(key, tree)

    def nothing(self, label: str) -> "Node":
        """Return an empty mapping that stands here, for what may be left out."""
        return Node(MapTree(self.place, {}), label, self.place, self.file)

    def _child(self, key: str, tree: Tree) -> "Node":
        return Node(tree, key, tree.place, self.file)

    def _stand_in(self) -> "Node":
        return Node(None, self.label, self.place, self.file)

    def follow(self, way: str) -> "Node":
        """Return what stands at a dotted way of keys and indexes, or the last on the way that is there."""
        node = self
        for step in way.split("."):
            inner = node.items() if node.is_list else []
            below = inner[int(step)] if step.isdigit() and int(step) < len(inner) else node.get(step)
            if below is None:
                break
            node = below
        return node

    # --- lists

    def items(self) -> list["Node"]:
        """Return the items of a list."""
        if not isinstance(self._tree, ListTree):
            self.wrong("a list", "Write [a, b], or a line with a dash for each." if self.is_scalar else "")
            return []
        label = f"an item of {self.label}"
        return [Node(tree, label, tree.place, self.file) for tree in self._tree.items]

    # --- scalars

    @property
    def word(self) -> str:
        """The text of a single value as it is written, empty for anything else; never a problem."""
        return self._tree.text if isinstance(self._tree, Scalar) else ""

    def text(self, *, blank: bool = False) -> str:
        """Return a text that is not blank; a bare number is the text it was written in."""
        if not isinstance(self._tree, Scalar) or self.is_null or not (blank or self._tree.text.strip()):
            self.wrong("a text")
            return ""
        return self._tree.text

    def scalar(self) -> str | Decimal | bool | None:
        """Return a text, an exact number, true, false or null; a bare number with leading zeros is a text."""
        if not isinstance(self._tree, Scalar):
            self.wrong("a single value")
            return None
        text = self._tree.text
        if not self._tree.bare:
            return text
        if text in _WORDS:
            return _WORDS[text]
        return Decimal(text) if _NUMBER.fullmatch(text) else text

    def number(self) -> Decimal:
        """Return a bare number."""
        value = self.scalar() if self.is_scalar else None
        if isinstance(value, Decimal):
            return value
        self.wrong("a number", "Write it without quotes." if isinstance(value, str) and _is_number(value) else "")
        return Decimal(0)

    def decimal(self) -> Decimal:
        """Return a number, bare or quoted, exactly as it was written."""
        if isinstance(self._tree, Scalar) and _is_number(self._tree.text):
            return Decimal(self._tree.text)
        self.wrong("a number")
        return Decimal(0)

    def length(self, most: int) -> float:
        """Return a number above 0 and up to `most`."""
        if isinstance(self._tree, Scalar) and _is_number(self._tree.text) and 0 < Decimal(self._tree.text) <= most:
            return float(self._tree.text)
        self.wrong(f"a number above 0 and up to {most}")
        return 0.0

    def integer(self, least: int = 0, most: int = 10**12) -> int:
        """Return a bare whole number within limits."""
        value = self.number()
        if value == value.to_integral_value() and least <= value <= most:
            return int(value)
        self.wrong(f"a whole number from {least} to {most}")
        return least

    def boolean(self) -> bool:
        """Return true or false."""
        value = self.scalar() if self.is_scalar else None
        if isinstance(value, bool):
            return value
        self.wrong("true or false")
        return False

    def choice(self, options: Collection[str]) -> str:
        """Return one of a few words."""
        text = self.word
        if text in options:
            return text
        listed = ", ".join(options)
        self.wrong(f"one of {listed}", did_you_mean(text, options).strip())
        return next(iter(options))

    # --- time

    def date(self) -> date:
        """Return a calendar date."""
        if isinstance(self._tree, Scalar) and (found := as_date(self._tree.text)):
            return found
        self.wrong("a date such as 2027-01-31")
        return date(2000, 1, 1)

    def instant(self) -> datetime:
        """Return an instant in UTC; what is written has its offset."""
        if isinstance(self._tree, Scalar) and (found := as_instant(self._tree.text)):
            return found
        self.wrong("an instant such as 2027-01-31T09:00:00+01:00", "Say the date, the time and the offset (or Z).")
        return datetime(2000, 1, 1, tzinfo=UTC)

    def time_of_day(self) -> time:
        """Return a time of day, to the minute."""
        if isinstance(self._tree, Scalar) and (found := as_time(self._tree.text)):
            return found
        self.wrong('a time such as "09:00"')
        return time()

    # --- plain data

    def plain(self) -> Any:
        """Return what stands here as JSON data: dict, list, str, int, float, bool or None."""
        if isinstance(self._tree, MapTree):
            return {key: node.plain() for key, node in self.entries()}
        if isinstance(self._tree, ListTree):
            return [node.plain() for node in self.items()]
        value = self.scalar() if self._tree else None
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        return value


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def as_date(text: str) -> date | None:
    """Return the date that a text such as 2027-01-31 says, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def as_instant(text: str) -> datetime | None:
    """Return the instant, in UTC, that a text after RFC 3339 says, or None."""
    found = _INSTANT.fullmatch(text)
    if not found or not as_date(found[1]):
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3].upper()}").astimezone(UTC)
    except ValueError:
        return None


def as_time(text: str) -> time | None:
    """Return the time of day that a text such as 09:00 says, or None."""
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))
