"""Isolating: what fails a batch is found by halving, so that it stops nobody else; what failed alone is put off.

A row that fails is due again after a while, and again after a longer one. The third time it is given up, if that loses
nothing: an event goes to the dead letters, a run has failed, a message is done with, a webhook keeps its error. What
can't be given up (a session's start, a due date, charges that were noted) is tried once a day. Of all but events the
owner is told.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from psycopg import Connection

from models.automation import Decision
from models.business import Alert
from models.db import AWAY
from models.identifiers import key
from tasks.engine import lock
from tasks.storing import bury_stored
from tasks.writing import copy

T = TypeVar("T")


class Kept(Protocol):
    """Something that a row keeps due until it is decided."""

    @property
    def business_id(self) -> str:
        """The tenant."""
        ...

    @property
    def row(self) -> tuple[str, str]:
        """The row's table and id."""
        ...


PATIENCE = (timedelta(minutes=1), timedelta(minutes=10), timedelta(days=1))
"""How long a row is put off after it failed for the first, second and third time, and from then on."""

PUT_OFF = {
    "runs": "UPDATE runs SET due_at = %(at)s WHERE business_id = %(tenant)s AND id = %(id)s AND due_at <= %(now)s",
    "sessions": (
        "UPDATE sessions SET announce_at = %(at)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND announce_at <= %(now)s"
    ),
    "recurring_payments": (
        "UPDATE recurring_payments SET next_run_at = %(at)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND next_run_at <= %(now)s"
    ),
    "occurrences": (
        "UPDATE occurrences SET next_at = %(at)s WHERE business_id = %(tenant)s AND id = %(id)s AND next_at <= %(now)s"
    ),
    "billing_schedules": (
        "UPDATE billing_schedules SET next_at = %(at)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND next_at <= %(now)s"
    ),
    "billing_occurrences": (
        "UPDATE billing_occurrences SET next_at = %(at)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND next_at <= %(now)s"
    ),
    "bookings": (
        "UPDATE bookings SET pay_by = %(at)s WHERE business_id = %(tenant)s AND id = %(id)s AND pay_by <= %(now)s"
    ),
    "invoices": (
        "UPDATE invoices SET check_at = %(at)s WHERE business_id = %(tenant)s AND id = %(id)s AND check_at <= %(now)s"
    ),
    "noted_charges": (
        "UPDATE noted_charges SET due_at = %(at)s"
        " WHERE business_id = %(tenant)s AND automation_id || ' ' || group_key = %(id)s AND due_at <= %(now)s"
    ),
    "waiting": "SELECT FROM waiting WHERE business_id = %(tenant)s AND sequence = %(id)s::bigint",
    "card_attempts": (
        "UPDATE card_attempts SET due_at = CASE WHEN due_at IS NOT NULL THEN %(at)s END,"
        " ask_at = CASE WHEN ask_at IS NOT NULL THEN %(at)s END"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND coalesce(due_at, ask_at) IS NOT NULL"
    ),
    "webhooks": (
        "UPDATE webhooks SET due_at = %(at)s, error = %(reason)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND due_at IS NOT NULL"
    ),
    "messages": (
        "UPDATE messages SET next_attempt_at = %(at)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s AND next_attempt_at IS NOT NULL"
    ),
}
"""How a row of each kind is made due later."""


def by_halves(items: Sequence[T], work: Callable[[Sequence[T]], None], give_up: Callable[[T, Exception], None]) -> None:
    """Do work on items, each in one unit with as many others as can be; give up those with which it fails alone."""
    try:
        work(items)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, it is one item's own
        if len(items) == 1:
            give_up(items[0], error)
            return
        middle = len(items) // 2
        by_halves(items[:middle], work, give_up)
        by_halves(items[middle:], work, give_up)


def put_off(
    connection: Connection[Any], item: Kept, reason: str, now: datetime, patience: Sequence[timedelta] = PATIENCE
) -> None:
    """Let a row that failed alone wait; the third time give it up or tell the owner."""
    lock(connection, [item.business_id])
    put_off_locked(connection, item, reason, now, patience)


