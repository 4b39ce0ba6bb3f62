"""`relance recurring`: what clients pay every week, month or year."""

from typing import Annotated

import typer

from deploy.local.cards import SettledProviders
from models.event_shapes import Collect, Every
from tasks.desk import recurring as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.recurring import recurring_payments
from tasks.settings import load
from worker.cli.acting import DryRun, Reason, Sure, currency_of, do, is_final
from worker.cli.amounts import minor
from worker.cli.dates import date_of
from worker.cli.desk import Business, By, Contact, Json, Limit, listed, read
from worker.cli.output import Cell, money

app = typer.Typer(no_args_is_help=True, help="Look at recurring payments; start and cancel them.")

COLUMNS: dict[str, str | Cell] = {
    "recurring payment": "id",
    "contact": "contact",
    "for": "description",
    "price": money("price"),
    "every": "every",
    "on": "anchor",
    "from": "starts_on",
    "until": "ends_on",
    "collected by": "collect",
    "next": "next",
    "ended because": "reason",
}


@app.command("list")
def list_(
    contact: Contact = None,
    running: Annotated[bool, typer.Option("--running", help="Only those that have a next date.")] = False,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List recurring payments by their start, with the date of the next charge."""
    listed(
        lambda most: read(
            business, lambda office: recurring_payments(office, contact=contact, running=running, limit=most)
        ),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such recurring payments.",
    )


@app.command()
def start(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Who pays.")],
    description: Annotated[str, typer.Argument(metavar="TEXT", help="What it is for, as the documents say it.")],
    price: Annotated[str, typer.Argument(metavar="PRICE", help="Each time, with VAT: 45.00.")],
    every: Annotated[Every, typer.Option("--every", help="How often.")] = Every.MONTH,
    anchor: Annotated[
        str | None,
        typer.Option("--on", metavar="DAY", help="mon; 1-31 or last; 02-29. Without it that of the start."),
    ] = None,
    starts_on: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Not before this day; without it from today.")
    ] = None,
    ends_on: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day.")] = None,
    collect: Annotated[
        Collect, typer.Option("--collect", help="An invoice each time, or the saved card is charged.")
    ] = Collect.INVOICE,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Without it the business's.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Your own name of it: it is started once.")
    ] = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let a client pay every week, month or year.

    What has fallen due by now is asked for at once: then it is shown and asked for first.
    """
    first, last = date_of(starts_on) if starts_on else None, date_of(ends_on) if ends_on else None
    providers = SettledProviders(load())

    def work(at: Desk) -> Done:
        code = currency_of(at, currency)
        agreed = desk.Agreement(description, minor(price, code), code, every, anchor, first, last, collect)
        return desk.start_recurring(at, contact, agreed, providers, id_)

    question = f"Start this for {contact}? What is issued, sent or charged because of it can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, ask_if=is_final, yes=yes)


@app.command()
def cancel(
    recurring: Annotated[str, typer.Argument(metavar="ID", help="The recurring payment's id.")],
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let no further date fall due; what has fallen due stays owed. It can't be undone, but started anew."""
    do(
        lambda at: desk.cancel_recurring(at, recurring, reason),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Cancel {recurring}? It can't be undone.",
        yes=yes,
    )
