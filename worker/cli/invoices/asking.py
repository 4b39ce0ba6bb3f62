"""`relance invoices remind | formal-notice`: asking for money by a person's act."""

from typing import Annotated

import typer

from models.errors import BadInputError
from models.noticing import DAYS
from models.standing import Standing
from tasks.desk import asking as desk
from tasks.desk.acting import Desk, Done
from worker.cli.acting import DryRun, Sure, do
from worker.cli.desk import Business, By, Json

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="NUMBER", help="Documents of one payer, by their numbers or ids.")
]


def remind(
    numbers: Numbers = None,
    contact: Annotated[
        str | None, typer.Option("--contact", metavar="ID", help="All overdue invoices of this client instead.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Of a client: those that are overdue (the default).")
    ] = False,
    pending: Annotated[bool, typer.Option("--pending", help="Of a client: those that are not due yet.")] = False,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Remind a payer of documents, in one message with one way to pay; at most once in three days."""
    if bool(numbers) is (contact is not None):
        raise BadInputError("Name documents, or a client with --contact ID.")
    wanted = [Standing.OVERDUE] if overdue or not pending else []
    wanted += [Standing.PENDING, Standing.PARTIALLY_PAID] if pending else []

    def work(at: Desk) -> Done:
        return desk.remind_contact(at, contact, wanted) if contact else desk.remind_of(at, numbers or [])

    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run)


def formal_notice(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER", help="Overdue documents of one payer.")],
    days: Annotated[int, typer.Option("--days", min=1, metavar="N", help="So many days are left to pay.")] = DAYS,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Send a formal notice, a document of its own, over overdue documents of one payer. It can't be undone."""
    do(
        lambda at: desk.notice_of(at, numbers, days),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question="Send this formal notice? It can't be undone.",
        yes=yes,
    )
