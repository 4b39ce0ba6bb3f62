"""`relance runs run-now | postpone | cancel | replay`: what a person may do with runs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from psycopg import Connection

from models.automation import RunState
from models.db import transact
from models.errors import BadInputError
from models.steering import Start, Steer, Steered, cancel, postponed_to, replay_from, run_now
from models.yamlfile import as_instant
from tasks.gateways.clock import SystemClock
from tasks.steering import MOST, Chosen, find_runs, steer_runs
from worker.cli.desk import Business, By, Json, actor, business_id, confirm, database
from worker.cli.lengths import length_of
from worker.cli.output import show_json, show_table
from worker.cli.trying import locked

Ids = Annotated[list[str], typer.Argument(metavar="ID", help="The runs' ids.")]
SomeIds = Annotated[list[str] | None, typer.Argument(metavar="ID", help="The runs' ids.")]


def run_now_(ids: Ids, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Let waiting runs go on at once."""
    _steer(business, by, Chosen(tuple(ids)), run_now, as_json=as_json)


def postpone(
    ids: Ids,
    until: Annotated[str | None, typer.Option("--until", metavar="INSTANT", help="As 2027-03-01T08:00+01:00.")] = None,
    for_: Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="From now: 3d, 12h or 30m.")] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let waiting runs go on only later."""
    _steer(business, by, Chosen(tuple(ids)), postponed_to(_instant(until, for_)), as_json=as_json)


def cancel_(ids: Ids, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """End runs that wait or are held; what they did stays."""
    _steer(business, by, Chosen(tuple(ids)), cancel, as_json=as_json)


def replay(
    ids: SomeIds = None,
    automation: Annotated[str | None, typer.Option("--automation", metavar="NAME", help="All of this one.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="LENGTH", help="Those that failed in the last 7d, 12h or 30m.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every failed run.")] = False,
    start: Annotated[Start, typer.Option("--from", help="On at the failed step, or again from the trigger.")] = (
        Start.FAILED
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be replayed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replay without asking.")] = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let failed runs go on; what they did already is never done twice. Without --yes it is shown and asked first."""
    now = SystemClock().now()
    named = bool(ids)
    if named is bool(automation or since or everything):
        raise BadInputError("Say which runs: their ids, or --automation NAME, --since 7d or --all.")
    state = None if named else RunState.FAILED
    chosen = Chosen(tuple(ids or ()), state, automation, now - length_of(since) if since else None)
    how = replay_from(start)
    if dry_run or not yes:
        shown = _steer(business, by, chosen, how, as_json=as_json, only_try=True)
        if dry_run or not any(not one.refused for one in shown):
            return
        if not confirm("Replay them?", yes=yes):
            raise typer.Exit(1)
    _steer(business, by, chosen, how, as_json=as_json)


def _steer(
    business: str | None, by: str | None, chosen: Chosen, how: Steer, *, as_json: bool, only_try: bool = False
) -> list[Steered]:
    """Steer the chosen runs, each transaction a number of them, and show what became of each."""
    who, now = actor(by), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)
        ids = transact(engine, lambda connection: find_runs(connection, tenant, chosen))
        steered: list[Steered] = []
        for first in range(0, len(ids), MOST):
            some = ids[first : first + MOST]
            steered += locked(engine, tenant, _work(tenant, some, how, now, who), only_try=only_try)
    _show(steered, as_json=as_json, only_try=only_try)
    if any(one.refused for one in steered) and not only_try:
        raise typer.Exit(1)
    return steered


def _work(
    tenant: str, ids: Sequence[str], how: Steer, now: datetime, who: str
) -> Callable[[Connection[Any]], list[Steered]]:
    return lambda connection: steer_runs(connection, tenant, ids, how, now, actor=who)


def _show(steered: Sequence[Steered], *, as_json: bool, only_try: bool) -> None:
    if as_json:
        for one in steered:
            verdict = {"refused": one.done} if one.refused else {"would" if only_try else "done": one.done}
            show_json({"run": one.run, "automation": one.automation, "contact": one.contact} | verdict)
        return
    if not steered:
        typer.echo("There are no such runs.")
        return
    done = "would be" if only_try else "is"
    rows = [
        (one.run, one.automation, one.contact, one.done if one.refused else f"{done} {one.done}") for one in steered
    ]
    show_table(("run", "automation", "contact", ""), rows)


def _instant(until: str | None, length: str | None) -> datetime:
    if (until is None) is (length is None):
        raise BadInputError("Say until when: --until 2027-03-01T08:00:00+01:00, or --for 3d.")
    if length is not None:
        return SystemClock().now() + length_of(length)
    instant = as_instant(until or "")
    if instant is None:
        raise BadInputError(f"{until!r} is no instant. Write it as 2027-03-01T08:00:00+01:00, or use --for 3d.")
    return instant
