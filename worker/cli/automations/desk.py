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

Done = tuple[str, dict[str, Any]]
"""What was done: a participle for people, and what programs are told beside it."""

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


def _in_words(name: str, publication: Publication) -> str:
    """Return what publishing did."""
    if publication.proposal is not None:
        return (
            f"waits for approval, because it would touch {publication.proposal.reach}; nothing else changes"
            f" until then. `relance automations approve {name}` publishes it, `refuse {name}` takes it back"
        )
    return f"published as version {publication.version}" if publication.version else "unchanged"


def told(name: str, publication: Publication) -> Done:
    """Return what publishing did, in words and with what programs are told of what waits for approval."""
    proposal = publication.proposal
    return _in_words(name, publication), {"awaiting_approval": proposal.plain()} if proposal is not None else {}
