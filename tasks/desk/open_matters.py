"""What is still open between a business and a client: while there is any of it, the client is not erased."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from models.refusals import show
from tasks.desk.acting import Desk
from tasks.desk.emptying import written

OPEN: Mapping[str, str] = MappingProxyType(
    {
        "document {} is a draft or has an amount due": "SELECT coalesce(number, id),"
        " CASE status WHEN 'draft' THEN total ELSE amount_due END, currency FROM invoices"
        " WHERE $mine AND (status = 'draft' OR status = 'issued' AND amount_due > 0)",
        "charge {} is due": "SELECT id, owed - settled, currency FROM charges"
        " WHERE $mine AND state IN ('due', 'claimed') AND owed > 0",
        "money of payment {} is left": "SELECT id, available, currency FROM payments WHERE $mine AND available > 0",
        "refund {} is on its way": "SELECT id, amount, currency FROM refunds WHERE $mine AND status = 'prepared'",
        "card attempt {} is under way": "SELECT id, amount, currency FROM card_attempts WHERE $mine"
        " AND state IN ('prepared', 'sending', 'open', 'uncertain')",
        "recurring payment {} is active": "SELECT id, price, currency FROM recurring_payments"
        " WHERE $mine AND next_run_at IS NOT NULL",
        "booking {} is to come": "SELECT b.id FROM bookings b JOIN sessions s"
        " ON (s.business_id, s.id) = (b.business_id, b.session_id)"
        " WHERE b.business_id = %(tenant)s AND b.contact_id = ANY(%(ids)s) AND b.status = 'booked'"
        " AND coalesce(s.ends_at, s.starts_at) > %(now)s",
        "message {} is going out just now": "SELECT id FROM messages WHERE $mine AND state = 'sending'",
        "event {} is not decided yet": "SELECT i.id FROM waiting w JOIN inbox i"
        " ON (i.business_id, i.sequence) = (w.business_id, w.sequence) WHERE w.business_id = %(tenant)s"
        " AND EXISTS (SELECT FROM unnest(%(needles)s::text[]) n WHERE strpos(lower(i.raw), n) > 0)",
        "message {} of the card provider is not read yet": "SELECT w.id FROM webhooks w"
        " WHERE w.business_id = %(tenant)s AND w.due_at IS NOT NULL AND $told",
    }
)
"""Each reason not to erase, and the query for what it is about: its number or id, and its money if it is about any."""


def open_matters(desk: Desk, values: Mapping[str, Any]) -> list[str]:
    """Return, as clauses, everything that is open with a client: what, and how much money it is about."""
    return [
        reason.format(_named(*row))
        for reason, query in OPEN.items()
        for row in desk.connection.execute(written(f"{query} ORDER BY 1"), values)
    ]


def _named(id_: str, amount: int | None = None, currency: str | None = None) -> str:
    """Return what something is called, with its amount as people read it."""
    return id_ if amount is None or currency is None else f"{id_} ({show(amount, currency)})"
