"""What was done is said in the reader's language: every act and kind that the code notes has its words."""

import ast
from collections.abc import Iterator

import pytest

from models.change_words import ACTS, DETAILS, KINDS
from models.languages import Language
from tasks.settings import ROOT

PLACES = {"noted": (0, 2), "change": (3, 5)}
"""Where the arguments of a call say to what kind of thing what was done."""


def literals(place: int) -> Iterator[tuple[str, str]]:
    """Yield what calls note as kind (0) or act (1), as far as it is written there, with where."""
    for path in sorted([*(ROOT / "tasks").rglob("*.py"), *(ROOT / "models").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACES:
                index = PLACES[node.func.id][place]
                if index < len(node.args):
                    yield from ((text, path.name) for text in _texts(node.args[index]))


def details() -> Iterator[tuple[str, str]]:
    """Yield the names of what calls note of how something was done, with where."""
    for path in sorted([*(ROOT / "tasks").rglob("*.py"), *(ROOT / "models").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACES:
                yield from ((one.arg, path.name) for one in node.keywords if one.arg)


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be: one, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


@pytest.mark.parametrize(("place", "table"), [(0, KINDS), (1, ACTS)], ids=["kinds", "acts"])
def test_what_is_noted_has_words(place: int, table: dict[str, dict[Language, str]]) -> None:
    found = list(literals(place))
    assert len(found) > 20, "the calls are found"
    assert sorted({(text, where) for text, where in found if text not in table}) == []


def test_how_it_was_done_has_words() -> None:
    found = {(name, where) for name, where in details() if (name, where) != ("actor", "simulate.py")}
    assert len(found) > 20, "the calls are found"
    assert sorted((name, where) for name, where in found if name not in DETAILS) == []
