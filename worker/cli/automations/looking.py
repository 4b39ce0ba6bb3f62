"""Look at automations: their list, and one of them with its versions, texts and history."""

from pathlib import Path
from typing import Annotated, Any

import typer

from models.automation import AutomationState
from models.change_words import HEADINGS, said
from models.explanations import LINES, say
from models.languages import language_of
from models.pictures.plain import plain
from tasks.reading.automations import automation, automations, history_of
from worker.cli.automations.desk import Name
from worker.cli.automations.picturing import look, show_mermaid, show_tree, write_svg
from worker.cli.changes import columns_of_changes
from worker.cli.desk import Business, Json, Lang, Limit, at_most, listed, office, read
from worker.cli.output import Cell, Line, show_facts, show_json, show_lines


def _state(line: Line) -> str:
    if line["awaiting_approval"]:
        return f"{line['state']}, awaiting approval"
    return f"{line['state']} + draft" if line["draft"] and line["version"] else str(line["state"])


COLUMNS: dict[str, str | Cell] = {
    "automation": "automation",
    "name": "name",
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
    "awaiting_approval",
)


def list_(
    states: Annotated[
        list[AutomationState] | None, typer.Option("--state", help="Only those in this state; may be said again.")
    ] = None,
    trigger: Annotated[str | None, typer.Option("--trigger", metavar="FACT", help="Only those that it starts.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Only those with this in their id or name.")
    ] = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List the automations with their runs: how many, when the last one began, when one acts next."""

    def lines(_most: int | None) -> list[dict[str, Any]]:
        return read(business, lambda office: automations(office, states=states or (), trigger=trigger, search=search))

    chosen = states or trigger or search
    begins = "There are no automations yet. `relance automations apply FILE --publish` begins."
    listed(lines, COLUMNS, as_json=as_json, nothing="There are no such automations." if chosen else begins)


def show(
    name: Name,
    flow: Annotated[bool, typer.Option("--flow", help="Its flow as a tree, with how many runs went where.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Its flow as the text of a Mermaid flowchart.")] = False,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Its flow as a picture.")] = None,
    version: Annotated[int | None, typer.Option("--version", metavar="N", help="The flow of this version.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="The flow of its draft.")] = False,
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one automation: its runs, its versions, its text and its draft; or its flow, with what its runs did."""
    if flow or mermaid or svg is not None:
        pictured, picture = look(business, name, version=version, draft=draft, lang=lang)
        if as_json:
            show_json(plain(pictured.published, pictured.counts))
            return
        if flow:
            show_tree(pictured, picture)
        if mermaid:
            show_mermaid(picture)
        if svg is not None:
            write_svg(pictured, picture, svg)
        return
    with office(business) as seen:
        language = lang or language_of(seen.business.locale)
        found = automation(seen, name)
    if as_json:
        show_json(found)
        return
    show_facts(found, FACTS)
    if found["versions"]:
        columns = {"version": "version", "published": "published_at", "by": "actor"}
        show_lines(found["versions"], columns, title="\nVersions")
    if found["changes"]:
        title = f"\n{said(HEADINGS, 'changes', language)}"
        show_lines(found["changes"], columns_of_changes(language, subjects=False), title=title)
    for title, text in (("Text", found["text"]), ("Draft", found["draft_text"])):
        if text:
            typer.echo(f"\n{title}\n{text.rstrip()}")


def history(
    name: Name, limit: Limit = None, lang: Lang = None, business: Business = None, as_json: Json = False
) -> None:
    """Show what was done to an automation, when, and by whom: drafts, versions, every change of its state."""
    with office(business) as seen:
        language = lang or language_of(seen.business.locale)
        found = history_of(seen, name, limit=at_most(limit, as_json=as_json))
    columns, nothing = columns_of_changes(language, subjects=False), say(LINES, "no_past", language)
    listed(lambda _: found, columns, as_json=as_json, limit=limit, nothing=nothing)
