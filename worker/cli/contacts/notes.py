"""`relance contacts note | notes`: what a back office notes of a client."""

from typing import Annotated

import typer

from tasks.desk.records import add_note, remove_note
from tasks.reading.records import notes_of
from worker.cli.acting import Sure, do
from worker.cli.contacts.looking import NOTES, Id
from worker.cli.desk import Business, By, Json, listed, read

app = typer.Typer(no_args_is_help=True, help="Look at the notes about a client, or remove one.")


def note(
    id_: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Write a note about a client."""
    do(lambda desk: add_note(desk, id_, text), business=business, by=by, as_json=as_json)


@app.command("list")
def list_(id_: Id, business: Business = None, as_json: Json = False) -> None:
    """List the notes about a client."""
    found = read(business, lambda office: notes_of(office, id_))
    listed(lambda _: found, NOTES, as_json=as_json, nothing="There are no notes about this client.")


@app.command()
def remove(
    id_: Id,
    note_id: Annotated[str, typer.Argument(metavar="NOTE", help="The note's id.")],
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Remove a note for good."""
    do(
        lambda desk: remove_note(desk, id_, note_id),
        business=business,
        by=by,
        as_json=as_json,
        question=f"Remove note {note_id} of {id_}? It can't be undone.",
        yes=yes,
    )
