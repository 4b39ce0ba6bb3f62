"""How commands show things: tables for people, JSON for programs."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from models.languages import Language
from models.money import major
from models.timeline import Moment, draw

WIDE = 400
"""Columns of an output that is no terminal: nothing is cut."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Line = Mapping[str, Any]
Cell = Callable[[Line], object]


def show_json(value: Any) -> None:
    """Print a value as JSON on one line; instants as RFC 3339 with seconds."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print rows under their columns; long values are folded, never cut. Columns without any name have no header."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        header_style="dim",
        show_header=any(columns),
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(in_cell, row))
    console.print(table, markup=False, highlight=False)


def in_cell(value: object) -> str:
    """Return a value as a person reads it in a table."""
    if value is None:
        return ""
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case dict():
            return ", ".join(f"{key}: {in_cell(item)}" for key, item in value.items())
        case list() | tuple():
            return ", ".join(map(in_cell, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return harmless(str(value))


def harmless(text: str) -> str:
    """Return a text that others wrote without what would steer a terminal."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def show_lines(lines: Sequence[Line], columns: Mapping[str, str | Cell], title: str | None = None) -> None:
    """Print a table of things; a column is a key of theirs, or what a function makes of one."""
    cells = [_cell_of(column) for column in columns.values()]
    show_table(tuple(columns), [[cell(line) for cell in cells] for line in lines], title)


def _cell_of(column: str | Cell) -> Cell:
    return column if callable(column) else lambda line: line[column]


def show_facts(line: Line, keys: Iterable[str]) -> None:
    """Print some keys of one thing, those that have a value, one below the other."""
    show_table(("", ""), [(key.replace("_", " "), line[key]) for key in keys if line[key] not in (None, [], {}, "")])


def show_timeline(timeline: Iterable[Line], language: Language) -> None:
    """Draw what happened, with the time that passed between."""
    for line in draw([Moment(**one) for one in timeline], language):
        typer.echo(harmless(line))


def money(key: str) -> Cell:
    """Return a column that shows an amount as people say it, with its currency."""
    return lambda line: amount(line[key], line["currency"])


def amount(minor_units: int | None, currency: str) -> str:
    """Return an amount as people say it: 4500 EUR is `45.00 EUR`."""
    return "" if minor_units is None else f"{major(minor_units, currency)} {currency}"
