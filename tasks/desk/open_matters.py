"""What is still open between a business and a client: while there is any of it, the client is not erased."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

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


class Matter(NamedTuple):
    """Something that is open: a clause that says so, and how much money of what it is about, if it is about any."""

    clause: str
    money: str | None


def open_matters(desk: Desk, values: Mapping[str, Any]) -> list[Matter]:
    """Return everything that is open with a client."""
    return [
        _matter(reason, *row)
        for reason, query in OPEN.items()
        for row in desk.connection.execute(written(f"{query} ORDER BY 1"), values)
    ]


def _matter(reason: str, id_: str, amount: int | None = None, currency: str | None = None) -> Matter:
    what = f"{reason.partition(' {}')[0].removeprefix('money of ')} {id_}"
    money = f"{show(amount, currency)} of {what}" if amount is not None and currency is not None else None
    return Matter(reason.format(id_), money)
