"""Data that fits a JSON Schema, drawn by Hypothesis: as much of the standard as our own schemas use."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Strategy = st.SearchStrategy[Any]

LETTERS = st.characters(max_codepoint=0xFF, exclude_categories=["Cc"])
TEXT = st.text("abcé {}|:'\n", min_size=1, max_size=12).filter(str.strip)
MOST = 3
"""Items of a list and optional keys of a mapping, at most."""


def fitting(schema: Schema) -> Strategy:
    """Return a strategy for what fits a schema, references into its `$defs` included."""
    known: dict[str, Strategy] = {}

    def of(part: Schema) -> Strategy:
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            if beside := {key: value for key, value in part.items() if key != "$ref"}:
                return of(schema["$defs"][name] | beside)
            if name not in known:
                known[name] = st.deferred(lambda: of(schema["$defs"][name]))
            return known[name]
        return _of(part, of)

    return of(schema)


def _of(part: Schema, of: Callable[[Schema], Strategy]) -> Strategy:
    if "const" in part:
        return st.just(part["const"])
    if "enum" in part:
        return st.sampled_from(part["enum"])
    if "anyOf" in part:
        return st.one_of(*(of(_inherited(part, one)) for one in part["anyOf"]))
    kinds = part.get("type", "object")
    return st.one_of(*(_MAKERS[kind](part, of) for kind in ([kinds] if isinstance(kinds, str) else kinds)))


def _inherited(part: Schema, one: Schema) -> Schema:
    """Return one of several schemas with the lengths that stand beside them."""
    return one | {key: part[key] for key in ("minItems", "maxItems") if key in part}


def _text(part: Schema, _of: Callable[[Schema], Strategy]) -> Strategy:
    return st.from_regex(part["pattern"], fullmatch=True, alphabet=LETTERS) if "pattern" in part else TEXT


def _integer(part: Schema, _of: Callable[[Schema], Strategy]) -> Strategy:
    return st.integers(part.get("minimum", -5), min(part.get("maximum", 500), 500))


def _list(part: Schema, of: Callable[[Schema], Strategy]) -> Strategy:
    return st.lists(of(part["items"]), min_size=part.get("minItems", 0), max_size=min(part.get("maxItems", MOST), MOST))


def _object(part: Schema, of: Callable[[Schema], Strategy]) -> Strategy:
    """Draw the keys that must be there and a few of those that may."""
    properties, required = part.get("properties", {}), part.get("required", [])
    optional = sorted(properties.keys() - set(required))
    least = max(0, part.get("minProperties", 0) - len(required))
    chosen = (
        st.lists(st.sampled_from(optional), unique=True, min_size=least, max_size=MOST) if optional else st.just([])
    )
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: of(properties[key]) for key in (*required, *keys)}))


_MAKERS: dict[str, Callable[[Schema, Callable[[Schema], Strategy]], Strategy]] = {
    "string": _text,
    "integer": _integer,
    "number": lambda _part, _of: st.integers(-5, 500) | st.sampled_from([0.5, 99.99]),
    "boolean": lambda _part, _of: st.booleans(),
    "null": lambda _part, _of: st.none(),
    "array": _list,
    "object": _object,
}
