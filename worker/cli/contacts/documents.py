"""`relance contacts file`: documents that a client shared. Their bytes go to a file, never to a terminal."""

from pathlib import Path
from typing import Annotated

import typer

from models.errors import BadInputError, NotFoundError
from tasks.desk.records import MIB, FileLimits, add_file, remove_file
from tasks.reading.records import file_of, files_of
from tasks.settings import load
from worker.cli.acting import Sure, do
from worker.cli.contacts.looking import FILES, Id
from worker.cli.desk import Business, By, Json, listed, office, read

app = typer.Typer(no_args_is_help=True, help="Keep the documents that a client shared.")
FileId = Annotated[str, typer.Argument(metavar="FILE", help="The file's id.")]


@app.command()
def add(
    id_: Id,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to keep.")],
    name: Annotated[
        str | None, typer.Option("--name", help="What it is called; without it the file's own name.")
    ] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Keep a file of a client: PDF, images, text, office documents; what it is, its bytes tell."""
    settings = load()
    limits = FileLimits(settings.file_mib * MIB, frozenset(settings.file_kinds))
    content = _content(path, limits.most_bytes)
    do(lambda desk: add_file(desk, id_, name or path.name, content, limits), business=business, by=by, as_json=as_json)


def _content(path: Path, most: int) -> bytes:
    """Return a file's bytes, one more than is taken at most."""
    try:
        with path.open("rb") as source:
            return source.read(most + 1)
    except OSError as error:
        raise BadInputError(f"{path} can't be read: {error.strerror}.") from error


@app.command("list")
def list_(id_: Id, business: Business = None, as_json: Json = False) -> None:
    """List the files of a client."""
    found = read(business, lambda office: files_of(office, id_))
    listed(lambda _: found, FILES, as_json=as_json, nothing="There are no files of this client.")


@app.command()
def get(
    id_: Id,
    file_id: FileId,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Where to write it; nothing is overwritten.")],
    business: Business = None,
) -> None:
    """Write a file of a client to a path."""
    with office(business) as seen:
        found = file_of(seen, id_, file_id)
    if found is None:
        raise NotFoundError(f"{id_} has no file {file_id!r}. `relance contacts file list {id_}` lists them.")
    try:
        with out.open("xb") as target:
            target.write(found.content)
    except OSError as error:
        raise BadInputError(f"{out} can't be written: {error.strerror}. Name a file that is not there yet.") from error
    typer.echo(f"{out}: {found.size} bytes, {found.media_type}.")


@app.command()
def remove(
    id_: Id, file_id: FileId, yes: Sure = False, by: By = None, business: Business = None, as_json: Json = False
) -> None:
    """Remove a file for good."""
    do(
        lambda desk: remove_file(desk, id_, file_id),
        business=business,
        by=by,
        as_json=as_json,
        question=f"Remove file {file_id} of {id_}? It can't be undone.",
        yes=yes,
    )