def put_off_locked(
    connection: Connection[Any], item: Kept, reason: str, now: datetime, patience: Sequence[timedelta] = PATIENCE
) -> None:
    """Do so where nobody else can be at work on the tenant."""
    table, id_ = item.row
    names = {"tenant": item.business_id, "table": table, "id": id_, "now": now, "reason": reason}
    times, until = _count(connection, names | {"patience": list(patience)})
    there = connection.execute(PUT_OFF[table].encode(), names | {"at": until}).rowcount
    if not there or times < len(PATIENCE):
        return
    if table in _GIVEN_UP:
        _GIVEN_UP[table](connection, names)
        connection.execute(
            "DELETE FROM setbacks WHERE business_id = %(tenant)s AND subject = %(table)s || ' ' || %(id)s", names
        )
    if table != "waiting" and times == len(PATIENCE):
        _tell(connection, item, f"{table} {id_} failed {times} times. {reason}", now)


def _count(connection: Connection[Any], names: dict[str, Any]) -> tuple[int, datetime]:
    """Return how often a row has failed alone, this time included, and until when it is left alone now."""
    row = connection.execute(
        "INSERT INTO setbacks AS s (business_id, subject, attempts, among, at, until, reason)"
        " VALUES (%(tenant)s, %(table)s || ' ' || %(id)s, 1, 1, %(now)s,"
        " %(now)s + (%(patience)s::interval[])[1], %(reason)s)"
        " ON CONFLICT (business_id, subject) DO UPDATE SET attempts = s.attempts + 1, among = 1, at = excluded.at,"
        " until = excluded.at + (%(patience)s::interval[])[least(s.attempts + 1, 3)], reason = excluded.reason"
        " RETURNING attempts, until",
        names,
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _give_up_message(connection: Connection[Any], names: dict[str, Any]) -> None:
    """Let a message be as it stands, sent or not."""
    connection.execute(
        "UPDATE messages SET next_attempt_at = NULL, lease = NULL, detail = %(reason)s, state ="
        " CASE WHEN state IN ('prepared', 'sending') THEN 'failed' ELSE state END"
        " WHERE business_id = %(tenant)s AND id = %(id)s",
        names,
    )


def _give_up_run(connection: Connection[Any], names: dict[str, Any]) -> None:
    """End a run as failed, its slot given back if it had no effect (R7)."""
    connection.execute(
        "UPDATE limit_slots l SET until = l.taken_at FROM runs r WHERE r.business_id = %(tenant)s AND r.id = %(id)s"
        " AND r.effects = 0 AND l.business_id = r.business_id AND l.contact_id = coalesce(r.contact_id, '')"
        " AND l.automation_id = r.automation_id AND l.run_id = r.id",
        names,
    )
    connection.execute(
        "UPDATE runs SET state = 'failed', reason = 'failed', due_at = NULL, ended_at = %(now)s"
        " WHERE business_id = %(tenant)s AND id = %(id)s",
        names,
    )
    connection.execute("DELETE FROM run_subjects WHERE business_id = %(tenant)s AND run_id = %(id)s", names)


def _give_up_event(connection: Connection[Any], names: dict[str, Any]) -> None:
    """Move an event to the dead letters."""
    reason = f"Deciding this event failed three times. {names['reason']} Correct it and replay it."
    bury_stored(connection, [(int(names["id"]), "poison", reason)], names["now"])


def _give_up_webhook(connection: Connection[Any], names: dict[str, Any]) -> None:
    """Leave a card provider's message with its error until a person puts it back."""
    connection.execute("UPDATE webhooks SET due_at = NULL WHERE business_id = %(tenant)s AND id = %(id)s", names)


_GIVEN_UP = {
    "runs": _give_up_run,
    "messages": _give_up_message,
    "waiting": _give_up_event,
    "webhooks": _give_up_webhook,
}
"""What can be given up, and how."""


def _tell(connection: Connection[Any], item: Kept, text: str, now: datetime) -> None:
    """Tell the owner; of a run also say in its own history how it ended."""
    table, id_ = item.row
    alert = key("alr", now, item.business_id, "stuck", table, id_)
    copy(connection, Alert, [Alert(item.business_id, alert, now, "stuck", text, data={"row": f"{table} {id_}"})])
    if table != "runs":
        return
    found = connection.execute(
        "SELECT contact_id, automation_id, version, fact_id FROM runs WHERE business_id = %s AND id = %s",
        (item.business_id, id_),
    ).fetchone()
    assert found is not None
    contact_id, automation_id, version, fact_id = found
    decision = Decision(
        item.business_id,
        key("dec", now, item.business_id, "failed", id_),
        now,
        "failed",
        "failed",
        contact_id,
        automation_id,
        version,
        id_,
        fact_id,
        detail={"error": text},
    )
    copy(connection, Decision, [decision])
