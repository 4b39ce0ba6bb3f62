"""`relance pages`: the addresses of the pages on which clients pay and answer."""

from html import escape
from typing import Annotated

import typer
from psycopg import Connection

from deploy.local.cards import SettledProviders
from deploy.local.pages import pages_of
from models.languages import language_of, words
from tasks.desk.acting import Desk
from tasks.desk.pages import page_address, revoke_page, standing_page
from tasks.gateways.clock import SystemClock
from tasks.settings import load
from worker.cli.acting import DryRun, Reason, Sure, do
from worker.cli.desk import Business, By, Json, actor, business_id, database, office
from worker.cli.output import show_json
from worker.cli.trying import locked

app = typer.Typer(no_args_is_help=True, help="Tell the addresses of pages; revoke those given out.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="An invoice's number or id, a payment link's or quote's id.")]

PAY = words("Payer en ligne", "Pay online")


@app.command()
def address(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Tell the address of a page as a message would bring it now."""
    url = _address(name, business)
    if as_json:
        show_json({"page": name, "url": url})
    else:
        typer.echo(url)


@app.command()
def direct(
    html: Annotated[
        bool, typer.Option("--html", help="As a link to put into a website or the signature of mails.")
    ] = False,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Tell the address of the standing page, on which anybody pays any amount for any purpose. It stays the same."""
    settings = load()
    with office(business) as seen:
        url = standing_page(seen.business, SettledProviders(settings), pages_of(settings))
        link = f'<a href="{escape(url)}">{PAY[language_of(seen.business.locale)]}</a>'
    if as_json:
        show_json({"business": seen.id, "url": url, "html": link})
    else:
        typer.echo(link if html else url)


@app.command()
def revoke(
    name: Name,
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let all addresses of one page that were given out open nothing any more. It can't be undone.

    What is asked for stays as it is: messages bring a new address from now on, and `relance pages address` tells it.
    """
    do(
        lambda at: revoke_page(at, name, reason),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Revoke all addresses of the page of {name}? What clients have in their mail opens nothing then.",
        yes=yes,
    )
    if not dry_run and not as_json:
        typer.echo(f"The new one: {_address(name, business)}")


def _address(name: str, business: str | None) -> str:
    pages, now = pages_of(load()), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)

        def look(connection: Connection[object]) -> str:
            return page_address(Desk(connection, tenant, now, actor(None)), name, pages)

        return locked(engine, tenant, look, only_try=True)
