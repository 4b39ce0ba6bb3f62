"""Businesses as their operator looks at them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from models.automation import AutomationRow, AutomationState
from models.business import Business
from models.contact import Contact
from models.rows import table_of
from tasks.reading.office import Line, Office, columns, open_office

_SHORT = ("id", "name", "timezone", "locale", "currency", "country")


def businesses(connection: Connection, now: datetime) -> list[Line]:
    """Return every business, with how many contacts and active automations it has."""
    rows = connection.execute(select(table_of(Business)).order_by(columns(Business).id))
    offices = [Office(connection, Business(*row), now) for row in rows]
    return [{name: getattr(office.business, name) for name in _SHORT} | _counts(office) for office in offices]


def business(connection: Connection, wanted: str | None, now: datetime) -> Line:
    """Return all that is kept of one business."""
    office = open_office(connection, wanted, now)
    facts = asdict(office.business) | {"created_at": office.local(office.business.created_at)}
    facts.pop("rules_version")
    return facts | _counts(office)


def _counts(office: Office) -> Line:
    active = columns(AutomationRow).state == AutomationState.ACTIVE
    return {"contacts": _count(office, Contact), "active_automations": _count(office, AutomationRow, active)}


def _count(office: Office, cls: type, *where: Any) -> int:
    query = select(func.count()).select_from(table_of(cls)).where(office.mine(cls), *where)
    return int(office.connection.execute(query).scalar_one())
