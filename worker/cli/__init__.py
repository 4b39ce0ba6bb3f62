"""The command line `relance`: one table of commands, each loaded only when it is used.

A new area is one module `worker/cli/<area>.py` and one line in `COMMANDS`.
"""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from models.errors import BadInputError, RelanceError


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of `relance`: the line that `--help` shows (60 letters), and where it is under `worker.cli`.

    The target is `module:name`; the name is a function, or a `typer.Typer` with sub-commands.
    """

    help: str
    target: str


COMMANDS = {
    "up": Entry("Start the embedded system and keep it running.", "system:up"),
    "down": Entry("Stop the embedded system.", "system:down"),
    "status": Entry("Show the processes and addresses of the embedded system.", "system:status"),
    "migrate": Entry("Bring the database's schema to the newest version.", "system:migrate"),
    "business": Entry("Look at businesses; create and change them by a file.", "business:app"),
    "events": Entry("Publish events; look after those not understood.", "events:app"),
    "automations": Entry("Look at, check, publish, pause, resume automations.", "automations:app"),
    "runs": Entry("Look at what automations do for whom; steer runs.", "runs:app"),
    "invoices": Entry("Look at invoices; issue, remind, credit, void, hold them.", "invoices:app"),
    "drafts": Entry("Look at drafts; edit, confirm, delete them.", "drafts:app"),
    "billing": Entry("Say how a client is billed by cycles, and why.", "billing:app"),
    "charges": Entry("Look at what is owed item by item; add and cancel charges.", "charges:app"),
    "recurring": Entry("Look at recurring payments; start and cancel them.", "recurring:app"),
    "payments": Entry("Look at payments; mark as paid, record, refund, reverse.", "payments:app"),
    "coupons": Entry("Look at coupons; create, revoke and apply them.", "coupons:app"),
    "quotes": Entry("Draft quotes, send them, note the answer.", "quotes:app"),
    "contacts": Entry("Look at clients; keep their records.", "contacts:app"),
    "links": Entry("Make, look at and take back payment links.", "links:app"),
    "pages": Entry("Tell or revoke the addresses of pages.", "pages:app"),
    "bookings": Entry("Look at bookings and days; cancel, move, note who came.", "bookings:app"),
    "messages": Entry("Look at what was sent to whom.", "messages:app"),
    "alerts": Entry("Look at what the owner was told.", "alerts:alerts"),
    "changes": Entry("Look at who changed what and when.", "changes:changes"),
    "pause": Entry("Stop everything, a business, a channel or all money.", "pausing:pause"),
    "resume": Entry("Let what is paused go on.", "pausing:resume"),
    "explain": Entry("Say why something happened, or why it did not.", "explain:explain"),
    "simulate": Entry("Run a scenario file in virtual time, with no outside effect.", "simulate:simulate"),
    "backtest": Entry("Replay stored events with an automation as it might be.", "backtest:backtest"),
    "doctor": Entry("Check everything around the system; say how to mend it.", "system:doctor"),
    "books": Entry("Check that the books balance.", "books:app"),
}


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and help, and loads the one that is chosen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=entry.help) for name, entry in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command as usual (with suggestions), then put the real one in the place of its name."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, _load(COMMANDS[name]) if name else None, rest


def _load(entry: Entry) -> Any:
    module, _, name = entry.target.partition(":")
    thing = getattr(import_module(f"worker.cli.{module}"), name)
    if isinstance(thing, typer.Typer):
        thing.rich_markup_mode = None
        return typer.main.get_group(thing)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command()(thing)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def relance() -> None:
    """Get appointment businesses paid: events in, invoices, reminders and follow-ups out."""


def main() -> None:
    """Run the command line; what a person can mend is one message on stderr, exit code 1 (2: wrong input)."""
    try:
        _require_text(sys.argv[1:])
        app(prog_name="relance")
    except Exception as error:
        message = None if os.environ.get("RELANCE_DEBUG") else _explain(error)
        if message is None:
            raise
        print(f"relance: {message}", file=sys.stderr)  # noqa: T201  # the command line speaks
        sys.exit(2 if isinstance(error, BadInputError) else 1)


def _require_text(arguments: list[str]) -> None:
    """Refuse arguments that are no text: nothing could be written down with them."""
    for argument in arguments:
        if any("\ud800" <= one <= "\udfff" for one in argument):
            message = f"{argument!a} is no UTF-8: type it in a terminal that speaks UTF-8."
            raise BadInputError(message)


def _explain(error: Exception) -> str | None:
    if isinstance(error, RelanceError):
        return str(error)
    failure = import_module("deploy.failures").explain(error)
    return str(failure) if failure else None
