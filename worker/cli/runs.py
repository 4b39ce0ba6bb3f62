"""`relance runs`: what automations are doing for whom; what a person may do with their runs is in `steering`."""

from typing import Annotated, Any

import typer

from models.automation import RunState
from tasks.reading.runs import run, runs
from worker.cli.desk import Business, Contact, Json, Lang, Limit, listed, office, read, teller_of
from worker.cli.output import Cell, amount, show_facts, show_json, show_lines, show_timeline
from worker.cli.steering import cancel_, postpone, replay, run_now_

app = typer.Typer(no_args_is_help=True, help="Look at the runs of automations; let them go on, end or replay them.")
app.command("run-now")(run_now_)
app.command("postpone")(postpone)
app.command("cancel")(cancel_)
app.command("replay")(replay)

COLUMNS: dict[str, str | Cell] = {
    "run": "run",
    "automation": "automation",
    "contact": "contact",
    "state": "state",
    "reason": "reason",
    "trigger": "trigger",
    "started": "started_at",
    "due": "due_at",
    "ended": "ended_at",
}
FACTS = (
    "run",
    "automation",
    "version",
    "contact",
    "state",
    "reason",
    "trigger",
    "subjects",
    "data",
    "effects",
    "started_at",
    "due_at",
    "held_at",
    "ended_at",
)
_MARKS = {"past": "", "here": "→", "ahead": ""}
_PARTS: dict[str, dict[str, str | Cell]] = {
    "steps": {"": lambda step: _MARKS[step["at"]], "step": "step", "does": "does", "the run is": "at"},
    "decisions": {"at": "at", "outcome": "outcome", "reason": "reason", "step": "step", "detail": "detail"},
    "documents": {
        "number": "number",
        "status": "status",
        "total": lambda one: amount(one["total"], one["currency"]),
        "to pay": lambda one: amount(one["amount_due"], one["currency"]),
    },
    "messages": {"message": "id", "to": "to", "subject": "subject", "state": "state", "sent": "sent_at"},
}


@app.command("list")
def list_(
    automation: Annotated[
        str | None, typer.Option("--automation", metavar="NAME", help="Only those of this automation.")
    ] = None,
    contact: Contact = None,
    state: Annotated[RunState | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List runs in the order in which they began."""

    def lines(most: int | None) -> list[dict[str, Any]]:
        return read(
            business, lambda office: runs(office, automation=automation, contact=contact, state=state, limit=most)
        )

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such runs.")


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The run's id.")],
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one run: what it is about, its way as a timeline, its steps, decisions, messages and documents."""
    with office(business) as seen:
        teller = teller_of(seen, lang)
        found = run(seen, id_, teller)
    if as_json:
        show_json(found)
        return
    show_facts(found, FACTS)
    typer.echo("")
    show_timeline(found["timeline"], teller.language)
    for part, columns in _PARTS.items():
        if found[part]:
            show_lines(found[part], columns, title=f"\n{part.capitalize()}")
