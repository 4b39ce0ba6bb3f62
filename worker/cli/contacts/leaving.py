"""`relance contacts export | erase`: what a person may ask for - everything about them, and to be forgotten."""

from pathlib import Path
from typing import Annotated

import typer

from tasks.desk.erasing import erase_client
from tasks.desk.exporting import export_client
from worker.cli.acting import DryRun, Sure, do
from worker.cli.contacts.looking import Id
from worker.cli.desk import Business, By, Json


def export(
    id_: Id,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A folder that is not there yet.")],
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Write everything that is held of a client to a new folder."""
    do(lambda desk: export_client(desk, id_, to), business=business, by=by, as_json=as_json)


def erase(
    id_: Id,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Forget a client: empties what no law keeps, refused while anything is open; it can't be undone."""
    do(
        lambda desk: erase_client(desk, id_),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Erase {id_}? It can't be undone.",
        yes=yes,
    )
