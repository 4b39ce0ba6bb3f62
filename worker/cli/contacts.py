"""`relance contacts`: the clients of a business."""

from typing import Annotated

import typer

from tasks.reading.clients import contact, contacts
from worker.cli.desk import Business, Json, Limit, listed, read
from worker.cli.output import Cell, amount, show_facts, show_json

app = typer.Typer(no_args_is_help=True, help="Look at contacts.")

COLUMNS: dict[str, str | Cell] = {
    "contact": "id",
    "name": "name",
    "e-mail": "email",
    "phone": "phone",
    "locale": "locale",
    "kind": "kind",
    "tags": "tags",
}


@app.command("list")
def list_(limit: Limit = None, business: Business = None, as_json: Json = False) -> None:
    """List contacts by their id."""
    listed(
        lambda most: read(business, lambda office: contacts(office, limit=most)),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        latest=False,
        nothing="There are no contacts yet.",
    )


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The contact's id.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one contact, with what it owes and what it has paid ahead."""
    (found,) = read(business, lambda office: [contact(office, id_)])
    if as_json:
        show_json(found)
        return
    sums = {key: [amount(total, currency) for currency, total in found[key].items()] for key in ("owes", "credit")}
    company = {key: value for key, value in found["company"].items() if value}
    show_facts(found | {"company": company} | sums, found)
