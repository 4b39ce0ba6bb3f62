"""`relance charges`: what clients owe item by item; what is owed outside any order is added and cancelled here."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from models.charge import ChargeState, FeeKind
from models.errors import BadInputError
from models.tax import parse_rate
from tasks.desk import charges as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.charges import charges
from worker.cli.acting import DryRun, Reason, Sure, currency_of, do, is_final
from worker.cli.amounts import minor
from worker.cli.dates import date_of
from worker.cli.desk import Business, By, Contact, Invoiced, Json, Limit, listed, read
from worker.cli.output import Cell, money

app = typer.Typer(no_args_is_help=True, help="Look at what is owed item by item; add and cancel charges.")

COLUMNS: dict[str, str | Cell] = {
    "charge": "id",
    "contact": "contact",
    "kind": "kind",
    "what": "description",
    "of": "service_on",
    "due": "due_on",
    "total": money("total"),
    "open": money("open"),
    "state": "state",
    "document": lambda line: line["document"] or line["draft"],
}


@app.command("list")
def list_(
    contact: Contact = None,
    state: Annotated[ChargeState | None, typer.Option("--state", help="Only those of this state.")] = None,
    invoiced: Invoiced = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List charges in the order in which they became known: of bookings, orders, recurring payments, and added ones."""
    listed(
        lambda most: read(
            business, lambda office: charges(office, contact=contact, state=state, invoiced=invoiced, limit=most)
        ),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such charges.",
    )


@app.command()
def add(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Who owes it.")],
    description: Annotated[str, typer.Argument(metavar="TEXT", help="What it is for, as the document says it.")],
    price: Annotated[str, typer.Argument(metavar="PRICE", help="For one unit, with VAT: 45.00.")],
    quantity: Annotated[str, typer.Option("--quantity", metavar="N", help="How many: 2, or 1.5.")] = "1",
    kind: Annotated[str, typer.Option("--kind", metavar="WORD", help="fee, product, or a word of your own.")] = "other",
    fee: Annotated[
        FeeKind | None,
        typer.Option("--fee", help="A cancellation fee: a price kept is taxed, an indemnity stands outside VAT."),
    ] = None,
    tax_rate: Annotated[
        str | None, typer.Option("--tax-rate", metavar="RATE", help="In per cents; without it the business's.")
    ] = None,
    net: Annotated[bool, typer.Option("--net", help="The price is without VAT.")] = False,
    discount: Annotated[str | None, typer.Option("--discount", metavar="5.00", help="Off the whole.")] = None,
    discount_reason: Annotated[str | None, typer.Option("--discount-reason", metavar="TEXT", help="Why.")] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Without it the business's.")
    ] = None,
    service_on: Annotated[
        str | None, typer.Option("--service-on", metavar="DATE", help="When it was done; without it today.")
    ] = None,
    due_on: Annotated[
        str | None, typer.Option("--due", metavar="DATE", help="When it is due; without it today.")
    ] = None,
    participant: Annotated[
        str | None, typer.Option("--participant", metavar="ID", help="For whom it was, if that is somebody else.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Your own name of the charge: it is added once.")
    ] = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let a client owe something outside any order: a fee, a product, anything agreed.

    An automation may invoice it at once: then what would be sent is shown and asked for first.
    """
    if discount is None and discount_reason is not None:
        raise BadInputError("--discount-reason says why there is a --discount: say how much that is.")
    count = _quantity(quantity)
    rate = parse_rate(tax_rate) if tax_rate is not None else None
    served, due = date_of(service_on) if service_on else None, date_of(due_on) if due_on else None

    def work(at: Desk) -> Done:
        code = currency_of(at, currency)
        owed = desk.Owed(
            description, minor(price, code), code, kind, count, rate, net,
            minor(discount, code) if discount is not None else None, discount_reason, due, served, participant, fee,
        )  # fmt: skip
        return desk.add_charge(at, contact, owed, id_)

    question = f"Add this charge for {contact}? What is issued and sent because of it can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, ask_if=is_final, yes=yes)


@app.command()
def cancel(
    charge: Annotated[str, typer.Argument(metavar="CHARGE", help="The charge's id.")],
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let a charge be owed no more: what is unpaid ends, what was paid of it is kept. It can't be undone."""
    do(
        lambda at: desk.cancel_charge(at, charge, reason),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Cancel {charge}? It can't be undone.",
        yes=yes,
    )


def _quantity(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise BadInputError(f"{text!r} is no quantity. Write it as 2 or 1.5.") from None
