"""What changes in an automation, shown to a person: part by part, then line by line."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from models.db import raw
from models.errors import BadInputError
from tasks.comparing import Comparison, compare_kept
from tasks.publishing import Waiting
from worker.cli.automations.desk import Name
from worker.cli.desk import Business, Json, office
from worker.cli.output import harmless, show_json

STYLES = {"+": "green", "-": "red", "@": "cyan"}
MARKS = {"added": "+", "removed": "-"}
FATES = {
    Waiting.FINISH: "finish as they began",
    Waiting.MOVE: "move to the new version",
    Waiting.CANCEL: "are cancelled",
}


def diff(
    name: Name,
    versions: Annotated[
        list[int] | None, typer.Argument(metavar="[V1] [V2]", help="Versions; else the latest text and the one before.")
    ] = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two versions, or between a version and the draft."""
    if len(versions or []) > 2:
        raise BadInputError("Name two versions at most.")
    with office(business) as seen:
        found = compare_kept(raw(seen.connection), seen.id, name, versions or [])
    if as_json:
        show_json({"automation": name, "from": found.old_label, "to": found.new_label} | found.plain())
    elif found.news:
        show_comparison(found)
    else:
        typer.echo(f"{name}: {found.old_label} and {found.new_label} say the same.")


def show_comparison(found: Comparison, waiting: Waiting | None = None, *, err: bool = False) -> None:
    """Print what changes, and what becomes of waiting runs; with colours on a terminal."""
    console = Console(stderr=err, soft_wrap=True, highlight=False)
    console.print(Text(f"{found.automation}: {found.old_label} → {found.new_label}", style="bold"))
    for edit in found.edits:
        mark = MARKS.get(edit.verb, "~")
        console.print(Text(f"  {mark} {harmless(str(edit))}", style=STYLES.get(mark, "yellow")))
    if found.waiting and waiting is not None:
        console.print(Text(f"  waiting runs: {found.waiting}, which {FATES[waiting]}"))
    for line in found.diff if found.old is not None else ():
        console.print(Text(harmless(line), style=STYLES.get(line[:1], "")))
