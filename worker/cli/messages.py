"""`relance messages`: what was sent to whom, and what became of it."""

from typing import Annotated, Any

import typer

from models.message import MessageState
from tasks.reading.messages import message, messages
from worker.cli.desk import Business, Contact, Json, Limit, listed, read
from worker.cli.output import harmless, show_facts, show_json

app = typer.Typer(no_args_is_help=True, help="Look at messages.")

COLUMNS = {
    "message": "id",
    "queued": "at",
    "channel": "channel",
    "to": "to",
    "subject": "subject",
    "template": "template",
    "state": "state",
    "sent": "sent_at",
    "detail": "detail",
}


@app.command("list")
def list_(
    contact: Contact = None,
    state: Annotated[MessageState | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List messages in the order in which they were queued, without their texts."""

    def lines(most: int | None) -> list[dict[str, Any]]:
        return read(business, lambda office: messages(office, contact=contact, state=state, limit=most))

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such messages.")


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The message's id.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one message with its text."""
    (found,) = read(business, lambda office: [message(office, id_)])
    if as_json:
        show_json(found)
        return
    show_facts({"cause": None} | found, [key for key in found if key != "text"])
    typer.echo(f"\n{harmless(found['text'] or 'Its text is made when it is sent.')}")
