"""`relance books totals | rows | close | closings | export`: figures of a period, and handing the books over."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from models.accounting import fec_lines
from models.closing import span_named
from models.db import raw
from models.errors import BadInputError
from models.journal import Closing
from tasks.closing import close as close_books
from tasks.gateways.clock import SystemClock
from tasks.reading.journal import exported
from tasks.reading.ledger import currencies, entries
from tasks.reading.office import Line, Office, columns
from tasks.reading.totals import Books, Period
from worker.cli.desk import Business, By, Json, Yes, actor, business_id, confirm, database, office
from worker.cli.output import Cell, amount, money, show_json, show_lines
from worker.cli.trying import locked

From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first local date; else of this year.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last local date; else today.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write; else standard output.")]
FORMATS = ("journal", "fec")

TOTALS: dict[str, str | Cell] = {
    "figure": lambda line: line["figure"].replace("_", " "),
    "day": lambda line: line.get("day"),
    "method": lambda line: line.get("method"),
    "VAT %": lambda line: line.get("rate"),
    "net": money("net"),
    "VAT": money("tax"),
    "amount": money("amount"),
    "rows": "rows",
}
ROWS: dict[str, str | Cell] = TOTALS | {"rows": "row_id", "document": "number"}
CLOSINGS: dict[str, str | Cell] = {
    "period": "period",
    "turnover": money("turnover"),
    "grand total": money("grand_total"),
    "closed": "at",
    "seal": lambda line: line["seal"][:16],
}


def totals(first: From = None, last: To = None, business: Business = None, as_json: Json = False) -> None:
    """Sum up a period: sales and VAT by rate, money by day and method, VAT of money received by day and rate."""
    with office(business) as seen:
        found = list(_books(seen).totals(_period(seen, first, last)))
    _show(found, TOTALS, as_json=as_json)


def rows(
    first: From = None,
    last: To = None,
    figure: Annotated[
        str | None, typer.Option("--figure", help="Only sales, money, vat_of_money or written_off.")
    ] = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List the rows behind the figures of a period, each with its id and its document."""
    with office(business) as seen:
        found = list(_books(seen).rows_behind(_period(seen, first, last), _figure(figure)))
    _show(found, ROWS, as_json=as_json)


def close(
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="A year, a month or a day: 2027, 2027-03, 2027-03-05.")
    ],
    yes: Yes = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Close a period for good: its figures and the grand total are sealed and chained into the journal."""
    span, who, now = span_named(period), actor(by), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)
        tried = locked(engine, tenant, lambda c: close_books(c, tenant, span, now, actor=who), only_try=True)
        with office(tenant) as seen:
            turnover = amount(_turnover(tried), seen.business.currency)
        if not confirm(f"Close {span.name} of {tenant} with a turnover of {turnover}? It can't be undone.", yes=yes):
            raise typer.Exit(1)
        closed = locked(engine, tenant, lambda c: close_books(c, tenant, span, now, actor=who), only_try=False)
    line = _closing(seen, closed)
    if as_json:
        show_json(line)
    else:
        show_lines([line], CLOSINGS)


def closings(business: Business = None, as_json: Json = False) -> None:
    """List the periods that are closed, with their turnover and the grand total by then."""
    with office(business) as seen:
        order = [columns(Closing).period_to, columns(Closing).period_from]
        found = [_closing(seen, one) for one in seen.rows(Closing, order=order)]
    if not found and not as_json:
        typer.echo("No period is closed yet: `relance books close 2027-01` closes one.")
        return
    _show(found, CLOSINGS, as_json=as_json)


def export(
    first: From = None,
    last: To = None,
    format_: Annotated[str, typer.Option("--format", help="journal (JSON Lines with seals) or fec.")] = "journal",
    currency: Annotated[
        str | None, typer.Option("--currency", help="fec: of this currency; else the business's.")
    ] = None,
    out: Out = None,
    business: Business = None,
) -> None:
    """Hand the books over: the journal, which `relance books verify --file` checks, or an accountant's file (FEC)."""
    if format_ not in FORMATS:
        raise BadInputError(f"There is no format {format_!r}. Write --format journal or --format fec.")
    with office(business) as seen, _opened(out) as target:
        if format_ == "journal":
            period = _period(seen, first, last)
            for line in exported(raw(seen.connection), seen.id, seen.business.timezone, period.first, period.last):
                target.write(line + b"\n")
        else:
            _write_fec(seen, _period(seen, first, last), currency, target)


def _write_fec(seen: Office, period: Period, wanted: str | None, target: BinaryIO) -> None:
    connection = raw(seen.connection)
    known, currency = currencies(connection, seen.id), (wanted or seen.business.currency).upper()
    if wanted and currency not in known:
        there = ", ".join(known) or "none at all"
        raise BadInputError(f"{seen.id} has no documents and no money in {currency}. There is {there}.")
    others = [one for one in known if one != currency]
    found = entries(connection, seen.business, currency, period)
    target.writelines("\t".join(line).encode() + b"\r\n" for line in fec_lines(found))
    if others:
        listed = ", ".join(others)
        typer.echo(f"This file holds {currency} only. Write others with --currency: {listed}.", err=True)


def _books(seen: Office) -> Books:
    return Books(raw(seen.connection), seen.id, seen.business.timezone)


def _period(seen: Office, first: str | None, last: str | None) -> Period:
    start = _date(first) if first else seen.today.replace(month=1, day=1)
    end = _date(last) if last else seen.today
    if end < start:
        raise BadInputError(f"The period ends on {end}, before it begins on {start}.")
    return Period(start, end)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"{text!r} is no date. Write it as 2027-03-05.") from None


def _figure(name: str | None) -> str | None:
    known = ("sales", "money", "vat_of_money", "written_off")
    if name is not None and name not in known:
        raise BadInputError(f"There is no figure {name!r}. Known are {', '.join(known)}.")
    return name


def _show(lines: list[Line], shown: dict[str, str | Cell], *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            show_json(line)
    elif lines:
        show_lines(lines, shown)
    else:
        typer.echo("Nothing happened in this period.")


def _turnover(closing: Closing) -> int:
    assert isinstance(closing.totals, dict)
    return int(closing.totals["turnover"])


def _closing(seen: Office, closing: Closing) -> Line:
    assert isinstance(closing.totals, dict)
    return {
        "period": closing.totals["name"],
        "from": closing.period_from,
        "to": closing.period_to,
        "turnover": _turnover(closing),
        "grand_total": closing.grand_total,
        "currency": seen.business.currency,
        "at": seen.local(closing.at),
        "seal": closing.hash,
        "figures": closing.totals["lines"],
    }


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with path.open("wb") as target:
            yield target
    except OSError as error:
        raise BadInputError(f"{path} can't be written: {error.strerror}.") from error
