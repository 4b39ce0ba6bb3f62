"""`relance billing`: who is billed by cycles, when, what it would come to, and how far it is."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec
import typer
from sqlalchemy import Engine

from models.db import raw, transact
from models.errors import BadInputError
from models.pausing import Scope, in_words
from models.periods import zone
from models.yamlfile import as_date, as_instant
from tasks import pauses
from tasks.billing import by_hand
from tasks.gateways.clock import SystemClock
from tasks.reading.billing import LATEST, occurrences, schedules, settings_of
from tasks.reading.office import Line, open_office
from worker.cli.acting import Sure, ring
from worker.cli.desk import Business, By, Json, Limit, actor, business_id, confirm, database, read
from worker.cli.output import Cell, amount, money, show_json, show_lines
from worker.cli.progress import Count

app = typer.Typer(no_args_is_help=True, help="Bill clients by cycles: look before, begin, watch, stop and go on.")
EXPLAINED: dict[str, str | Cell] = {
    "setting": "setting",
    "value": lambda line: msgspec.json.encode(line["value"]).decode(),
    "from": "from",
}
PREVIEWED: Mapping[str, str | Cell] = {
    "client": "contact",
    "day": "day",
    "makes": lambda line: made_of(line["kind"], line["status"], line["number"]),
    "total": money("total"),
    "to pay": money("amount_due"),
    "due on": lambda line: line["due_on"] or "",
    "service": lambda line: f"{line['service_from']} - {line['service_to']}" if line["service_from"] else "",
}
SCHEDULES: Mapping[str, str | Cell] = {
    "schedule": "schedule",
    "next": lambda line: f"{line['at']:%Y-%m-%d %H:%M}",
    "": lambda line: "on hold" if line["held"] else "",
}
OCCURRENCES: Mapping[str, str | Cell] = {
    "occurrence": "occurrence",
    "state": "state",
    "clients": "clients",
    "left": lambda line: line["left"] or "",
    "progress": lambda line: _bar(line["clients"], line["left"]),
    "documents": "documents",
    "amounts": lambda line: _amounts(line["amounts"]),
    "by": lambda line: line["by"] or "",
}
BAR = 20
"""Signs of a bar."""
LOOK = 0.5
"""Seconds between looks at a run."""
SHOWN = 100
"""So many lines a preview shows as a table."""
WARNED = 20
"""So many warnings are shown to a person."""

On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The date that it is about.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="It goes on at the start of this day.")]


@app.callback()
def billing() -> None:
    """Bill clients by cycles: look before, begin, watch, stop and go on."""


@app.command()
def explain(
    contact: Annotated[str, typer.Option("--contact", metavar="ID", help="Which client.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show which settings hold for a client, key by key, and whose each is: client, group, business, or the default."""
    found = read(business, lambda office: settings_of(office, contact))
    _show(found, EXPLAINED, as_json=as_json)


