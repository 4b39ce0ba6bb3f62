"""`relance payments list`: money received, and where it went."""

from typing import Annotated

import typer

from tasks.reading.clients import payments
from worker.cli.desk import Business, Contact, Invoiced, Json, Limit, listed, read
from worker.cli.output import Cell, money

COLUMNS: dict[str, str | Cell] = {
    "payment": "id",
    "received": "at",
    "contact": "contact",
    "amount": money("amount"),
    "method": "method",
    "standing": "standing",
    "documents": "documents",
    "for": "for",
    "credit left": lambda line: money("credit")(line) if line["credit"] else "",
    "by": "actor",
    "note": "note",
    "answers": "answers",
}


def list_(
    contact: Contact = None,
    unallocated: Annotated[
        bool, typer.Option("--unallocated", help="Only money of which something is left to use.")
    ] = False,
    invoiced: Invoiced = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List payments in the order in which they were received."""
    listed(
        lambda most: read(
            business,
            lambda office: payments(office, contact=contact, unallocated=unallocated, invoiced=invoiced, limit=most),
        ),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such payments.",
    )
