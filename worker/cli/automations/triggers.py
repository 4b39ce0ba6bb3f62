"""`relance automations triggers`: find what can start an automation, with what it supplies and offers."""

from typing import Annotated, Any

import typer

from models.languages import Language
from models.trigger_names import TRIGGERS, offered, supplied, triggers_that_speak_of
from worker.cli.desk import Json
from worker.cli.output import show_json, show_lines

Words = Annotated[list[str] | None, typer.Argument(metavar="WORD", help="Only those that speak of all these words.")]
Shown = Annotated[Language, typer.Option("--lang", help="The language of their names.")]


COLUMNS = {"trigger": "trigger", "name": "name", "offers": "offers"}


def triggers(words: Words = None, lang: Shown = Language.EN, as_json: Json = False) -> None:
    """List what can start an automation, what it supplies, and which actions it offers to the first step.

    Words are looked for in French and English, without regard to case and accents. Any other event type of yours whose
    data.contact has an id is a trigger too.
    """
    found = [_line(on) for on in triggers_that_speak_of(words or ())]
    if as_json:
        for line in found:
            show_json(line)
    elif found:
        show_lines([line | {"name": line["name"][lang]} for line in found], COLUMNS)
    else:
        typer.echo("No trigger speaks of that. `relance automations triggers` lists them all.")


def _line(on: str) -> dict[str, Any]:
    return {
        "trigger": on,
        "name": TRIGGERS[on],
        "supplies": supplied(on),
        "offers": offered(on),
    }
