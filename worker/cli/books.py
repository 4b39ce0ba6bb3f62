"""`relance books`: ask whether the books balance."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from deploy.local import discover
from models.db import make_engine, raw, require_schema
from models.errors import BadInputError, NotFoundError
from models.suggestions import did_you_mean
from tasks.books import Breach, check_books
from tasks.reading.journal import check_export
from tasks.settings import load
from worker.cli import accounts
from worker.cli.output import show_json

app = typer.Typer(no_args_is_help=True, help="Look after the books.")


@app.callback()
def books() -> None:
    """Look after the books."""


for _command in (accounts.totals, accounts.rows, accounts.close, accounts.closings, accounts.export):
    app.command()(_command)


@app.command()
def verify(
    business: Annotated[str | None, typer.Option("--business", help="Only this business.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="An exported journal, instead of the database.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check that the books balance and that the journal's chain is unbroken; every breach is told, with exit code 1."""
    if file is not None:
        _verify_file(file, as_json=as_json)
        return
    with _database() as connection:
        if business is not None:
            _require(connection, business)
        breaches = check_books(connection, business)
    if as_json:
        show_json({"ok": not breaches, "breaches": [_plain(breach) for breach in breaches]})
    else:
        _tell(breaches)
    raise typer.Exit(1 if breaches else 0)


def _verify_file(path: Path, *, as_json: bool) -> None:
    """Check an exported journal, which needs no database."""
    try:
        with path.open("rb") as lines:
            count, breaches = check_export(lines)
    except OSError as error:
        raise BadInputError(f"{path} can't be read: {error.strerror}.") from error
    if as_json:
        show_json({"ok": not breaches, "entries": count, "breaches": [breach.text for breach in breaches]})
    else:
        for breach in breaches:
            typer.echo(breach.text)
        told = "One breach." if len(breaches) == 1 else f"{len(breaches)} breaches."
        typer.echo(told if breaches else f"The chain of {count} entries is whole.")
    raise typer.Exit(1 if breaches else 0)


@contextmanager
def _database() -> Iterator[psycopg.Connection[Any]]:
    url = discover(load()).database
    require_schema(url)
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            yield raw(connection)
    finally:
        engine.dispose()


def _require(connection: psycopg.Connection[Any], business: str) -> None:
    known = [row[0] for row in connection.execute("SELECT id FROM businesses ORDER BY id")]
    if business not in known:
        raise NotFoundError(f"There is no business {business!r}.{did_you_mean(business, known)}")


def _plain(breach: Breach) -> dict[str, str]:
    return {"business": breach.business_id, "rule": breach.rule, "text": breach.text}


def _tell(breaches: list[Breach]) -> None:
    for breach in breaches:
        typer.echo(f"{breach.business_id}: {breach.text} ({breach.rule})")
    typer.echo(f"{len(breaches)} breaches of the books." if breaches else "The books balance.")
