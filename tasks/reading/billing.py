"""Consolidated billing as people look at it: whose settings hold for a client, what comes next, how far a run is."""

from typing import Any

from models.billing import explained
from models.billing_rows import BillingOccurrence, BillingSchedule
from models.db import raw
from tasks.reading.office import Line, Office, columns

LATEST = 20
"""So many occurrences are shown, unless more are asked for."""

LEFT = """
SELECT count(DISTINCT contact_id) FROM charges WHERE business_id = %s AND NOT closed AND state = 'due'
 AND contact_id > %s AND due_on <= %s AND recorded_at < %s
"""
"""The clients of an occurrence that are still to be looked at."""


def settings_of(office: Office, contact: str) -> list[Line]:
    """Return the settings that hold for a client, key by key: its own, its first group's, the business's, or ours."""
    found = office.client_by(contact)
    return [
        {"contact": found.id, "setting": name, "value": value, "from": source}
        for name, value, source in explained(office.business, found)
    ]


def schedules(office: Office) -> list[Line]:
    """Return by which cycles anybody is billed, and what date each comes to next."""
    return [
        {"schedule": one.id, "next": one.day, "at": office.local(one.next_at or one.held_at), "held": _is(one.held_at)}
        for one in sorted(office.rows(BillingSchedule), key=lambda one: (one.day, one.id))
    ]


def occurrences(office: Office, limit: int | None) -> list[Line]:
    """Return the latest occurrences, oldest first: how they stand, what they made, how many clients are left."""
    order = [columns(BillingOccurrence).before, columns(BillingOccurrence).id]
    return [_occurrence(office, one) for one in office.latest(BillingOccurrence, order=order, limit=limit)]


def _occurrence(office: Office, one: BillingOccurrence) -> Line:
    state = _state(one)
    left = _left(office, one) if one.ended_at is None else 0
    return {
        "occurrence": one.id,
        "schedule": one.schedule_id,
        "day": one.day,
        "at": office.local(one.at),
        "state": state,
        "clients": one.clients,
        "documents": one.documents,
        "amounts": one.amounts or {},
        "left": left,
        "ended": office.local(one.ended_at),
        "by": one.actor,
    }


def _left(office: Office, one: BillingOccurrence) -> int:
    row: Any = raw(office.connection).execute(LEFT, (office.id, one.reached, one.day, one.before)).fetchone()
    return int(row[0])


def _state(one: BillingOccurrence) -> str:
    if one.outcome is not None:
        return str(one.outcome)
    return "held" if one.held_at else "parked" if one.parked_at else "billing"


def _is(value: object) -> bool:
    return value is not None
