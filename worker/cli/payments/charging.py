"""`relance payments charge-card | attempts`: saved cards, and what became of money by card."""

from typing import Annotated

import typer

from deploy.local.cards import SettledProviders
from models.card import CardState
from models.errors import BadInputError
from tasks.desk import cards as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.cards import attempts as read_attempts
from tasks.settings import load
from worker.cli.acting import DryRun, Sure, do
from worker.cli.desk import Business, By, Contact, Json, Limit, listed, read
from worker.cli.output import Cell, money

COLUMNS: dict[str, str | Cell] = {
    "attempt": "id",
    "made": "at",
    "what": "kind",
    "contact": "contact",
    "amount": money("amount"),
    "state": "state",
    "next": "next",
    "document": "document",
    "reason": "reason",
}


def charge_card(
    number: Annotated[str | None, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")] = None,
    booking: Annotated[
        str | None, typer.Option("--booking", metavar="ID", help="What this booking owes instead, billed or not.")
    ] = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Charge the client's saved card for what is open of a document or a booking. Money goes back by `refund` only."""
    if (number is None) is (booking is None):
        raise BadInputError("Say for what: a document's number, or --booking ID.")
    providers = SettledProviders(load())

    def work(at: Desk) -> Done:
        if booking is not None:
            return desk.charge_card_for_booking(at, booking, providers)
        return desk.charge_card(at, number or "", providers)

    do(
        work,
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Charge the saved card for {number or booking}? It can't be undone.",
        yes=yes,
    )


def attempts(
    contact: Contact = None,
    state: Annotated[CardState | None, typer.Option("--state", help="Only those of this state.")] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List attempts at taking or giving back money by card, with what became of them."""
    listed(
        lambda most: read(business, lambda office: read_attempts(office, contact=contact, state=state, limit=most)),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such attempts.",
    )
