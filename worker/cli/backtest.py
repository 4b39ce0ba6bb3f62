"""`relance backtest`: what an automation would have done over the stored events, beside what the live ones do."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local import discover
from models.errors import BadInputError
from models.languages import language_of
from models.periods import zone
from models.shop_file import PublishedText
from tasks.gateways.clock import SystemClock
from tasks.reading.office import open_office
from tasks.settings import load
from worker.cli.backtest_tables import show
from worker.cli.desk import Business, Json, Lang, database
from worker.cli.files import read_file
from worker.cli.interrupting import interrupting
from worker.cli.output import show_json
from worker.cli.progress import Bar
from worker.collecting import collecting_seldom

DETAILS = 50
"""So many differences, and so many clients, a table shows unless more are asked for."""
_SPAN = re.compile(r"(\d{1,4})([dh])")


def backtest(
    file: Annotated[Path | None, typer.Argument(help="The automation's file.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="30d|12h|DATE", help="From when it takes part.")] = "30d",
    automation: Annotated[
        str | None, typer.Option("--automation", metavar="ID", help="The saved draft of this automation, not a file.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=0, help=f"N details; {DETAILS} in tables, all as JSON.")
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Without the other automations: several times as fast, see the docs.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also effects that are the same in both.")] = False,
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Replay stored events with an automation as it might be: who would get what, when, how much; what differs."""
    from tasks.backtest.comparing import backtest as play  # noqa: PLC0415  # only this command replays
    from tasks.backtest.comparing import draft_of  # noqa: PLC0415
    from tasks.backtest.effects import effects  # noqa: PLC0415
    from tasks.backtest.past import span_of  # noqa: PLC0415

    if (file is None) == (automation is None):
        raise BadInputError("Name either the automation's file, or with --automation one whose draft is saved.")
    now, started = SystemClock().now(), time.perf_counter()
    url = discover(load()).database
    with database() as reader, effects(url) as found:
        with reader.connect() as connection:
            shop = open_office(connection, business, now).business
        first = _since(since, now, shop.timezone)
        candidate = _read(file) if file is not None else draft_of(reader, shop.id, automation or "")
        span = span_of(reader, shop.id, first, now)
        within = (first, now)
        with interrupting() as pause, Bar((span.kept_from, first), within, within) as bar, collecting_seldom():

            def reached(way: int, moment: datetime) -> None:
                pause()
                bar.at(moment, way)

            outcome = play(url, reader, shop.id, candidate, span, found, reached, alone=alone)
            pause()
        summary = _summary(shop.id, outcome, alone=alone, seconds=time.perf_counter() - started)
        if as_json:
            for line in _as_json(found, limit, summary, everything=everything):
                show_json(line)
        else:
            language = lang or language_of(shop.locale)
            show(found, DETAILS if limit is None else limit, summary, language, everything=everything)


def _summary(business_id: str, outcome: Any, *, alone: bool, seconds: float) -> dict[str, Any]:
    return {
        "kind": "summary",
        "business": business_id,
        "automation": outcome.candidate.id,
        "replaces": outcome.replaces,
        "alone": alone,
        "since": outcome.span.since,
        "until": outcome.span.until,
        "kept_from": outcome.span.kept_from,
        "events": outcome.events,
        "waiting": outcome.waiting,
        "forgotten": outcome.forgotten,
        "temporary_bytes": outcome.bytes,
        "seconds": round(seconds, 1),
    }


def _read(file: Path) -> PublishedText:
    from models.automation_file import load_automation  # noqa: PLC0415  # as above

    text = read_file(file)
    return PublishedText(load_automation(text, str(file)), text)


def _since(told: str, now: datetime, timezone: str) -> datetime:
    """Return an instant: so many days or hours ago, or what a date or an instant says in the business's zone."""
    if found := _SPAN.fullmatch(told):
        many = int(found[1])
        return now - (timedelta(days=many) if found[2] == "d" else timedelta(hours=many))
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise BadInputError(f"{told!r} is no date. Write --since as 30d, 12h, 2027-01-31 or an instant.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone(timezone))
    if moment >= now:
        raise BadInputError("--since must lie in the past: there is nothing to replay yet.")
    return moment.astimezone(UTC)


def _as_json(found: Any, limit: int | None, summary: dict[str, Any], *, everything: bool) -> Iterator[dict[str, Any]]:
    for line in found.compared(limit, also_same=everything):
        yield {"kind": "effect", "effect": line["kind"]} | {key: value for key, value in line.items() if key != "kind"}
    for line in found.totals():
        yield {"kind": "total", "effect": line["kind"]} | {key: value for key, value in line.items() if key != "kind"}
    yield summary