@app.command()
def preview(
    on: On = None,
    now: Annotated[bool, typer.Option("--now", help="What `relance billing run` would make now.")] = False,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show what billing would make, document by document and in total; nothing is written.

    Without a date: what each schedule's next date would make of what is there by now.
    """
    with database() as engine:
        found, warnings = _preview(engine, business_id(engine, business), _date(on), now=now)
    if as_json:
        for line in found:
            show_json({key: value for key, value in line.items() if key != "id"})
        for warning in warnings:
            show_json({"kind": "warning", "warning": warning})
        return
    _warn(warnings)
    show_lines(found[:SHOWN], PREVIEWED)
    if len(found) > SHOWN:
        typer.echo(f"… and {len(found) - SHOWN} more (--json shows all).")
    typer.echo(_in_total(found))


@app.command()
def run(
    on: On = None,
    business: Business = None,
    by: By = None,
    yes: Sure = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done.")] = True,
) -> None:
    """Bill now everybody who is billed by cycles, for what is due by a date (today); the total is shown first."""
    day, who, now = _date(on), actor(by), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)
        if not yes:
            found, warnings = _preview(engine, tenant, day, now=True)
            _warn(warnings)
            typer.echo(_in_total(found))
            if not confirm("Bill them now?", yes=yes):
                raise typer.Exit(1)
        with engine.connect() as connection:
            on_day = day or open_office(connection, tenant, now).today
        id_ = transact(engine, lambda c: by_hand.begin(c, tenant, on_day, now, actor=who))
        ring("billing.bill")
        typer.echo(f"{id_}: begun.")
        if wait:
            _watch(engine, tenant, id_)


@app.command()
def status(limit: Limit = None, business: Business = None, as_json: Json = False) -> None:
    """Show by which schedules clients are billed and when next, and how far the latest occurrences are."""
    found = read(business, lambda office: occurrences(office, limit or LATEST))
    coming = read(business, schedules)
    if as_json:
        for line in [*coming, *found]:
            show_json(line)
        return
    show_lines(coming, SCHEDULES)
    if found:
        typer.echo()
        show_lines(found, OCCURRENCES)


@app.command()
def hold(until: Until = None, business: Business = None, by: By = None) -> None:
    """Let no billing begin or go on in a business, until a date or until resumed; what is missed is made up for."""
    who, now = actor(by), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)
        with engine.connect() as connection:
            timezone = zone(open_office(connection, tenant, now).business.timezone)
        end = pauses.instant_of(_end(until), timezone) if until else None
        news = transact(engine, lambda c: pauses.pause(c, tenant, Scope.BILLING, None, now, until=end, actor=who))
    words = "on hold" if news else "on hold already"
    typer.echo(f"{in_words(tenant, Scope.BILLING, None)}: {words}{f' until {until}' if until else ''}.")


@app.command()
def resume(business: Business = None, by: By = None) -> None:
    """Let billing go on: what was on hold, and what the bound of a day has stopped."""
    who, now = actor(by), SystemClock().now()
    with database() as engine:
        tenant = business_id(engine, business)
        allowed = transact(engine, lambda c: by_hand.let_go_on(c, tenant, now, actor=who))
        held = _end_hold(engine, tenant, who, must=not allowed)
    ring("billing.bill", "pauses.end")
    for id_ in allowed:
        typer.echo(f"{id_}: goes on over the bound of the day.")
    if held:
        typer.echo(f"{in_words(tenant, Scope.BILLING, None)}: resumed.")


def _end_hold(engine: Engine, tenant: str, who: str, *, must: bool) -> bool:
    """End a hold, if there is one; where there must be, its absence is an error."""
    now = SystemClock().now()
    try:
        transact(engine, lambda c: pauses.resume(c, tenant, Scope.BILLING, None, now, actor=who))
    except BadInputError:
        if must:
            raise
        return False
    return True


def _preview(engine: Engine, tenant: str, day: date | None, *, now: bool) -> tuple[list[Line], list[str]]:
    """Return what would be made, and what the law does not like in it."""
    at = SystemClock().now()
    with engine.connect() as connection:
        business = open_office(connection, tenant, at).business
        found = by_hand.preview(raw(connection), business, day, at, by_hand=now)
        return found, by_hand.warnings(raw(connection), business, found)


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings[:WARNED]:
        typer.echo(f"Warning: {warning}", err=True)
    if len(warnings) > WARNED:
        typer.echo(f"… and {len(warnings) - WARNED} more warnings (--json shows all).", err=True)


def _in_total(lines: Sequence[Line]) -> str:
    if not lines:
        return "Nobody would be billed."
    totals: dict[str, int] = {}
    for line in lines:
        totals[line["currency"]] = totals.get(line["currency"], 0) + line["total"]
    clients = len({line["contact"] for line in lines})
    return f"{clients} clients, {len(lines)} documents, {_amounts(totals)} in total."


def _amounts(totals: Mapping[str, int]) -> str:
    return ", ".join(amount(value, currency) for currency, value in sorted(totals.items()))


def made_of(kind: str, status: str, number: str | None) -> str:
    """Return what is made, in words."""
    if kind == "link":
        return "payment link"
    return "draft" if status == "draft" else f"invoice {number}"


def _bar(done: int, left: int) -> str:
    """Draw how much of a run is done."""
    if not left:
        return ""
    full = round(BAR * done / (done + left))
    return "█" * full + "░" * (BAR - full) + f" {100 * done // (done + left)} %"


def _watch(engine: Engine, tenant: str, id_: str) -> None:
    """Show a bar until an occurrence has ended, or waits for a person."""
    with Count("billing") as bar:
        while True:
            with engine.connect() as connection:
                office = open_office(connection, tenant, SystemClock().now())
                (one,) = [line for line in occurrences(office, None) if line["occurrence"] == id_]
            bar.at(one["clients"], one["clients"] + one["left"])
            if one["state"] != "billing":
                break
            time.sleep(LOOK)
    made = f"{one['clients']} clients, {one['documents']} documents, {_amounts(one['amounts']) or 'nothing'}"
    typer.echo(f"{id_}: {one['state']}, {made}.")


def _show(lines: Sequence[Line], columns: Mapping[str, str | Cell], *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            show_json(line)
        return
    show_lines(lines, columns)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    found = as_date(text)
    if found is None:
        raise BadInputError(f"{text!r} is no date. Write it as 2027-03-01.")
    return found


def _end(until: str) -> date:
    found: date | None = as_date(until) or as_instant(until)
    if found is None:
        raise BadInputError(f"{until!r} is no date. Write 2027-03-01, or an instant as 2027-03-01T08:00:00+01:00.")
    return found
