"""`relance billing`: how clients are billed by cycles."""

from typing import Annotated

import msgspec
import typer

from tasks.reading.billing import settings_of
from worker.cli.desk import Business, Json, read
from worker.cli.output import Cell, show_json, show_lines

app = typer.Typer(no_args_is_help=True, help="Say how a client is billed by cycles, and why.")
COLUMNS: dict[str, str | Cell] = {
    "setting": "setting",
    "value": lambda line: msgspec.json.encode(line["value"]).decode(),
    "from": "from",
}


@app.callback()
def billing() -> None:
    """Say how a client is billed by cycles, and why."""


@app.command()
def explain(
    contact: Annotated[str, typer.Option("--contact", metavar="ID", help="Which client.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show which settings hold for a client, key by key, and whose each is: client, group, business, or the default."""
    found = read(business, lambda office: settings_of(office, contact))
    if as_json:
        for line in found:
            show_json(line)
        return
    show_lines(found, COLUMNS)
