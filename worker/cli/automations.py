"""`relance automations`: look at automations, check and save their files, publish, pause and resume them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import psycopg
import typer

from models.automation_file import Automation, load_automation
from models.db import transact
from models.errors import BadInputError
from models.flow import not_runnable
from models.shop_file import PublishedText
from models.yamlfile import BadFileError, Problem
from tasks.engine import lock
from tasks.gateways.clock import SystemClock
from tasks.publishing import Publication, Waiting, pause, publish, publish_draft, resume, save_draft
from tasks.reading.automations import automation, automations
from worker.cli.desk import Business, Json, business_id, database, listed, read
from worker.cli.files import read_file
from worker.cli.output import Cell, Line, show_facts, show_json, show_lines

R = TypeVar("R")

app = typer.Typer(no_args_is_help=True, help="Look at automations, check their files, publish, pause and resume them.")

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Automation files (YAML or JSON).")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The automation's id.")]
WaitingRuns = Annotated[
    Waiting, typer.Option("--waiting", help="Waiting runs finish as they began, move to the new version, or end.")
]


def _state(line: Line) -> str:
    return f"{line['state']} + draft" if line["draft"] and line["version"] else str(line["state"])


COLUMNS: dict[str, str | Cell] = {
    "automation": "automation",
    "state": _state,
    "version": "version",
    "trigger": "trigger",
    "runs": "runs",
    "last fired": "last_fired",
    "next due": "next_due",
}
FACTS = (
    "automation",
    "name",
    "state",
    "version",
    "trigger",
    "runs",
    "last_fired",
    "next_due",
    "parked_reason",
    "paused_at",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it was read: an automation with its text, or its problems."""

    file: str
    text: str = ""
    automation: Automation | None = None
    problems: tuple[Problem, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return the verdict as JSON shows it."""
        problems = [
            {"line": one.line, "column": one.column, "message": one.message, "hint": one.hint} for one in self.problems
        ]
        found = self.automation
        about = {"automation": found.id, "trigger": found.trigger.on, "not_yet": not_runnable(found)} if found else {}
        return {"file": self.file, "valid": found is not None} | about | {"problems": problems}


@app.command("list")
def list_(business: Business = None, as_json: Json = False) -> None:
    """List the automations with their runs: how many, when the last one began, when one acts next."""
    nothing = "There are no automations yet. `relance automations apply FILE --publish` begins."
    listed(lambda _limit: read(business, automations), COLUMNS, as_json=as_json, nothing=nothing)


@app.command()
def show(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Show one automation: its runs, its versions, its text and its draft."""
    (found,) = read(business, lambda office: [automation(office, name)])
    if as_json:
        show_json(found)
        return
    show_facts(found, FACTS)
    if found["versions"]:
        columns = {"version": "version", "published": "published_at", "by": "actor"}
        show_lines(found["versions"], columns, title="\nVersions")
    for title, text in (("Text", found["text"]), ("Draft", found["draft_text"])):
        if text:
            typer.echo(f"\n{title}\n{text.rstrip()}")


@app.command()
def validate(files: Files, as_json: Json = False) -> None:
    """Check automation files, with no system needed; every problem is a line FILE:LINE:COLUMN, and exit code 2."""
    checked = [_check(file) for file in files]
    for one in checked:
        if as_json:
            show_json(one.plain())
        else:
            typer.echo("\n".join(_verdict(one)))
    raise typer.Exit(0 if all(one.automation for one in checked) else 2)


@app.command()
def apply(
    files: Files,
    publish_now: Annotated[bool, typer.Option("--publish", help="Publish them, instead of saving drafts.")] = False,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Save automation files as drafts, or publish them at once; all of them or, if one can't be used, none."""
    texts = _sound(files)

    def work(connection: psycopg.Connection[Any], tenant: str, now: datetime) -> list[str]:
        if publish_now:
            return [
                _done(publish(connection, tenant, text, now, waiting=Waiting.FINISH, actor="operator"))
                for text in texts
            ]
        return [save_draft(connection, tenant, text, now) for text in texts]

    for text, done in zip(texts, _change(business, work), strict=True):
        _tell(text.automation.id, done, as_json=as_json)


@app.command("publish")
def publish_(
    name: Name, waiting: WaitingRuns = Waiting.FINISH, business: Business = None, as_json: Json = False
) -> None:
    """Publish the draft of an automation as its next version."""
    done = _change(
        business,
        lambda connection, tenant, now: publish_draft(connection, tenant, name, now, waiting=waiting, actor="operator"),
    )
    settled = f"; waiting runs to {waiting}: {done.outcome.items}" if done.outcome.items else ""
    _tell(name, f"{_done(done)}{settled}", as_json=as_json)


@app.command("pause")
def pause_(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Stop an automation: no new runs, waiting ones are held."""
    did = _change(business, lambda connection, tenant, now: pause(connection, tenant, name, now))
    _tell(name, "paused" if did else "was paused already", as_json=as_json)


@app.command("resume")
def resume_(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Let a paused or parked automation go on; steps that are stale by then are skipped."""
    did = _change(business, lambda connection, tenant, now: resume(connection, tenant, name, now))
    _tell(name, "resumed" if did else "was active already", as_json=as_json)


def _change(business: str | None, work: Callable[[psycopg.Connection[Any], str, datetime], R]) -> R:
    """Run a change of a business in one transaction, under its lock."""
    now = SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)

        def locked(connection: psycopg.Connection[Any]) -> R:
            lock(connection, [tenant])
            return work(connection, tenant, now)

        return transact(engine, locked)


def _tell(name: str, done: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"automation": name, "done": done})
    else:
        typer.echo(f"{name}: {done}.")


def _done(publication: Publication) -> str:
    return f"published as version {publication.version}" if publication.version else "unchanged"


def _check(file: Path) -> Checked:
    try:
        text = read_file(file)
        return Checked(str(file), text, load_automation(text, str(file)))
    except BadFileError as error:
        return Checked(str(file), problems=error.problems)


def _verdict(one: Checked) -> Iterator[str]:
    if one.automation is None:
        yield from map(str, one.problems)
        return
    yield f"{one.file}: {one.automation.id} is valid."
    yield from (f"{one.file}: it can't be published yet. {reason}" for reason in not_runnable(one.automation))


def _sound(files: Sequence[Path]) -> list[PublishedText]:
    """Read files that must all be sound and tell of different automations."""
    checked = [_check(file) for file in files]
    if problems := [str(problem) for one in checked for problem in one.problems]:
        raise BadInputError("\n".join(problems))
    by_id: dict[str, str] = {}
    for one in checked:
        assert one.automation is not None
        if (other := by_id.setdefault(one.automation.id, one.file)) != one.file:
            raise BadInputError(f"{other} and {one.file} are both {one.automation.id}: leave one of them out.")
    return [PublishedText(one.automation, one.text) for one in checked if one.automation]
