"""`relance contacts consent`: what a client allows, as it was said."""

from typing import Annotated

import typer

from models.consents import About, Channel, Word
from tasks.desk.acting import Desk, Done
from tasks.desk.consents import record_consent
from worker.cli.acting import do, moment
from worker.cli.contacts.looking import Id
from worker.cli.desk import Business, By, Json


def consent(
    id_: Id,
    purpose: Annotated[About, typer.Option("--purpose", help="What the client speaks of.")],
    channel: Annotated[Channel, typer.Option("--channel", help="By what it would be written to.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="What the client said.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where it was said, as in phone.")] = "desk",
    text_version: Annotated[
        str, typer.Option("--text-version", metavar="NAME", help="Which text the client was shown.")
    ] = "spoken",
    at: Annotated[str | None, typer.Option("--at", metavar="WHEN", help="When; without it now.")] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Record a client's yes or no to marketing, or to service messages on a channel."""

    def work(desk: Desk) -> Done:
        return record_consent(
            desk, id_, Word(purpose, channel, yes, source, text_version, moment(desk, at) or desk.now)
        )

    do(work, business=business, by=by, as_json=as_json)
