"""Automations started by hand, and for what happened before they were active."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from psycopg import Connection

from models.explanations import REASONS, say
from models.languages import Language, language_of
from models.starting import Started
from tasks.gateways.clock import SystemClock
from tasks.starting import Filled, Past, start_for_past
from worker.cli.automations.desk import Name
from worker.cli.desk import Business, By, Json, actor, business_id, confirm, database
from worker.cli.lengths import length_of
from worker.cli.output import amount, show_json, show_table
from worker.cli.trying import locked

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Most = Annotated[int, typer.Option("--most", min=1, metavar="N", help="Refuse when it would be more.")]


def start(
    name: Name,
    contacts: Annotated[list[str], typer.Option("--contact", metavar="ID", help="For this client; may be repeated.")],
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Start an automation by hand, for the newest of its triggers that each client has had and no run yet."""
    past = Past(contacts=tuple(contacts), most=len(contacts))
    _fill(name, past, dry_run=dry_run, yes=yes, by=by, business=business, as_json=as_json)


def backfill(
    name: Name,
    since: Annotated[str, typer.Option("--since", metavar="LENGTH", help="What happened in the last 30d or 12h.")],
    most: Most = 100,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Start an automation for what happened before it was active; it is shown first, and asked for."""
    past = Past(SystemClock().now() - length_of(since), most=most)
    _fill(name, past, dry_run=dry_run, yes=yes, by=by, business=business, as_json=as_json)


def _fill(
    name: str, past: Past, *, dry_run: bool, yes: bool, by: str | None, business: str | None, as_json: bool
) -> None:
    now, who = SystemClock().now(), actor(by)
    with database() as engine:
        tenant = business_id(engine, business)
        work = _work(tenant, name, past, now, who)
        if dry_run or not yes:
            would = locked(engine, tenant, work, only_try=True)
            _show(would, as_json=as_json)
            if dry_run or not any(one.run for one in would.started):
                return
            if not confirm("Start them?", yes=yes):
                raise typer.Exit(1)
        done = locked(engine, tenant, work, only_try=False)
    _show(done, as_json=as_json)


def _work(tenant: str, name: str, past: Past, now: datetime, who: str) -> Callable[[Connection[Any]], Filled]:
    return lambda connection: start_for_past(connection, tenant, name, past, now, actor=who)


def _show(filled: Filled, *, as_json: bool) -> None:
    """Print what began for whom, and what it made at once."""
    shop = filled.shop
    if as_json:
        for one in filled.started:
            result = {"run": one.run} if one.run else {"skipped": one.reason}
            show_json({"contact": one.contact, "fact": one.fact.id, "type": one.fact.type, "at": one.fact.at} | result)
        return
    if not filled.started:
        typer.echo("Nothing of the kind has happened that has no run yet.")
        return
    language = language_of(shop.business.locale)
    show_table(
        ("contact", "because of", "on", ""),
        [
            (one.contact, one.fact.type, one.fact.at.astimezone(shop.zone), _result(one, language))
            for one in filled.started
        ],
    )
    for document in shop.invoices.fresh:
        typer.echo(f"{document.contact_id}: {amount(document.total, document.currency)} on {document.number}")
    typer.echo(f"{len(list(shop.messages.fresh))} messages.")


def _result(one: Started, language: Language) -> str:
    return one.run or say(REASONS, one.reason or "", language)
