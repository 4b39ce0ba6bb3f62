"""What the commands of a back office share: their options, the database, the business that they are about."""

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine

from deploy.local import discover
from models.db import make_engine
from models.errors import BadInputError, RelanceError
from models.languages import Language, language_of
from models.telling import Teller
from tasks.gateways.clock import SystemClock
from tasks.reading.office import Line, Office, open_office
from tasks.settings import load
from worker.cli.output import Cell, show_json, show_lines

LONGEST_NAME = 100
"""Characters of the name of who acts."""
TABLE = 100
"""So many lines a table has, unless more are asked for; JSON has them all."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
Business = Annotated[
    str | None, typer.Option("--business", metavar="ID", help="Which business; not needed where there is only one.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who does it; without it RELANCE_ACTOR or your login name is noted."),
]
Contact = Annotated[str | None, typer.Option("--contact", metavar="ID", help="Only those of this contact.")]
Invoiced = Annotated[
    bool | None,
    typer.Option("--invoiced/--not-invoiced", help="Only what an invoice was issued for, or only the rest."),
]
Lang = Annotated[Language | None, typer.Option("--lang", help="The language; without it the business's own.")]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help=f"The latest N; without it {TABLE} in a table, all as JSON."),
]


class ChangedMeanwhileError(RelanceError):
    """What was confirmed is no longer what would happen."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: something else has changed meanwhile. Run this again to see what is new."
        )


class NobodyToAskError(BadInputError):
    """Something must be confirmed, and standard input is no terminal."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed: this is no terminal, so nobody can be asked. Say --yes to go on.")


@contextmanager
def database() -> Iterator[Engine]:
    """Open the database of the settings or of the running system."""
    engine = make_engine(discover(load()).database)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def reading() -> Iterator[Connection]:
    """Look at the database as it is at one instant, without being able to change it."""
    with database() as engine, engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def office(business: str | None) -> Iterator[Office]:
    """Look at one business; which one need not be said where there is only one."""
    with reading() as connection:
        yield open_office(connection, business, SystemClock().now())


def teller_of(seen: Office, lang: Language | None) -> Teller:
    """Return who tells a business's people in a language, its own if none is chosen."""
    return Teller(lang or language_of(seen.business.locale), seen.zone, load().keeping)


def business_id(engine: Engine, wanted: str | None) -> str:
    """Return the id of a business; which one need not be said where there is only one."""
    with engine.connect() as connection:
        return open_office(connection, wanted, SystemClock().now()).id


def read(business: str | None, look: Callable[[Office], Iterable[Line]]) -> list[Line]:
    """Return what is seen in a business; the database is left before anything is printed."""
    with office(business) as seen:
        return list(look(seen))


def at_most(limit: int | None, *, as_json: bool) -> int | None:
    """Return how many lines are read for a list: one more than a table has, to know whether it leaves some out."""
    return limit if as_json else (limit or TABLE) + 1


def listed(
    lines: Callable[[int | None], Sequence[Line]],
    columns: Mapping[str, str | Cell],
    *,
    as_json: bool,
    limit: int | None = None,
    latest: bool = True,
    nothing: str,
) -> None:
    """Print the latest (or else the first) lines: as JSON, or as a table that says so when it leaves some out."""
    if as_json:
        for line in lines(limit):
            show_json(line)
        return
    most = limit or TABLE
    found = lines(most + 1)
    if not found:
        typer.echo(nothing)
        return
    show_lines(found[-most:] if latest else found[:most], columns)
    if len(found) > most and limit is None:
        typer.echo(f"\nThese are the {'latest' if latest else 'first'} {most}; --limit shows more.", err=True)


def actor(by: str | None) -> str:
    """Return who acts: whom the option names, else the setting, else who is logged in."""
    name = (by or load().actor or _login()).strip()
    if not (name.isprintable() and 0 < len(name) <= LONGEST_NAME):
        raise BadInputError(f"--by takes a name of at most {LONGEST_NAME} characters on one line.")
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"user {os.getuid()}"


def confirm(question: str, *, yes: bool) -> bool:
    """Ask unless it was said before; where nobody can be asked that is an error."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise NobodyToAskError
    return typer.confirm(question, err=True)
