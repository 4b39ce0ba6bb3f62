"""Writing automations to files: exactly what was saved, so that applying them again changes nothing."""

from pathlib import Path
from typing import Annotated

import typer

from models.errors import BadInputError
from tasks.reading.texts import texts
from worker.cli.desk import Business, Json, read
from worker.cli.files import read_file, write_file
from worker.cli.output import Line, show_json


def export(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="The automations' ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All automations of the business.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Write a file NAME.yaml for each, into this folder.")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="Not the latest text: this one.")
    ] = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Print or write the text of automations as it was saved: the draft where there is one, else what is published."""
    if everything == bool(names):
        raise BadInputError("Name automations, or say --all.")
    found = read(business, lambda office: texts(office, None if everything else names, version))
    if folder is not None:
        for line in found:
            _write(folder, line, as_json=as_json)
    elif as_json:
        for line in found:
            show_json(line)
    elif len(found) == 1:
        typer.echo(found[0]["text"], nl=False)
    else:
        raise BadInputError(f"These are {len(found)} texts: say --to FOLDER, or --json.")


def _write(folder: Path, line: Line, *, as_json: bool) -> None:
    file = folder / f"{line['automation']}.yaml"
    same = file.exists() and read_file(file) == line["text"]
    if not same:
        write_file(file, line["text"])
    done = "unchanged" if same else "written"
    if as_json:
        show_json({"automation": line["automation"], "file": str(file), "done": done})
    else:
        typer.echo(f"{file}: {done}.")
