"""`relance payments mark-paid | record | allocate`: money that people have taken."""

from typing import Annotated

import typer

from models.errors import BadInputError
from models.event_shapes import Method
from models.marking import Taken
from tasks.desk import payments as desk
from tasks.desk.acting import Desk, Done
from tasks.desk.documents import document_named
from worker.cli.acting import DryRun, Note, Sure, do, moment
from worker.cli.amounts import minor
from worker.cli.desk import Business, By, Json

How = Annotated[Method, typer.Option("--method", help="By which means.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="When it was received; without it now.")]


def mark_paid(
    number: Annotated[str | None, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")] = None,
    booking: Annotated[
        str | None, typer.Option("--booking", metavar="ID", help="What this booking owes instead, billed or not.")
    ] = None,
    method: How = Method.CASH,
    on: On = None,
    note: Note = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Book what is open of a document or a booking as paid in person. It can't be undone: there is only `refund`."""
    if (number is None) is (booking is None):
        raise BadInputError("Say what was paid: a document's number, or --booking ID.")

    def work(at: Desk) -> Done:
        taken = _taken(at, method, on, note)
        return desk.mark_booking_as_paid(at, booking, taken) if booking else desk.mark_as_paid(at, number or "", taken)

    question = f"Mark {number or booking} as paid? It can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, yes=yes)


def _taken(at: Desk, method: Method, on: str | None, note: str | None) -> Taken:
    received_at = moment(at, on)
    if received_at is not None and received_at > at.now:
        raise BadInputError("Money that has not come yet can't be booked: --on is in the future.")
    return Taken(str(method), received_at, at.actor, note)


def record(
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="As 45.00.")],
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="The documents it is for, the first ones first.")
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="ID", help="Who has paid; alone: its debts, oldest first, the rest credit."),
    ] = None,
    charges: Annotated[
        list[str] | None, typer.Option("--charge", metavar="ID", help="A charge it is for; may be repeated.")
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option("--currency", metavar="CODE", help="Else of what it is for, or the business's."),
    ] = None,
    method: How = Method.CASH,
    on: On = None,
    note: Note = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Your own name of the payment: it is booked once.")
    ] = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Book money that came for documents, for charges, or for a client; the rest is credit. It can't be undone."""
    target = desk.For(tuple(numbers or ()), tuple(charges or ()), contact)

    def work(at: Desk) -> Done:
        code = (currency or _currency_of(at, target)).upper()
        paid = desk.Sum(minor(amount, code), code)
        return desk.record_payment(at, paid, _taken(at, method, on, note), target, id_)

    question = f"Book {amount} as received? It can't be undone: there is only `refund`."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, yes=yes)


def _currency_of(at: Desk, target: desk.For) -> str:
    """Return the currency of the first thing that money is for, else the business's."""
    if target.numbers:
        return document_named(at, target.numbers[0]).currency
    row = at.connection.execute(
        "SELECT currency FROM charges WHERE business_id = %s AND id = %s",
        (at.business_id, next(iter(target.charges), None)),
    ).fetchone()
    row = row or at.connection.execute("SELECT currency FROM businesses WHERE id = %s", (at.business_id,)).fetchone()
    assert row is not None
    return str(row[0])


def allocate(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="The payment's id.")],
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER", help="The documents, the first ones first.")],
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Use what is left of a payment for open documents. It can't be undone."""
    do(
        lambda at: desk.allocate_credit(at, payment, numbers),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Use {payment} for {', '.join(numbers)}? It can't be undone.",
        yes=yes,
    )
