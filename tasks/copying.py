"""Rows as the text that COPY reads (PostgreSQL manual, COPY, Text Format), made column by column.

A driver looks at every value of every row; here whole columns are turned to text at once, and columns that are null
throughout are left out. Measured on rows of 30 columns this is three to four times as fast.
"""

from collections.abc import Collection, Sequence
from typing import Any

from models.db import encode_json

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL = ("\\", "\t", "\n", "\r")


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
        together = "".join(value for value in column if value)
        escape = any(special in together for special in _SPECIAL)
        texts = [value and value.translate(_ESCAPES) for value in column] if escape else list(column)
    else:
        texts = [None if value is None else str(value) for value in column]
    return [NULL if text is None else text for text in texts]
