"""`relance explain`: every gate with what it saw - why it fired, why it did not."""

from collections.abc import Iterator
from typing import Annotated

import typer

from models.errors import BadInputError
from tasks.reading.explaining_events import explain_event
from tasks.reading.explaining_runs import explain_contact, explain_run
from tasks.reading.office import Line
from worker.cli.desk import Business, Json, Lang, office, teller_of
from worker.cli.output import harmless, show_json, show_timeline

Event = Annotated[
    str | None, typer.Option("--event", metavar="ID", help="An event's id, upstream's or ours; or 'SOURCE ID'.")
]
OneRun = Annotated[str | None, typer.Option("--run", metavar="ID", help="A run's id.")]
OneContact = Annotated[str | None, typer.Option("--contact", metavar="ID", help="A client's id.")]

_TELL = {"event": explain_event, "run": explain_run, "contact": explain_contact}


def explain(
    event: Event = None,
    run: OneRun = None,
    contact: OneContact = None,
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Explain an event, a run, or all that befell a client: why it fired, why it did not."""
    asked = {name: id_ for name, id_ in (("event", event), ("run", run), ("contact", contact)) if id_ is not None}
    if len(asked) != 1:
        raise BadInputError("Say what to explain: one of --event ID, --run ID or --contact ID.")
    ((name, id_),) = asked.items()
    with office(business) as seen:
        teller = teller_of(seen, lang)
        found = _TELL[name](seen, id_, teller)
    if as_json:
        show_json(found)
        return
    for line in _sentences(found):
        typer.echo(harmless(line))
    if timeline := found.get("timeline"):
        show_timeline(timeline, teller.language)


def _sentences(found: Line) -> Iterator[str]:
    """Yield what was found as sentences, those about details set in."""
    yield from found.get("says") or (found["event"] or {}).get("says", ())
    for fact in found["facts"]:
        yield f"\n{fact['says']}"
        for verdict in fact["automations"]:
            first, *tests = verdict["says"]
            yield f"  · {first}"
            yield from (f"    {test}" for test in tests)
    for part in ("not_done", "messages"):
        if found.get(part):
            yield ""
            yield from (f"{one['at']:%Y-%m-%d %H:%M}  {one['says']}" for one in found[part])
    if found.get("timeline"):
        yield ""
