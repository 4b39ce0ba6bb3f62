"""`relance business`: the shops of this system, and opening or changing one by its file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from deploy.local.cards import SettledProviders
from models.automation_diff import lines_of, text_diff
from models.card_settings import cards_of
from models.db import raw, transact
from models.errors import ConfigurationError
from models.payment_warnings import currency_warnings, window_warnings
from models.shop_file import ShopFile, load_shop
from tasks.approving import proposals
from tasks.gateways.clock import SystemClock
from tasks.opening import Difference, Entry, Plan, Verdict, open_shop, plan_shop
from tasks.reading.businesses import business, businesses
from tasks.settings import load
from worker.cli.desk import Business, By, ChangedMeanwhileError, Json, Yes, actor, confirm, database, listed, reading
from worker.cli.files import beside, read_file
from worker.cli.output import show_facts, show_json

app = typer.Typer(no_args_is_help=True, help="Look at businesses, create and change them.")

COLUMNS = {
    "business": "id",
    "name": "name",
    "time zone": "timezone",
    "locale": "locale",
    "currency": "currency",
    "contacts": "contacts",
    "active automations": "active_automations",
}


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the businesses."""

    def lines(_limit: int | None) -> list[dict[str, Any]]:
        with reading() as connection:
            return businesses(connection, SystemClock().now())

    nothing = "There is no business yet. Create one with `relance business apply SHOP.yaml`."
    listed(lines, COLUMNS, as_json=as_json, nothing=nothing)


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="Which one, where there are several.")] = None,
    wanted: Business = None,
    as_json: Json = False,
) -> None:
    """Show everything that is set for a business."""
    with reading() as connection:
        found = business(connection, name or wanted, SystemClock().now())
    if as_json:
        show_json(found)
    else:
        show_facts(found, found)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(metavar="SHOP.yaml", help="The shop file (YAML or JSON).")],
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Create or update a business with its contacts, services and automations, which are published."""
    now = SystemClock().now()
    shop = load_shop(read_file(file), str(file), beside(file), now)
    with database() as engine:
        with engine.connect() as connection:
            plan = plan_shop(raw(connection), shop, now)
        _show(plan, as_json=as_json)
        for warning in plan.warnings:
            typer.echo(f"Warning: {warning} Consumers may be billed so.", err=True)
        for warning in _payment_warnings(shop):
            typer.echo(f"Warning: {warning}", err=True)
        if plan.news:
            if not confirm("Apply this?", yes=yes):
                typer.echo("Nothing was changed.", err=True)
                raise typer.Exit(1)
            transact(engine, lambda connection: _open(connection, shop, plan, actor(by)))
        waiting = transact(engine, lambda connection: proposals(connection, shop.business.id))
    if plan.news and not as_json:
        typer.echo(f"Applied to {shop.business.id}.")
    for name, proposal in waiting:
        typer.echo(
            f"{name} waits for approval: {proposal.reach}."
            f" `relance automations approve {name} --business {shop.business.id}` publishes it.",
            err=True,
        )


def _payment_warnings(shop: ShopFile) -> Iterator[str]:
    """Yield what a shop wants paid and won't be, as things are set up here."""
    yield from window_warnings(shop.business, shop.services)
    cards = cards_of(shop.business)
    if cards is None:
        return
    try:
        provider = SettledProviders(load()).of(cards.provider)
    except ConfigurationError as error:
        yield f"as things are set up here, no card can be taken. {error}"
        return
    yield from currency_warnings(shop.business, shop.services, cards.provider, provider.currencies)


def _open(connection: Any, shop: ShopFile, shown: Plan, who: str) -> None:
    """Apply what was shown, or nothing."""
    if open_shop(connection, shop, SystemClock().now(), actor=who) != shown:
        raise ChangedMeanwhileError


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        for entry in plan.entries:
            show_json(plain(entry))
        return
    for entry in plan.news:
        typer.echo("\n".join(in_words(entry)))
    same = len(plan.entries) - len(plan.news)
    if not plan.news:
        typer.echo(f"Nothing to change: all {same} are as the file says.")
    elif same:
        typer.echo(f"{same} unchanged.")


def plain(entry: Entry) -> dict[str, Any]:
    """Return what a file does to one thing as JSON shows it."""
    changes = [{"key": one.key, "old": one.old, "new": one.new} for one in entry.differences]
    return {"kind": entry.kind, "id": entry.id, "verdict": entry.verdict, "changes": changes}


def in_words(entry: Entry) -> Iterator[str]:
    """Yield the lines that tell a person what a file does to one thing."""
    yield str(entry)
    for one in entry.differences:
        if one.key == "text":
            yield from _text(one)
        elif entry.verdict is Verdict.CREATED:
            yield f"    {one.key}: {_value(one.new)}"
        else:
            yield f"    {one.key}: {_value(one.old)} → {_value(one.new)}"


def _text(one: Difference) -> Iterator[str]:
    """Yield the lines of a text that differ; of a new one only how many it has."""
    if one.old is None:
        yield f"    text: {len(lines_of(one.new))} lines"
        return
    yield from (f"    {line}" for line in text_diff(one.old, one.new, context=1))


def _value(value: Any) -> str:
    return "nothing" if value in (None, "", [], {}) else msgspec.json.encode(value).decode()
