"""`relance events`: publish events from JSON lines, and print the schema that they keep."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END
from itertools import islice
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from deploy.local import discover
from models.event_schema import event_schema
from models.events import decode_data, decode_envelope
from models.undecodable import UndecodableError
from tasks.gateways.clock import SystemClock
from tasks.gateways.stream import RedisStream
from tasks.settings import load
from tasks.shell import Clock, Stream
from worker.cli.dead import app as dead
from worker.cli.output import show_json

BATCH = 500
LONG_FILE = 1_000_000
"""Bytes from which a file has a progress bar."""

app = typer.Typer(no_args_is_help=True, help="Publish events, and look after those that can't be understood.")
app.add_typer(dead, name="dead")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one line: it is on the stream, or it was refused with an error."""

    line: int
    raw: bytes
    error: UndecodableError | None = None

    def plain(self) -> dict[str, Any]:
        """Return the verdict as JSON shows it."""
        if self.error:
            return {"line": self.line, "status": "refused", "code": self.error.code, "reason": self.error.reason}
        event = json.loads(self.raw)
        return {"line": self.line, "status": "accepted", "id": event["id"], "type": event["type"]}


@app.command()
def publish(
    context: typer.Context,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="FILE", help="One CloudEvent a line; - is standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each line.")] = False,
) -> None:
    """Put CloudEvents, one a line, onto the stream; what can't be understood is refused, with exit code 1."""
    stream: Stream = context.obj or RedisStream(discover(load()).redis, load().events_key)  # a test brings its own
    accepted, refused = 0, list[Verdict]()
    with _watched(file, bar=not (as_json and sys.stdout.isatty())) as lines:
        for verdict in publish_lines(lines, stream, SystemClock()):
            if as_json:
                show_json(verdict.plain())
            if verdict.error:
                refused.append(verdict)
            else:
                accepted += 1
    if not as_json:
        _sum_up(accepted, refused)
    raise typer.Exit(1 if refused else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of events."""
    typer.echo(json.dumps(event_schema(), indent=2, ensure_ascii=False))


def publish_lines(lines: Iterable[bytes], stream: Stream, clock: Clock) -> Iterator[Verdict]:
    """Publish the events of lines in order, batch by batch; yield a verdict for each line that is not blank."""
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    verdicts = (_judge(number, raw, clock) for number, raw in numbered if raw)
    while batch := list(islice(verdicts, BATCH)):
        stream.append([verdict.raw for verdict in batch if not verdict.error])
        yield from batch


def _judge(number: int, raw: bytes, clock: Clock) -> Verdict:
    try:
        envelope = decode_envelope(raw, clock.now())
        decode_data(envelope.type, envelope.data)
    except UndecodableError as error:
        return Verdict(number, raw, error)
    return Verdict(number, raw)


def _sum_up(accepted: int, refused: Sequence[Verdict]) -> None:
    for verdict in refused:
        typer.echo(f"Line {verdict.line} is refused: {verdict.error}")
    typer.echo(f"{accepted} accepted, {len(refused)} refused.")


@contextmanager
def _watched(file: BinaryIO, *, bar: bool) -> Iterator[Iterable[bytes]]:
    """Give the lines of a file, with a progress bar on the terminal if it is long."""
    size = file.seek(0, SEEK_END) if file.seekable() else 0
    if size:
        file.seek(0)
    console = Console(stderr=True)
    if not bar or size < LONG_FILE or not console.is_terminal:
        yield file
        return
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        yield progress.wrap_file(file, total=size, description="Publishing")
