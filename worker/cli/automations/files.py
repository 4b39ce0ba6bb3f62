"""Automation files: check them, save them as drafts or publish them at once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from models.shop_file import PublishedText
from tasks.publishing import Waiting, publish, save_draft
from worker.cli.automations.checking import check, sound
from worker.cli.automations.desk import change, in_words, tell
from worker.cli.desk import Business, By, Json
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
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Save automation files as drafts, or publish them at once; all of them or, if one can't be used, none."""
    checked = sound(files)
    texts = [PublishedText(one.automation, one.text) for one in checked if one.automation]

    def work(connection: psycopg.Connection[Any], tenant: str, now: datetime, who: str) -> list[str]:
        if publish_now:
            return [
                in_words(publish(connection, tenant, text, now, waiting=Waiting.FINISH, actor=who)) for text in texts
            ]
        return [save_draft(connection, tenant, text, now, actor=who) for text in texts]

    for text, done in zip(texts, change(business, by, work), strict=True):
        tell(text.automation.id, done, as_json=as_json)
    for remark in (remark for one in checked for remark in one.remarks):
        typer.echo(str(remark), err=True)
