"""Automation files: check them, save them as drafts or publish them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from models.automation_file import Automation, load_automation
from models.errors import BadInputError
from models.flow import not_runnable
from models.shop_file import PublishedText
from models.yamlfile import BadFileError, Problem
from tasks.publishing import Waiting, publish, save_draft
from worker.cli.automations.desk import change, in_words, tell
from worker.cli.desk import Business, Json
from worker.cli.files import read_file
from worker.cli.output import show_json

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Automation files (YAML or JSON).")]


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


def validate(files: Files, as_json: Json = False) -> None:
    """Check automation files, with no system needed; every problem is a line FILE:LINE:COLUMN, and exit code 2."""
    checked = [_check(file) for file in files]
    for one in checked:
        if as_json:
            show_json(one.plain())
        else:
            typer.echo("\n".join(_verdict(one)))
    raise typer.Exit(0 if all(one.automation for one in checked) else 2)


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
                in_words(publish(connection, tenant, text, now, waiting=Waiting.FINISH, actor="operator"))
                for text in texts
            ]
        return [save_draft(connection, tenant, text, now) for text in texts]

    for text, done in zip(texts, change(business, work), strict=True):
        tell(text.automation.id, done, as_json=as_json)


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
