"""`relance links`: payment links, for an amount of their own or for what a client owes."""

from typing import Annotated

import typer

from deploy.local.pages import pages_of
from models.errors import BadInputError
from models.linking import LinkStanding
from models.money import Money
from models.pages import Pages
from tasks.desk import links as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.links import link, links
from tasks.reading.office import Line
from tasks.settings import load
from worker.cli.acting import DryRun, Reason, Sure, do
from worker.cli.amounts import minor
from worker.cli.desk import Business, By, Contact, Json, Limit, listed, office, read
from worker.cli.output import Cell, money, show_facts, show_json, show_lines

app = typer.Typer(no_args_is_help=True, help="Make, look at and take back payment links.")


def _if_any(key: str) -> Cell:
    """Return a column of an amount that is mostly nothing, and then stands empty."""
    return lambda line: money(key)(line) if line[key] else ""


COLUMNS: dict[str, str | Cell] = {
    "link": "id",
    "contact": "contact",
    "standing": "standing",
    "for": lambda line: line["purpose"] or f"{(n := len(line['charges']))} charge{'s' if n > 1 else ''}",
    "asked": money("amount"),
    "paid": _if_any("paid"),
    "cancelled": _if_any("cancelled"),
    "to pay": money("amount_due"),
    "sent": "sent_at",
    "expires": "expires_at",
    "page": "url",
}
SUMS = ("amount", "paid", "cancelled", "amount_due")
FACTS = (
    "id",
    "contact",
    "standing",
    *SUMS,
    "purpose",
    "at",
    "sent_at",
    "expires_at",
    "invoice",
    "superseded_by",
    "url",
)
NOTE: dict[str, str | Cell] = {
    "what": "description",
    "when": "on",
    "net": money("net"),
    "VAT": money("tax"),
    "total": money("gross"),
    "paid": money("paid"),
}


def _pages() -> Pages:
    return pages_of(load())


@app.command("list")
def list_(
    contact: Contact = None,
    status: Annotated[LinkStanding | None, typer.Option("--status", help="Only those that stand so now.")] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List payment links in the order in which they were made, and what they ask for by now."""
    pages = _pages()

    def lines(most: int | None) -> list[Line]:
        return read(business, lambda seen: links(seen, pages, contact=contact, standing=status, limit=most))

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such payment links.")


@app.command()
def show(
    link_id: Annotated[str, typer.Argument(metavar="LINK", help="The link's id.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one payment link with its detailed note."""
    with office(business) as seen:
        found = link(seen, _pages(), link_id)
    if as_json:
        show_json(found)
        return
    show_facts(found | {key: money(key)(found) for key in SUMS}, FACTS)
    show_lines(found["note"], NOTE, title="\nDetailed note")


@app.command()
def create(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Who is to pay.")],
    amount: Annotated[
        str | None, typer.Argument(metavar="AMOUNT", help="As 45.00, with VAT; without it, all that the client owes.")
    ] = None,
    purpose: Annotated[str | None, typer.Option("--for", metavar="TEXT", help="What the amount is for.")] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Without it the business's.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it to the client.")] = False,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Make a payment link: for an amount and a purpose that no invoice asks for, or for all that a client owes."""
    if (amount is None) is not (purpose is None):
        raise BadInputError("An amount needs its purpose, and a purpose its amount: 45.00 --for Basket.")

    def work(at: Desk) -> Done:
        asked = None
        if amount is not None:
            code = (currency or _own_currency(at)).upper()
            asked = Money(minor(amount, code), code)
        return desk.create_link(at, contact, asked, purpose, send=send)

    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run)
    if not dry_run and not as_json:
        made = read(business, lambda seen: links(seen, _pages(), contact=contact, limit=1))
        typer.echo("\n".join(line["url"] or "There are no pages here: set RELANCE_WEB_URL." for line in made))


def _own_currency(at: Desk) -> str:
    row = at.connection.execute("SELECT currency FROM businesses WHERE id = %s", (at.business_id,)).fetchone()
    assert row is not None
    return str(row[0])


@app.command()
def revoke(
    link_id: Annotated[str, typer.Argument(metavar="LINK", help="The link's id.")],
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Take a payment link back: its page opens nothing any more. It can't be undone; make a new one instead."""
    question = f"Take {link_id} back? It can't be undone."
    do(
        lambda at: desk.revoke_link(at, link_id, reason),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=question,
        yes=yes,
    )
