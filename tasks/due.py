"""What is due: the one look that beat takes before it rings, and how far ticks look (R3)."""

from datetime import datetime

from sqlalchemy import Engine

from models.db import raw
from models.pausing import EVERYBODY
from tasks.catching_up import STREAM, View
from tasks.shell import Shell

ASKABLE = (
    "noted_charges n JOIN automations a ON a.business_id = n.business_id AND a.id = n.automation_id"
    " AND a.state NOT IN ('paused', 'parked') AND NOT EXISTS (SELECT FROM pauses p WHERE p.ended_at IS NULL"
    f" AND p.business_id IN (n.business_id, '{EVERYBODY}') AND p.scope IN ('everything', 'money'))"
)
"""The charges noted over a limit that no person keeps from being asked for."""
_LOOKS = {
    "pauses.end": "SELECT 1 FROM pauses WHERE released_at IS NULL AND coalesce(ended_at, until) <= %(now)s",
    "events.drain": "SELECT 1 FROM waiting",
    "automations.advance": "SELECT 1 FROM runs WHERE due_at <= %(now)s",
    "automations.merge": f"SELECT 1 FROM {ASKABLE} WHERE n.due_at <= %(now)s",  # noqa: S608  # ours
    "sessions.announce": "SELECT 1 FROM sessions WHERE announce_at <= %(now)s",
    "bookings.release": "SELECT 1 FROM bookings WHERE pay_by <= %(now)s",
    "automations.start": "SELECT 1 FROM occurrences WHERE next_at <= %(now)s",
    "billing.open_cycles": "SELECT 1 FROM billing_schedules WHERE next_at <= %(now)s",
    "billing.bill": "SELECT 1 FROM billing_occurrences WHERE next_at <= %(now)s",
    "payments.recur": "SELECT 1 FROM recurring_payments WHERE next_run_at <= %(now)s",
    "invoices.mark_overdue": "SELECT 1 FROM invoices WHERE check_at <= %(now)s",
    "payments.collect": "SELECT 1 FROM card_attempts WHERE due_at <= %(now)s",
    "payments.read_webhooks": "SELECT 1 FROM webhooks WHERE due_at <= %(now)s",
    "payments.forget_cards": "SELECT 1 FROM mandates WHERE forget_at <= %(now)s",
    "payments.settle": "SELECT 1 FROM card_attempts WHERE ask_at <= %(now)s",
    "messages.deliver": "SELECT 1 FROM messages WHERE next_attempt_at <= %(now)s",
}


def due_bells(engine: Engine, now: datetime) -> set[str]:
    """Return the bells whose rows are due: one query, an index probe for each."""
    columns = ", ".join(f"EXISTS ({look} LIMIT 1)" for look in _LOOKS.values())
    with engine.connect() as connection:
        row = raw(connection).execute(f"SELECT {columns}".encode(), {"now": now}).fetchone()
    assert row is not None
    return {bell for bell, due in zip(_LOOKS, row, strict=True) if due}


def view(shell: Shell, now: datetime) -> View:
    """Return how far ticks look now: what arrived first is decided first (R3)."""
    return View(now, shell.catch_up.horizon(STREAM, shell.stream.oldest_unread(), now), shell.catch_up)
