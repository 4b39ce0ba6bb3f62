"""What the commands about automations share: the name, one transaction for a change, how it is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import psycopg
import typer

from models.db import transact
from tasks.engine import lock
from tasks.gateways.clock import SystemClock
from tasks.publishing import Publication, Waiting
from worker.cli.desk import actor, business_id, database
from worker.cli.output import show_json

R = TypeVar("R")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The automation's id.")]

WaitingRuns = Annotated[
    Waiting, typer.Option("--waiting", help="Waiting runs finish as they began, move to the new version, or end.")
]

Work = Callable[[psycopg.Connection[Any], str, datetime, str], R]
"""A change, given the connection, the business, the instant and who acts."""


def change(business: str | None, by: str | None, work: Work[R]) -> R:
    """Run a change of a business in one transaction, under its lock."""
    now, who = SystemClock().now(), actor(by)
    with database() as engine:
        tenant = business_id(engine, business)

        def locked(connection: psycopg.Connection[Any]) -> R:
            lock(connection, [tenant])
            return work(connection, tenant, now, who)

        return transact(engine, locked)


def tell(name: str, done: str, *, as_json: bool, **more: Any) -> None:
    """Say what was done to an automation; programs are told more."""
    if as_json:
        show_json({"automation": name, "done": done} | more)
    else:
        typer.echo(f"{name}: {done}.")


def in_words(publication: Publication) -> str:
    """Return what publishing did."""
    return f"published as version {publication.version}" if publication.version else "unchanged"
