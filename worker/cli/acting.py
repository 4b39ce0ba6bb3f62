"""How commands act for a person: tried and shown first where it can't be undone, then done, told, and rung for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from psycopg import Connection
from redis import RedisError

from deploy.local import discover
from deploy.local.cards import SettledProviders
from models.document_text import address_text
from models.errors import BadInputError, RelanceError
from models.invoice import DocumentKind, DocumentStatus
from models.periods import start_of_day, zone
from models.yamlfile import as_date, as_instant
from tasks.desk.acting import Desk, Done
from tasks.gateways.bells import NotedBells
from tasks.gateways.clock import SystemClock
from tasks.gateways.redis_client import connect
from tasks.lines import Line
from tasks.settings import load
from worker.cli.desk import ChangedMeanwhileError, actor, business_id, confirm, database
from worker.cli.output import Cell, amount, show_json, show_lines
from worker.cli.trying import locked

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for your own records.")]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What is to be remembered of it.")]

AFTER_AN_ACT = (
    "payments.collect",
    "payments.read_webhooks",
    "payments.forget_cards",
    "messages.deliver",
    "automations.advance",
)
"""What an act on money or on messages may have made due."""

_FINAL = frozenset({"invoice", "credit_note", "receipt", "message", "payment", "refund", "card_charge"})
"""Kinds of lines that tell of what can't be taken back."""

Work = Callable[[Desk], Done]


def do(
    work: Work,
    *,
    business: str | None,
    by: str | None,
    as_json: bool,
    dry_run: bool = False,
    question: str | None = None,
    ask_if: Callable[[Done], bool] = bool,
    yes: bool = False,
) -> None:
    """Do an act under the tenant's lock; what has a `question` can't be undone: it is shown first, and asked for.

    With `ask_if` only where that says so of what would come of it.
    """
    who, now, providers = actor(by), SystemClock().now(), SettledProviders(load())
    with database() as engine:
        tenant = business_id(engine, business)

        def unit(connection: Connection[Any]) -> Done:
            return work(Desk(connection, tenant, now, who, providers))

        would = None
        if dry_run or (question and not yes):
            would = locked(engine, tenant, unit, only_try=True)
            ask = not dry_run and ask_if(would)
            if dry_run or ask:
                _show(would, as_json=as_json, would=True)
            if dry_run:
                return
            if ask and not confirm(question or "", yes=yes):
                raise typer.Exit(1)
        done = locked(engine, tenant, _as_shown(unit, would), only_try=False)
    ring()
    _show(done, as_json=as_json, would=False)


def is_final(done: Done) -> bool:
    """Whether something came of an act that can't be taken back: issued, sent, or charged to a card."""
    return any(line["kind"] in _FINAL and line.get("status") != DocumentStatus.DRAFT for line in done.lines)


def _as_shown(unit: Callable[[Connection[Any]], Done], would: Done | None) -> Callable[[Connection[Any]], Done]:
    """Return the same act, which does nothing if it is no longer what was shown."""

    def checked(connection: Connection[Any]) -> Done:
        done = unit(connection)
        if would is not None and _gist(done) != _gist(would):
            raise ChangedMeanwhileError
        return done

    return checked


def _gist(done: Done) -> list[tuple[Any, ...]]:
    return [tuple(line.get(key) for key in ("kind", "contact", "total", "amount", "number")) for line in done.lines]


def ring(*bells: str) -> None:
    """Wake the workers, all or those of some bells; without Redis nothing is said, and beat finds the rows soon."""
    try:
        redis = connect(discover(load()).redis, timeout=1.0)
        redis.ping()
    except (RelanceError, RedisError, OSError):
        return
    NotedBells(redis).ring(*(bells or AFTER_AN_ACT))


def _kind(line: Mapping[str, Any]) -> str:
    """Return what kind of thing came of an act; a formal notice is no invoice (R25)."""
    return "formal_notice" if line.get("type") == DocumentKind.FORMAL_NOTICE else str(line["kind"])


def _owed(line: Mapping[str, Any]) -> str:
    due = line.get("due_on", line.get("next"))
    return f"{line['id']}, due {due}" if due else str(line["id"])


def _changed(line: Mapping[str, Any]) -> str:
    was, now = (address_text(line[when]) or "-" for when in ("was", "is"))
    return f"{line['what']}: {was} → {now}"


