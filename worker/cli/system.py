"""`relance up`, `down`, `status`, `migrate`, `doctor`: the system as a whole."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local import control, discover, state
from deploy.local.state import SystemState
from tasks.settings import Settings, load
from worker.cli.output import Cell, show_json, show_lines, show_table

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

PAUSES: dict[str, str | Cell] = {
    "business": lambda line: line["business"] or "all",
    "stops": lambda line: line["channel"] or line["stops"],
    "since": "since",
    "until": "until",
    "held": "held",
}
ATTENTION: dict[str, str | Cell] = {
    "business": "business",
    "automation": "automation",
    "is": "is",
    "since": "since",
    "why": "why",
}
TABLE = 50
"""So many automations that need a person are in the table."""


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return once it runs; `relance down` stops it.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="First erase all data of the embedded servers.")] = False,
) -> None:
    """Start the embedded system and keep it running until Ctrl-C.

    It consists of the servers that no setting names, a Celery worker, the intake, beat and Flower. A process that dies
    is started again. Data stays under RELANCE_HOME.
    """
    settings = load()
    if detach:
        home = settings.home.resolve()
        again = (sys.executable, "-m", "worker.cli", "up", *(["--reset"] if reset else []))
        _show(control.start_detached(home, again), home)
    else:
        _run(settings, reset=reset)


def _run(settings: Settings, *, reset: bool) -> None:
    from deploy.local.system import System  # noqa: PLC0415  # loads the database library, which `status` needs not

    system = System(settings, tell=lambda text: typer.echo(text, err=True))
    if reset:
        system.erase()
    system.run(ready=lambda running: _show(running, system.home))


def down() -> None:
    """Stop the embedded system; its data stays."""
    home = load().home.resolve()
    typer.echo("Stopped." if control.stop(home) else f"No system runs in {home}.")


def status(as_json: Json = False) -> None:
    """Show the processes and addresses of the embedded system."""
    settings = load()
    home = settings.home.resolve()
    running = state.read(home)
    addresses = {**(running.addresses if running else {}), **state.configured(settings)}
    seen = _seen(addresses.get("database"))
    if as_json:
        processes = [{"name": p.name, "pid": p.pid, "state": p.state} for p in running.processes] if running else []
        shown = {"processes": processes, "addresses": {kind: addresses.get(kind) for kind in state.KINDS}}
        show_json(shown | seen)
        return
    if running:
        show_table(("process", "pid", "state"), [(p.name, p.pid, p.state) for p in running.processes])
        typer.echo()
        _show(running, home)
    else:
        typer.echo(f"No system runs in {home}. `relance up` starts one.")
    if seen.get("pauses"):
        show_lines(seen["pauses"], PAUSES, title="\nPaused")
    if seen.get("attention"):
        show_lines(seen["attention"][:TABLE], ATTENTION, title="\nAutomations that need a person")
        if (more := len(seen["attention"]) - TABLE) > 0:
            typer.echo(f"\nThere are {more} more; --json tells all.", err=True)


def _seen(database: str | None) -> dict[str, list[dict[str, Any]]]:
    """Return what is paused and which automations need a person; nothing where no database can be asked."""
    if database is None:
        return {}
    from deploy.failures import explain  # noqa: PLC0415
    from models.db import make_engine, raw  # noqa: PLC0415  # see `_run`
    from tasks.reading.attention import attention  # noqa: PLC0415
    from tasks.reading.pauses import pauses  # noqa: PLC0415

    engine = make_engine(database)
    try:
        with engine.connect() as connection:
            return {"pauses": pauses(raw(connection)), "attention": attention(raw(connection))}
    except Exception as error:
        if explain(error) is None:
            raise
        return {}
    finally:
        engine.dispose()


def migrate() -> None:
    """Bring the database's schema to the newest version."""
    from models import db  # noqa: PLC0415  # see `_run`

    url = discover(load()).database
    db.migrate(url)
    typer.echo(f"The schema is at version {db.schema_versions(url)[0]}.")


def doctor(
    books: Annotated[bool, typer.Option("--books", help="Also ask whether the books balance.")] = False,
    as_json: Json = False,
) -> None:
    """Check settings, servers, schema, beat and stream; say how to mend what is wrong, with exit code 1."""
    from worker.doctor import examine  # noqa: PLC0415  # see `_run`

    findings = list(examine(books=books))
    if as_json:
        show_json([{"check": f.check, "ok": f.ok, "detail": f.detail, "mend": f.mend} for f in findings])
    else:
        rows = [("ok" if f.ok else "WRONG", f.check, f.detail, f.mend) for f in findings]
        show_table(("", "check", "found", "mend"), rows)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def _show(running: SystemState, home: Path) -> None:
    """Print where everything is and who may enter."""
    logins = {kind: f"{login.user} / {login.password}" for kind, login in running.logins.items()}
    rows = [(kind, running.addresses[kind], logins.get(kind)) for kind in state.KINDS if kind in running.addresses]
    show_table(("", "address", "user / password"), rows)
    typer.echo(f"\nData and logs are in {home}. `relance status` shows this again, `relance down` stops the system.")
