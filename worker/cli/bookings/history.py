"""What was noted of a client's coming, in a table or as JSON."""

import typer

from tasks.reading.days import attendance_of
from worker.cli.desk import read
from worker.cli.output import show_json, show_lines


def show_history(id_: str, business: str | None, *, as_json: bool) -> None:
    """Print what was noted of a booking, oldest first."""
    lines = read(business, lambda office: attendance_of(office, id_))
    if as_json:
        for line in lines:
            show_json(line)
    elif lines:
        show_lines(lines, {"at": "at", "attendance": "attendance", "by": "by"})
    else:
        typer.echo("Nothing was noted yet: the client has booked.")
