"""`relance simulate`: a scenario in virtual time, with the real engine and no outside effect."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from models.db import make_engine, migrate
from models.scenario_file import Scenario, load_scenario
from worker.cli.files import beside, read_file
from worker.cli.output import amount, show_table
from worker.cli.progress import Bar
from worker.collecting import collecting_seldom

COLUMNS = ("at", "what", "contact", "why", "detail")


def simulate(
    scenario: Annotated[Path, typer.Argument(help="The scenario file (YAML or JSON).")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what filters stopped.")] = False,
) -> None:
    """Run a scenario in virtual time: who gets what, when, and why something did not happen."""
    with collecting_seldom():
        lines = run_scenario(read_scenario(scenario), everything=everything)
        if as_json:
            encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
            sys.stdout.writelines(f"{encode(line)}\n" for line in lines)
        else:
            show_table(COLUMNS, list(map(in_row, lines)))


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file; files that it names stand beside it."""
    return load_scenario(read_file(path), str(path), beside(path))


def run_scenario(scenario: Scenario, *, everything: bool = False) -> Any:
    """Yield the lines of a scenario, run on a throw-away database, with a bar on a terminal.

    What is left out, and at the end which events could not be understood (R22), is told on standard error.
    """
    if outside := len(scenario.happenings) - len(scenario.inside):
        typer.echo(f"relance: {outside} of the file's events are not between start and until: left out.", err=True)
    from deploy.local.ephemeral import throwaway_postgres  # noqa: PLC0415  # only simulations start a server
    from tasks.simulate import Simulation  # noqa: PLC0415

    with throwaway_postgres() as server, Bar((scenario.start, scenario.until)) as bar:
        url = server.create_database("simulation")
        migrate(url)
        engine = make_engine(url, pool_size=2)
        try:
            yield from Simulation(engine, scenario, everything=everything).run(bar.at)
            _tell_dead(engine)
        finally:
            engine.dispose()


def _tell_dead(engine: Engine) -> None:
    from tasks.reading.dead_letters import dead_letters  # noqa: PLC0415  # as above

    with engine.connect() as connection:
        for letter in dead_letters(connection):
            event = f"{letter['event_id']} ({letter['type']})"
            typer.echo(f"relance: event {event} was not understood: {letter['reason']}", err=True)


def in_row(line: dict[str, Any]) -> tuple[object, ...]:
    """Return a line as the table shows it, by `COLUMNS`."""
    cause = line.get("cause") or {}
    why = cause.get("automation") or cause.get("act") or ""
    return line["at"], line["kind"], line["contact"], why, _detail(line)


def _detail(line: dict[str, Any]) -> str:
    match line["kind"]:
        case "message":
            return f"{line['channel']} to {line['to']}: {line['subject'] or line['text']}"
        case "event":
            return str(line["type"])
        case "skipped" | "alert":
            return str(line.get("text") or line["reason"])
        case "invoice" | "credit_note":
            return f"{line['number']} {line['status']}: {amount(line['total'], line['currency'])}, due {line['due_on']}"
        case _:
            money = amount(line.get("amount"), line["currency"]) if "currency" in line else None
            return ", ".join(filter(None, (line.get("number"), money, line.get("method"))))
