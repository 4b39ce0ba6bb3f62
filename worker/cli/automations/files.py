"""Automation files: check them, save them as drafts or publish them at once."""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from models.db import raw
from models.shop_file import PublishedText
from tasks.comparing import Comparison, compare_new
from tasks.publishing import Waiting, publish, save_draft
from worker.cli.automations.checking import Checked, check, sound
from worker.cli.automations.desk import Done, WaitingRuns, change, tell, told
from worker.cli.automations.differences import show_comparison
from worker.cli.desk import Business, By, ChangedMeanwhileError, Json, Yes, confirm, office
from worker.cli.output import show_json

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Automation files (YAML or JSON).")]


def validate(files: Files, as_json: Json = False) -> None:
    """Check automation files, with no system needed; every problem is a line FILE:LINE:COLUMN, and exit code 2.

    What is sound but odd is told as a warning: `relance automations lint` tells only that.
    """
    checked = [check(file) for file in files]
    for one in checked:
        if as_json:
            show_json(one.plain())
        else:
            typer.echo("\n".join(one.verdict()))
    raise typer.Exit(0 if all(one.automation for one in checked) else 2)


def apply(
    files: Files,
    publish_now: Annotated[bool, typer.Option("--publish", help="Publish them, instead of saving drafts.")] = False,
    waiting: WaitingRuns = Waiting.FINISH,
    yes: Yes = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Save automation files as drafts, or publish them at once; all of them or, if one can't be used, none.

    What would change is shown first; at a terminal you are asked, unless nothing changes.
    """
    checked = sound(files)

    def compare(connection: psycopg.Connection[Any], tenant: str) -> list[Comparison]:
        return [compare_new(connection, tenant, text, file, publishing=publish_now) for file, text in _texts(checked)]

    with office(business) as seen:
        shown = compare(raw(seen.connection), seen.id)
    _ask(shown, waiting, yes=yes or not sys.stdin.isatty())

    def work(connection: psycopg.Connection[Any], tenant: str, now: datetime, who: str) -> list[Done]:
        if compare(connection, tenant) != shown:
            raise ChangedMeanwhileError
        if publish_now:
            return [
                told(text.automation.id, publish(connection, tenant, text, now, waiting=waiting, actor=who))
                for _, text in _texts(checked)
            ]
        return [(save_draft(connection, tenant, text, now, actor=who), {}) for _, text in _texts(checked)]

    for found, (done, more) in zip(shown, change(business, by, work), strict=True):
        tell(found.automation, done, as_json=as_json, **found.plain(), **more)
    for remark in (remark for one in checked for remark in one.remarks):
        typer.echo(str(remark), err=True)


def _texts(checked: Iterable[Checked]) -> Iterator[tuple[str, PublishedText]]:
    """Yield the files' names, and what they say."""
    for one in checked:
        assert one.automation is not None
        yield one.file, PublishedText(one.automation, one.text)


def _ask(shown: Iterable[Comparison], waiting: Waiting, *, yes: bool) -> None:
    """Show what changes, and ask whether to go on, if anything does."""
    news = [found for found in shown if found.news]
    for found in news:
        show_comparison(found, waiting, err=True)
    if news and not confirm("Apply this?", yes=yes):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1)
