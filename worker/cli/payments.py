"""`relance payments`: money received, and where it went."""

import typer

from tasks.reading.clients import payments
from worker.cli.desk import Business, Contact, Json, Limit, listed, read
from worker.cli.output import Cell, money

app = typer.Typer(no_args_is_help=True, help="Look at payments.")

COLUMNS: dict[str, str | Cell] = {
    "payment": "id",
    "received": "at",
    "contact": "contact",
    "amount": money("amount"),
    "method": "method",
    "status": "status",
    "documents": "documents",
    "for": "for",
    "credit left": lambda line: money("credit")(line) if line["credit"] else "",
}


@app.callback()
def area() -> None:
    """Look at payments."""


@app.command("list")
def list_(contact: Contact = None, limit: Limit = None, business: Business = None, as_json: Json = False) -> None:
    """List payments in the order in which they were received."""
    listed(
        lambda most: read(business, lambda office: payments(office, contact=contact, limit=most)),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such payments.",
    )
