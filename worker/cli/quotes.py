"""`relance quotes`: what a client may agree to pay; accepted, a quote becomes an order, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import typer

from deploy.local.pages import pages_of
from models.errors import BadInputError
from models.periods import local_date, zone
from models.quote import QuoteLine
from models.tax import parse_rate
from tasks.desk import quotes as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.office import Line
from tasks.reading.quotes import quote, quotes
from tasks.settings import load
from worker.cli.acting import DryRun, Sure, do
from worker.cli.amounts import minor
from worker.cli.desk import Business, By, Contact, Json, Limit, listed, office, read
from worker.cli.output import Cell, amount, money, show_facts, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Draft quotes, send them, note the answer.")

STATES = ("draft", "sent", "accepted", "declined", "over")
COLUMNS: dict[str, str | Cell] = {
    "quote": "id",
    "contact": "contact",
    "state": "state",
    "title": "title",
    "total": money("total"),
    "valid until": "valid_until",
    "sent": "sent_at",
    "page": "url",
}
FACTS = ("id", "contact", "state", "title", "at", "sent_at", "valid_until", "answered_at", "order", "url")
Id = Annotated[str, typer.Argument(metavar="QUOTE", help="The quote's id.")]


@app.command("list")
def list_(
    contact: Contact = None,
    status: Annotated[str | None, typer.Option("--status", help=f"One of {', '.join(STATES)}.")] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List quotes in the order in which they were drafted."""
    if status not in {None, *STATES}:
        raise BadInputError(f"--status takes one of {', '.join(STATES)}.")

    def lines(most: int | None) -> list[Line]:
        pages = pages_of(load())
        return read(business, lambda seen: quotes(seen, pages, contact=contact, state=status, limit=most))

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such quotes.")


@app.command()
def show(quote_id: Id, business: Business = None, as_json: Json = False) -> None:
    """Show one quote with its lines."""
    with office(business) as seen:
        found = quote(seen, pages_of(load()), quote_id)
    if as_json:
        show_json(found)
        return
    show_facts(found, FACTS)
    rows = [
        (line["description"], line["quantity"], amount(line["price"], found["currency"])) for line in found["lines"]
    ]
    show_table(("what", "quantity", "price"), rows, title="\nLines")


@app.command()
def create(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="For whom.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is about.")],
    lines: Annotated[
        list[str],
        typer.Option("--line", metavar="TEXT", help="A line: DESCRIPTION=PRICE, with VAT, or DESCRIPTION=PRICEx3."),
    ],
    days: Annotated[int, typer.Option("--valid", metavar="DAYS", min=1, max=365, help="For how many days.")] = 30,
    tax_rate: Annotated[
        str | None, typer.Option("--tax-rate", metavar="RATE", help="In per cents; without it the business's.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it to the client at once.")] = False,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Draft a quote; the client hears of it when it is sent."""

    def work(at: Desk) -> Done:
        row = at.connection.execute(
            "SELECT currency, timezone FROM businesses WHERE id = %s", (at.business_id,)
        ).fetchone()
        assert row is not None
        until = local_date(at.now, zone(row[1])) + timedelta(days=days)
        read_lines = [_line(text, row[0], tax_rate) for text in lines]
        drafted = desk.draft_quote(at, contact, title, read_lines, row[0], until)
        return desk.send_quote(at, drafted.note.subject) if send else drafted

    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run)


def _line(text: str, currency: str, rate: str | None) -> QuoteLine:
    """Read `Coupe=45.00` or `Coupe=45.00x3`."""
    description, found, priced = text.rpartition("=")
    price, _, quantity = priced.partition("x")
    if not found or not description.strip() or (quantity and not quantity.isdecimal()) or quantity == "0":
        raise BadInputError(f"{text!r} is no line. Write it as Haircut=45.00, or Haircut=45.00x3 for three.")
    return QuoteLine(
        description.strip(), minor(price, currency), int(quantity or 1), parse_rate(rate) if rate else None
    )


@app.command()
def send(
    quote_id: Id, dry_run: DryRun = False, by: By = None, business: Business = None, as_json: Json = False
) -> None:
    """Send a quote to its client, or send it again."""
    do(lambda at: desk.send_quote(at, quote_id), business=business, by=by, as_json=as_json, dry_run=dry_run)


@app.command()
def accept(
    quote_id: Id,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Note that the client agrees; the quote becomes an order. It can't be undone: cancel the order instead."""
    question = f"Accept {quote_id} for the client? It becomes an order."
    _answer(desk.accept_quote, quote_id, question, yes=yes, dry_run=dry_run, by=by, business=business, as_json=as_json)


@app.command()
def decline(
    quote_id: Id,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Note that the client does not want it. It can't be undone: draft a new one instead."""
    question = f"Decline {quote_id} for the client?"
    _answer(desk.decline_quote, quote_id, question, yes=yes, dry_run=dry_run, by=by, business=business, as_json=as_json)


def _answer(
    act: Callable[[Desk, str], Done], id_: str, question: str, *, yes: bool, dry_run: bool, by: str | None, **more: Any
) -> None:
    do(lambda at: act(at, id_), question=question, yes=yes, dry_run=dry_run, by=by, **more)