def _paid(line: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, [line["method"], *line["documents"]]))


def _charging(line: Mapping[str, Any]) -> str:
    """Return what card is charged, for what and when."""
    at = line["planned_for"]
    when = f"planned for {at[:16].replace('T', ' ')}" if at else "held by a pause"
    return ", ".join(filter(None, [line["card"], *line["documents"], when]))


def _counted(line: Mapping[str, Any]) -> str:
    return f"{line['rows']} {line['what']}"


_WHAT: Mapping[str, Cell] = {
    "charge": _owed,
    "recurring_payment": _owed,
    "changed": _changed,
    "message": lambda line: f"{line['template'].replace('_', ' ')} to {line['to']}",
    "skipped": lambda line: line["reason"],
    "emptied": _counted,
    "kept": _counted,
    "card_charge": _charging,
    "payment": _paid,
    "refund": _paid,
}
"""What a line tells of, by its kind; all others are documents."""


def _what(line: Mapping[str, Any]) -> object:
    what = _WHAT.get(line["kind"])
    return what(line) if what else line.get("number")


def _amount(line: Mapping[str, Any]) -> str:
    minor = line.get("total", line.get("amount"))
    return amount(minor, line["currency"]) if "currency" in line and minor is not None else ""


COLUMNS: Mapping[str, str | Cell] = {
    "": lambda line: _kind(line).replace("_", " "),
    "contact": lambda line: line["contact"] or "owner",
    "what": _what,
    "amount": _amount,
}


def _show(done: Done, *, as_json: bool, would: bool) -> None:
    """Print what was done, and everything that came of it."""
    note = done.note
    verdict = "would" if would else "done"
    if as_json:
        show_json(
            {note.kind: note.subject, verdict: note.act} | {k: v for k, v in note.detail.items() if v is not None}
        )
        for line in done.lines:
            show_json(line)
        return
    typer.echo(f"{note.subject}: {'would be ' if would else ''}{note.act}.")
    lines: Sequence[Line] = [line for line in done.lines if line["kind"] not in {"event", "alert"}]
    if lines:
        show_lines(lines, COLUMNS)
    for line in done.lines:
        if line["kind"] == "alert":
            typer.echo(f"The owner is told: {line['text']}")


def instant_of(desk: Desk, text: str | None, option: str) -> datetime | None:
    """Return the instant that an option names: a day and a time with its UTC offset; what lacks either is refused."""
    instant = as_instant(text) if text is not None else None
    if text is None or instant is not None:
        return instant
    if (local := _wall_time(text)) is None:
        raise BadInputError(f"{option} {text!r} is no instant. Write 2027-03-01T08:00+01:00: day, time and UTC offset.")
    no_time, where = as_date(text) is not None, _zone_of(desk)
    at = local.replace(hour=14 if no_time else local.hour, tzinfo=where)
    raise BadInputError(
        f"{option} {text!r} says no {'time of day' if no_time else 'UTC offset'}. "
        f"In {where} write {'for example ' if no_time else ''}{at.isoformat(timespec='minutes')}."
    )


def _wall_time(text: str) -> datetime | None:
    """Return the day and time that a text says without an offset, or None."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def _zone_of(desk: Desk) -> ZoneInfo:
    row = desk.connection.execute("SELECT timezone FROM businesses WHERE id = %s", (desk.business_id,)).fetchone()
    assert row is not None
    return zone(row[0])


def moment(desk: Desk, text: str | None) -> datetime | None:
    """Return when something was: an instant, or the start of a date in the tenant's zone."""
    if text is None:
        return None
    day, instant = as_date(text), as_instant(text)
    if day is None and instant is None:
        raise typer.BadParameter(f"{text!r} is no date. Write 2027-03-01, or an instant as 2027-03-01T08:00:00+01:00.")
    if day is None:
        return instant
    return start_of_day(day, _zone_of(desk))


def currency_of(desk: Desk, code: str | None) -> str:
    """Return the currency that is typed, in whatever case, else the business's."""
    if code is not None:
        return code.upper()
    row = desk.connection.execute("SELECT currency FROM businesses WHERE id = %s", (desk.business_id,)).fetchone()
    assert row is not None
    return str(row[0])
