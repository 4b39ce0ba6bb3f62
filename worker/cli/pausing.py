"""`relance pause` and `resume`: stop everything, a business, a channel or all money, and let it go on."""

from datetime import date
from typing import Annotated

import typer
from psycopg import Connection
from sqlalchemy import Engine

from models.db import transact
from models.errors import BadInputError
from models.pausing import EVERYBODY, Scope, in_words
from models.periods import zone
from models.step_file import CHANNELS
from models.yamlfile import as_date, as_instant
from tasks import pauses
from tasks.gateways.clock import SystemClock
from tasks.reading.office import open_office
from worker.cli.desk import By, Json, actor, database
from worker.cli.output import show_json

OneBusiness = Annotated[
    str | None, typer.Option("--business", metavar="ID", help="Only this business; without it all of them.")
]
Channel = Annotated[str | None, typer.Option("--channel", metavar="CHANNEL", help=f"Only {' or '.join(CHANNELS)}.")]
Money = Annotated[
    bool, typer.Option("--money", help="Only money: documents, requests, reminders, charges and refunds.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="It goes on at the start of this day, or at this instant.")
]


def pause(
    business: OneBusiness = None,
    channel: Channel = None,
    money: Money = False,
    until: Until = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Stop everything, a business, a channel or all money, until a date or until resumed.

    What upstream tells is still taken in, and money that comes is booked. Everything else is held, and afterwards goes
    on as after an outage: money is asked for, messages that are stale by then are skipped. `relance status` shows it.
    """
    now, who, (scope, target) = SystemClock().now(), actor(by), _scope(channel, money=money)
    with database() as engine:
        whose, timezone = _whose(engine, business)
        end = pauses.instant_of(_end(until), zone(timezone)) if until else None

        def begin(connection: Connection[tuple[object, ...]]) -> bool:
            return pauses.pause(connection, whose, scope, target, now, until=end, actor=who)

        news = transact(engine, begin)
    words = f" until {end.astimezone(zone(timezone)):%Y-%m-%d %H:%M}" if end else ""
    _tell(whose, scope, target, f"{'paused' if news else 'was paused already'}{words}", as_json=as_json)


def resume(
    business: OneBusiness = None,
    channel: Channel = None,
    money: Money = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """End a pause: name what was paused. Workers let what it held go on within seconds."""
    now, who, (scope, target) = SystemClock().now(), actor(by), _scope(channel, money=money)
    with database() as engine:
        whose, _ = _whose(engine, business)
        transact(engine, lambda connection: pauses.resume(connection, whose, scope, target, now, actor=who))
    _tell(whose, scope, target, "resumed", as_json=as_json)


def _scope(channel: str | None, *, money: bool) -> tuple[Scope, str | None]:
    if channel is None:
        return Scope.MONEY if money else Scope.EVERYTHING, None
    if money:
        raise BadInputError("--channel and --money stop different things: pause them one after the other.")
    if channel not in CHANNELS:
        raise BadInputError(f"There is no channel {channel!r}. Name one of {', '.join(CHANNELS)}.")
    return Scope.CHANNEL, channel


def _whose(engine: Engine, business: str | None) -> tuple[str, str]:
    """Return whose work it is about, and the time zone of its dates."""
    if business is None:
        return EVERYBODY, "UTC"
    with engine.connect() as connection:
        found = open_office(connection, business, SystemClock().now()).business
    return found.id, found.timezone


def _end(until: str) -> date:
    end = as_date(until) or as_instant(until)
    if end is None:
        raise BadInputError(f"{until!r} is no date. Write 2027-03-01, or an instant as 2027-03-01T08:00:00+01:00.")
    return end


def _tell(whose: str, scope: Scope, target: str | None, done: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"business": whose or None, "stops": scope, "channel": target, "done": done})
    else:
        typer.echo(f"{in_words(whose, scope, target)}: {done}.")
