"""`relance bookings cancel | attendance | reschedule`: what a person does with bookings."""

from typing import Annotated, Any

import typer

from models.booking import Attendance
from models.errors import BadInputError
from tasks.desk import bookings as desk
from tasks.desk.acting import Desk, Done
from worker.cli.acting import DryRun, Reason, Sure, do, instant_of
from worker.cli.amounts import minor
from worker.cli.bookings.history import show_history
from worker.cli.desk import Business, By, Json

Id = Annotated[str, typer.Argument(metavar="ID", help="The booking's id.")]


def cancel(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The booking's id; with --session also a session's.")],
    session: Annotated[bool, typer.Option("--session", help="Cancel the session, for everyone in it.")] = False,
    refund: Annotated[
        str, typer.Option("--refund", metavar="none|full|45.00", help="What of the money paid goes back, for each.")
    ] = "none",
    notify_cancellation: Annotated[
        bool, typer.Option("--notify-cancellation", help="Write to the client that it is cancelled.")
    ] = False,
    notify_refund: Annotated[
        bool, typer.Option("--notify-refund", help="Write to the client that money goes back.")
    ] = False,
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Cancel a booking or a session: what is unpaid ends, what was paid follows --refund. It can't be undone."""

    def work(at: Desk) -> Done:
        how = desk.Cancelling(_refund(at, id_, refund), reason, notify_cancellation, notify_refund)
        return desk.cancel_session(at, id_, how) if session else desk.cancel_booking(at, id_, how)

    question = f"Cancel {'the session of ' if session else ''}{id_}? It can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, yes=yes)


def _refund(at: Desk, id_: str, refund: str) -> str | dict[str, Any]:
    if refund in {"none", "full"}:
        return refund
    row = at.connection.execute(
        "SELECT coalesce((SELECT c.currency FROM charges c JOIN bookings k ON k.business_id = c.business_id"
        " AND k.id = c.booking_id WHERE c.business_id = b.id AND %s IN (k.id, k.session_id) LIMIT 1), b.currency)"
        " FROM businesses b WHERE b.id = %s",
        (id_, at.business_id),
    ).fetchone()
    assert row is not None
    return {"amount": minor(refund, row[0]), "currency": row[0]}


def attendance(
    id_: Id,
    came: Annotated[
        Attendance | None,
        typer.Argument(metavar="booked|checked_in|no_show", help="What to note; without it the history is shown."),
    ] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Note whether the client came, or show what was noted, when and by whom."""
    if came is None:
        show_history(id_, business, as_json=as_json)
        return
    do(lambda at: desk.note_attendance(at, id_, came), business=business, by=by, as_json=as_json)


def reschedule(
    id_: Id,
    to: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Its new start: 2027-03-26T14:00+01:00.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="INSTANT", help="Its new end; without it as long as before.")
    ] = None,
    session: Annotated[str | None, typer.Option("--session", metavar="ID", help="Another session instead.")] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Move the session for all who are booked in it.")
    ] = False,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Move a booking to another session, or its session to another time: for others in it only if that is said.

    A time that is past is asked for first: what follows the session's start or end happens at once then.
    """
    if (to is None) is (session is None):
        raise BadInputError("Say where it goes: --to an instant, or --session ID.")

    def work(at: Desk) -> Done:
        desk.booking_named(at, id_)
        starts, ends = instant_of(at, to, "--to"), instant_of(at, until, "--until")
        return desk.reschedule(at, id_, desk.Moving(session, starts, ends, everyone))

    question = f"That is past: what follows the start or the end of a session happens at once. Move {id_} all the same?"
    do(
        work,
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=question,
        ask_if=desk.is_past,
        yes=yes,
    )
