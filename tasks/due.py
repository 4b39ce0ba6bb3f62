"""What is due: the one look that beat takes before it rings, and the tick that gives way to the stream (R3)."""

from datetime import datetime

from sqlalchemy import Engine

from models.db import raw
from tasks.shell import Shell

_LOOKS = {
    "events.drain": "SELECT 1 FROM waiting",
    "automations.advance": "SELECT 1 FROM runs WHERE due_at <= %(now)s",
    "automations.merge": (
        "SELECT 1 FROM noted_charges n JOIN automations a"
        " ON a.business_id = n.business_id AND a.id = n.automation_id AND a.state NOT IN ('paused', 'parked')"
        " WHERE n.due_at <= %(now)s"
    ),
    "sessions.announce": "SELECT 1 FROM sessions WHERE announce_at <= %(now)s",
    "invoices.mark_overdue": "SELECT 1 FROM invoices WHERE check_at <= %(now)s",
    "messages.deliver": "SELECT 1 FROM messages WHERE next_attempt_at <= %(now)s",
}


def due_bells(engine: Engine, now: datetime) -> set[str]:
    """Return the bells whose rows are due: one query, an index probe for each."""
    columns = ", ".join(f"EXISTS ({look} LIMIT 1)" for look in _LOOKS.values())
    with engine.connect() as connection:
        row = raw(connection).execute(f"SELECT {columns}".encode(), {"now": now}).fetchone()
    assert row is not None
    return {bell for bell, due in zip(_LOOKS, row, strict=True) if due}


def horizon(shell: Shell, now: datetime) -> datetime:
    """Return up to which instant ticks may decide: what arrived first is drained first (R3)."""
    return shell.catch_up.horizon(shell.stream.oldest_unread(), now)
