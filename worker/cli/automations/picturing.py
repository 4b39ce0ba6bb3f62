"""Pictures of an automation: a tree in the terminal, Mermaid text, an SVG file, each with how many runs went where."""

from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from models.languages import Language, language_of
from models.pictures.cards import Picture, Tone, picture_of
from models.pictures.mermaid import mermaid
from models.pictures.svg import svg
from models.pictures.tree import Branch, tree
from tasks.reading.flows import Flow, flow
from worker.cli.desk import office
from worker.cli.files import write_file
from worker.cli.output import harmless

STYLES = {Tone.WAITS: "yellow", Tone.WELL: "green", Tone.MISSED: "dim", Tone.FAILED: "red"}


def look(
    business: str | None, name: str, *, version: int | None, draft: bool, lang: Language | None
) -> tuple[Flow, Picture]:
    """Return the flow of a version or of the draft, and its picture in the business's language or another."""
    with office(business) as seen:
        found = flow(seen, name, version=version, draft=draft)
        language = lang or language_of(seen.business.locale)
    return found, picture_of(found.published, found.counts, language, found.row.name)


def show_tree(found: Flow, picture: Picture) -> None:
    """Print the flow as a tree, with the runs that came to each step before it."""
    lines = tree(picture, found.published.automation.steps)
    room = max(len(str(line.runs or 0)) for line in lines) if found.counts else None
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(harmless(f"{picture.title}  ·  {picture.subtitle}"), style="bold"))
    for line in lines:
        console.print(_printed(line, room))


def _printed(line: Branch, room: int | None) -> Text:
    said = Text()
    if room is not None:
        said.append(f"{'' if line.runs is None else line.runs:>{room}}  ", style="bold")
    said.append(line.stem, style="dim")
    said.append(harmless(line.text), style="dim" if line.terms else "")
    for note in line.notes:
        said.append(f"  · {harmless(note.text)}", style=STYLES[note.tone])
    return said


def show_mermaid(picture: Picture) -> None:
    """Print the flow as a Mermaid flowchart."""
    typer.echo(mermaid(picture), nl=False)


def write_svg(found: Flow, picture: Picture, file: Path) -> None:
    """Write the flow as an SVG file."""
    write_file(file, svg(picture, found.published.automation.steps))
    typer.echo(f"{file}: written.", err=True)
