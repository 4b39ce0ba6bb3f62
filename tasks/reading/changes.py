"""Who changed what and when, oldest first."""

from datetime import date

from sqlalchemy import ColumnElement

from models.changes import Change
from models.periods import start_of_day
from tasks.reading.office import Line, Office, columns


def changes(
    office: Office,
    *,
    kind: str | None = None,
    subject: str | None = None,
    act: str | None = None,
    actor: str | None = None,
    since: date | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest acts that are as wanted; `since` is a local date, included."""
    change, where = columns(Change), list[ColumnElement[bool]]()
    wanted = {"kind": kind, "subject": subject, "act": act, "actor": actor}
    where += [change[name] == value for name, value in wanted.items() if value is not None]
    if since is not None:
        where.append(change.at >= start_of_day(since, office.zone))
    return [_line(office, found) for found in office.latest(Change, *where, order=[change.id], limit=limit)]


def _line(office: Office, row: Change) -> Line:
    return {
        "at": office.local(row.at),
        "actor": row.actor,
        "kind": row.kind,
        "subject": row.subject,
        "act": row.act,
        "detail": row.detail or {},
    }
