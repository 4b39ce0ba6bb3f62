"""`relance events dead`: events that could not be understood; correct them and put them back onto the stream."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local import discover
from models.errors import BadInputError
from models.event_rows import DeadLetter
from tasks.gateways.clock import SystemClock
from tasks.gateways.stream import RedisStream
from tasks.reading.dead_letters import dead_letter, dead_letters, letters
from tasks.replaying import Replay, replay
from tasks.settings import load
from tasks.shell import Stream
from worker.cli.desk import Business, Json, Limit, database, listed, reading
from worker.cli.output import harmless, show_facts, show_json

app = typer.Typer(no_args_is_help=True, help="Look at events that could not be understood, and replay them.")

COLUMNS = {
    "id": "id",
    "arrived (UTC)": "arrived_at",
    "business": "business",
    "type": "type",
    "event": "event_id",
    "code": "code",
    "reason": "reason",
    "replayed (UTC)": "replayed_at",
}


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also those that were replayed.")] = False,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List the events that could not be understood, with the reasons."""

    def lines(most: int | None) -> list[dict[str, Any]]:
        with reading() as connection:
            return dead_letters(connection, business=business, replayed=everything, limit=most)

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no dead letters.")


@app.command()
def show(
    id_: Annotated[int, typer.Argument(metavar="ID", help="Its number, as the list shows it.")], as_json: Json = False
) -> None:
    """Show one of them as it arrived."""
    with reading() as connection:
        found = dead_letter(connection, id_)
    if as_json:
        show_json(found)
        return
    show_facts(found, [key for key in found if not key.startswith("raw")])
    typer.echo(f"\n{harmless(found['raw'])}")


@app.command("replay")
def replay_(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID", help="Their numbers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were not replayed yet.")] = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="EVENT.json", help="The corrected event, in the place of the one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put events back onto the stream; exit code 1 if one of them still can't be understood."""
    corrected = _corrected(ids or (), file, everything=everything)
    with reading() as connection:
        chosen = [line["id"] for line in dead_letters(connection)] if everything else list(dict.fromkeys(ids or ()))
        found = letters(connection, chosen)
    replays = _replay(context.obj, found, corrected) if found else []
    for one in replays:
        if as_json:
            show_json(_plain(one))
        elif one.refused:
            typer.echo(f"{one.letter.id} is refused: {one.refused}")
    refused = sum(1 for one in replays if one.refused)
    if not as_json:
        typer.echo(f"{len(replays) - refused} replayed, {refused} refused.")
    raise typer.Exit(1 if refused else 0)


def _corrected(ids: Sequence[int], file: Path | None, *, everything: bool) -> bytes | None:
    """Return the corrected event, if there is one; refuse what contradicts itself."""
    if bool(ids) is everything:
        raise BadInputError("Say which ones: their numbers, or --all. `relance events dead list` shows them.")
    if file is None:
        return None
    if len(ids) != 1:
        raise BadInputError("--file corrects one event: name one number.")
    try:
        return file.read_bytes().strip()
    except OSError as error:
        raise BadInputError(f"{file} can't be read: {error.strerror}. Check its name.") from error


def _replay(own_stream: Stream | None, found: Sequence[DeadLetter], corrected: bytes | None) -> list[Replay]:
    stream = own_stream or RedisStream(discover(load()).redis, load().events_key)  # a test brings its own
    with database() as engine:
        return replay(engine, stream, found, SystemClock().now(), corrected=corrected)


def _plain(one: Replay) -> dict[str, Any]:
    verdict = {"status": "refused", "reason": one.refused} if one.refused else {"status": "replayed"}
    return {"id": one.letter.id} | verdict
