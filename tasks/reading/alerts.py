"""What the owner was told: money that needs a person, parked automations, messages without a channel."""

from datetime import date

from sqlalchemy import ColumnElement

from models.business import Alert
from models.periods import start_of_day
from tasks.reading.office import Line, Office, columns


def alerts(
    office: Office,
    *,
    reason: str | None = None,
    contact: str | None = None,
    since: date | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest alerts that are as wanted, oldest first; `since` is a local date, included."""
    alert, where = columns(Alert), list[ColumnElement[bool]]()
    if reason is not None:
        where.append(alert.reason == reason)
    if contact is not None:
        where.append(alert.contact_id == office.client(contact))
    if since is not None:
        where.append(alert.at >= start_of_day(since, office.zone))
    return [_line(office, found) for found in office.latest(Alert, *where, order=[alert.at, alert.id], limit=limit)]


def _line(office: Office, row: Alert) -> Line:
    return {
        "at": office.local(row.at),
        "reason": row.reason,
        "contact": row.contact_id,
        "text": row.text,
        "data": row.data or {},
        "over_since": office.local(row.seen_at),
    }
