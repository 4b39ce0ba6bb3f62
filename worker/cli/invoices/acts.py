"""`relance invoices create | void | credit | write-off | set-due | hold | release`: acts on documents."""

from typing import Annotated

import typer

from models.contact import HoldKind
from models.errors import BadInputError
from tasks.desk import documents as desk
from tasks.desk.acting import Desk, Done
from worker.cli.acting import DryRun, Note, Reason, Sure, do
from worker.cli.amounts import minor
from worker.cli.dates import date_of
from worker.cli.desk import Business, By, Json

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")]
SomeNumber = Annotated[str | None, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")]
OfContact = Annotated[str | None, typer.Option("--contact", metavar="ID", help="All documents of this payer instead.")]
Notify = Annotated[bool, typer.Option("--notify", help="Send the credit note to the payer.")]


def create(
    booking: Annotated[str | None, typer.Option("--booking", metavar="ID", help="What this booking owes.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", metavar="ID", help="All that this client owes.")] = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send it to the payer.")] = True,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Issue the invoice of a booking, or of everything that a client owes and no document holds, and send it."""
    if (booking is None) is (contact is None):
        raise BadInputError("Say for what: --booking ID, or --contact ID.")

    def work(at: Desk) -> Done:
        if booking is not None:
            return desk.issue_for_booking(at, booking, send=send)
        return desk.issue_for_contact(at, contact or "", send=send)

    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run)


def void(
    number: Number,
    reason: Reason = None,
    notify: Notify = False,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Take a document back by a full credit note; what it asked for is owed no more. It can't be undone."""
    do(
        lambda at: desk.void_document(at, number, reason, notify=notify),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Void {number}? It can't be undone.",
        yes=yes,
    )


def credit(
    number: Number,
    amount: Annotated[str | None, typer.Option("--amount", metavar="45.00", help="This much, with tax.")] = None,
    line: Annotated[int | None, typer.Option("--line", metavar="N", min=1, help="This line, counted from 1.")] = None,
    reason: Reason = None,
    notify: Notify = False,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Credit a part of a document by a credit note; what was paid for it stays the client's credit."""
    if amount is None and line is None:
        raise BadInputError(
            "Say what is credited: --amount 45.00, or --line 1. `relance invoices void` takes all back."
        )

    def work(at: Desk) -> Done:
        currency = desk.document_named(at, number).currency
        part = desk.Part(minor(amount, currency) if amount is not None else None, currency, line)
        return desk.credit_document(at, number, part, reason, notify=notify)

    question = f"Credit that much of {number}? It can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, yes=yes)


def write_off(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the books.")],
    proof: Annotated[
        str | None, typer.Option("--proof", metavar="TEXT", help="What proves it: a judgment, a certificate.")
    ] = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Give a debt up: nobody is reminded of it any more, and it stays a debt. It can't be undone."""
    do(
        lambda at: desk.write_document_off(at, number, reason, proof),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Write {number} off? It can't be undone.",
        yes=yes,
    )


def set_due(
    number: Number,
    due_on: Annotated[str, typer.Argument(metavar="DATE", help="The new due date: 2027-03-31.")],
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Move the due date of a document, and the waits that hang on it."""
    day = date_of(due_on)
    do(lambda at: desk.move_due_date(at, number, day), business=business, by=by, as_json=as_json)


def hold(
    number: SomeNumber = None,
    contact: OfContact = None,
    kind: Annotated[HoldKind, typer.Option("--kind", help="Why nobody is to be reminded.")] = HoldKind.PAUSE,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Its last day; without it until it is released.")
    ] = None,
    note: Note = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Stop reminders of a document, or of all documents of a payer."""
    end = date_of(until) if until else None

    def work(at: Desk) -> Done:
        if _one(number, contact):
            return desk.hold_document(at, number or "", kind, end, note)
        return desk.hold_contact(at, contact or "", kind, end, note)

    do(work, business=business, by=by, as_json=as_json)


def release(
    number: SomeNumber = None,
    contact: OfContact = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let a document, or a payer, be reminded again."""

    def work(at: Desk) -> Done:
        if _one(number, contact):
            return desk.release_document(at, number or "")
        return desk.release_contact(at, contact or "")

    do(work, business=business, by=by, as_json=as_json)


def _one(number: str | None, contact: str | None) -> bool:
    """Whether one document is named; both or neither of them is an error."""
    if (number is None) is (contact is None):
        raise BadInputError("Name a document, or a payer with --contact ID.")
    return number is not None
