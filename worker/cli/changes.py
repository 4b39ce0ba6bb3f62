"""`relance changes`: who changed what and when."""

from datetime import datetime
from typing import Annotated, Any

import typer

from tasks.reading.changes import changes as changes_of
from worker.cli.desk import Business, Json, Limit, listed, read
from worker.cli.output import Cell

COLUMNS: dict[str, str | Cell] = {
    "at": "at",
    "by": "actor",
    "what": lambda line: f"{line['kind']} {line['subject']}",
    "did": "act",
    "how": "detail",
}


def changes(
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only of this kind: automation, business.")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="ID", help="Only of this thing.")] = None,
    act: Annotated[str | None, typer.Option("--act", metavar="ACT", help="Only this act, as in published.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only what this one did.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day on.")
    ] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List who changed what and when; what relance did by itself is by relance."""

    def lines(most: int | None) -> list[dict[str, Any]]:
        day = since.date() if since else None
        return read(
            business,
            lambda office: changes_of(office, kind=kind, subject=subject, act=act, actor=by, since=day, limit=most),
        )

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such changes.")
