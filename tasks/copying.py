"""Rows as the text that COPY reads (PostgreSQL manual, COPY, Text Format), made column by column.

A driver looks at every value of every row; here whole columns are turned to text at once, and columns that are null
throughout are left out. Measured on rows of 30 columns this is three to four times as fast.
"""

from collections.abc import Collection, Sequence
from typing import Any

from models.db import encode_json

NULL = "\\N"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
"""The backslash comes first: the others bring more of them."""


def copy_text(names: Sequence[str], json: Collection[str], rows: Sequence[Sequence[Any]]) -> tuple[list[str], str]:
    """Return the columns that hold anything, and the rows as COPY reads them; `json` names the jsonb columns.

    Values are None, str (no NUL), int, bool, Decimal, date, time, datetime, and JSON data in jsonb columns.
    """
    nothing = (None,) * len(rows)
    used: list[str] = []
    columns: list[Sequence[str]] = []
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        if column != nothing:
            used.append(name)
            columns.append(_column(column, as_json=name in json))
    lines = map("\t".join, zip(*columns, strict=True))
    return used, "\n".join(lines) + "\n"


def _column(column: Sequence[Any], *, as_json: bool) -> Sequence[str]:
    """Return a column's values as text; what is one and the same object in every row is turned into text once."""
    values = column[:1] if len(set(map(id, column))) == 1 else column
    texts = _texts(_as_json(values) if as_json else values)
    return texts if len(texts) == len(column) else [texts[0]] * len(column)


def _as_json(column: Sequence[Any]) -> list[str | None]:
    return [None if value is None else encode_json(value).decode() for value in column]


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """Return a column's values as text, escaped where any of them needs it."""
    some = next(value for value in column if value is not None)
    texts: list[str | None]
    if isinstance(some, str):
        escaped = _escaped([value or "" for value in column])
        texts = [value and text for value, text in zip(column, escaped, strict=True)]
    else:
        texts = [None if value is None else str(value) for value in column]
    return [NULL if text is None else text for text in texts]


def _escaped(column: Sequence[str]) -> Sequence[str]:
    """Return texts as COPY reads them; all at once, parted by the character that no text holds."""
    together = "\0".join(column)
    if not any(special in together for special in _ESCAPES):
        return column
    for special, escape in _ESCAPES.items():
        together = together.replace(special, escape)
    return together.split("\0")
