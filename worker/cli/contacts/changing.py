"""`relance contacts change`: who a client is, and where it is reached."""

from typing import Annotated

import typer

from models.errors import BadInputError
from tasks.desk.changing import Changes, change_client
from worker.cli.acting import DryRun, do
from worker.cli.contacts.looking import Id
from worker.cli.desk import Business, By, Json


def change(
    id_: Id,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What the client is called.")] = None,
    email: Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Where mails go.")] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", metavar="NUMBER", help="A mobile number also takes SMS.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="TEXT", help="As on an envelope: 1 rue du Lac, 75011 Paris.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="In which the client is written to: fr, en_GB.")
    ] = None,
    payer: Annotated[
        str | None, typer.Option("--payer", metavar="ID", help="The contact who gets the documents from now on.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Put a tag on; also twice.")] = None,
    untag: Annotated[
        list[str] | None, typer.Option("--untag", metavar="TAG", help="Take a tag off; also twice.")
    ] = None,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Change what is known of a client; an empty text clears it. What is issued keeps what it says.

    What upstream told earlier, but comes late, does not undo it; what it tells later does.
    """
    changes = Changes(name, email, phone, address, language, payer, tuple(tag or ()), tuple(untag or ()))
    if changes == Changes():
        raise BadInputError("There is nothing to change. Say what: --name, --email, --phone, --address, --tag …")
    do(lambda desk: change_client(desk, id_, changes), business=business, by=by, as_json=as_json, dry_run=dry_run)
