"""Forgetting what is settled: orders that are over, with all that belongs to them, leave the tables of a world.

An order is over when its sessions have ended, its documents are paid or void, its money is used, nothing that waits is
about it, nothing that is still to come names it, and all that holds of those with whom it shares a document or a
payment. What is left is what is open, however long the past is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from tasks.backtest.mentions import Mentions

TABLES = (
    "CREATE TEMP TABLE going (id text PRIMARY KEY)",
    "CREATE TEMP TABLE held (id text PRIMARY KEY)",
    "CREATE TEMP TABLE ties (order_id text, thing text NOT NULL)",
    "CREATE INDEX ON ties (order_id)",
    "CREATE INDEX ON ties (thing)",
)
"""The orders that are about to go, what something waits for, and the documents and payments of all orders."""
PAGE = 2_000
_HELD = (
    "INSERT INTO held SELECT id FROM (SELECT substr(subject, strpos(subject, ':') + 1) AS id FROM run_subjects"
    " UNION SELECT jsonb_array_elements_text(made || merged) FROM runs WHERE state IN ('waiting', 'deferred')"
    " UNION SELECT j.value FROM messages m, jsonb_each_text(m.subject_ids) j WHERE m.state IN ('prepared', 'sending')"
    " UNION SELECT jsonb_array_elements_text(m.documents) FROM messages m WHERE m.state IN ('prepared', 'sending')"
    " UNION SELECT charge_id FROM noted_charges) AS all_of_them WHERE id IS NOT NULL"
)
_OVER = (
    "INSERT INTO going SELECT o.id FROM orders o WHERE o.placed_at IS NOT NULL AND NOT o.waits"
    " AND NOT EXISTS (SELECT FROM held WHERE id = o.id) AND NOT EXISTS"
    " (SELECT FROM bookings b LEFT JOIN sessions s ON s.business_id = b.business_id AND s.id = b.session_id"
    " WHERE b.business_id = o.business_id AND b.order_id = o.id AND (EXISTS (SELECT FROM held WHERE id = b.id)"
    " OR EXISTS (SELECT FROM held WHERE id = s.id) OR s.announce_at IS NOT NULL"
    " OR coalesce(s.ends_at, 'infinity') > %(now)s))"
    " AND NOT EXISTS"
    " (SELECT FROM charges c LEFT JOIN invoices i ON i.business_id = c.business_id AND i.id = c.invoice_id"
    " WHERE c.business_id = o.business_id AND c.order_id = o.id AND (EXISTS (SELECT FROM held WHERE id = c.id)"
    " OR c.recurring_id IS NOT NULL OR EXISTS (SELECT FROM held WHERE id = i.id) OR i.check_at IS NOT NULL"
    " OR i.status IN ('draft', 'issued')))"
)
_TIES = (
    "INSERT INTO ties SELECT c.order_id, c.invoice_id FROM charges c WHERE c.invoice_id IS NOT NULL"
    " UNION SELECT c.order_id, a.payment_id FROM allocations a"
    " LEFT JOIN charges c ON c.business_id = a.business_id AND c.id = a.charge_id"
    " UNION SELECT c.order_id, n.payment_id FROM payment_charges n"
    " LEFT JOIN charges c ON c.business_id = n.business_id AND c.id = n.charge_id"
    " UNION SELECT substr(target, 7), id FROM payments WHERE target LIKE 'order:%'"
)
_CREDIT = (
    "DELETE FROM going g USING ties t, payments p"
    " WHERE t.order_id = g.id AND p.id = t.thing AND (p.available > 0 OR p.status <> 'received')"
)
_TIED = (
    "DELETE FROM going g USING ties t, ties u WHERE t.order_id = g.id AND u.thing = t.thing"
    " AND NOT EXISTS (SELECT FROM going h WHERE h.id = u.order_id)"
)
_NAMES = (
    "SELECT g.id, ARRAY(SELECT unnest(ARRAY[b.id, b.session_id]) FROM bookings b"
    " WHERE b.business_id = %(business)s AND b.order_id = g.id)"
    " || ARRAY(SELECT other.id FROM bookings b JOIN bookings other ON other.business_id = b.business_id"
    " AND other.session_id = b.session_id AND other.contact_id = b.contact_id AND other.id <> b.id"
    " WHERE b.business_id = %(business)s AND b.order_id = g.id)"
    " || ARRAY(SELECT c.id FROM charges c WHERE c.business_id = %(business)s AND c.order_id = g.id)"
    " || ARRAY(SELECT t.thing FROM ties t WHERE t.order_id = g.id) FROM going g"
)
_FORGET = (
    "WITH things AS (SELECT DISTINCT t.thing FROM ties t JOIN going g ON g.id = t.order_id),"
    " owed AS (SELECT c.id FROM charges c JOIN going g ON g.id = c.order_id),"
    " _1 AS (DELETE FROM invoice_taxes WHERE invoice_id IN (SELECT thing FROM things)),"
    " _2 AS (DELETE FROM invoices WHERE id IN (SELECT thing FROM things)),"
    " _3 AS (DELETE FROM payments WHERE id IN (SELECT thing FROM things)),"
    " _4 AS (DELETE FROM refunds WHERE payment_id IN (SELECT thing FROM things)),"
    " _5 AS (DELETE FROM payment_charges WHERE payment_id IN (SELECT thing FROM things)),"
    " _6 AS (DELETE FROM allocations WHERE payment_id IN (SELECT thing FROM things)),"
    " _7 AS (DELETE FROM charges WHERE id IN (SELECT id FROM owed)),"
    " _8 AS (DELETE FROM bookings WHERE order_id IN (SELECT id FROM going))"
    " DELETE FROM orders WHERE id IN (SELECT id FROM going)"
)
_PAST = (
    """DELETE FROM sessions s WHERE announce_at IS NULL AND ends_at <= %(now)s
    AND NOT EXISTS (SELECT FROM bookings b WHERE b.business_id = s.business_id AND b.session_id = s.id)""",
    """DELETE FROM messages m WHERE state NOT IN ('prepared', 'sending') AND next_attempt_at IS NULL AND NOT EXISTS
    (SELECT FROM run_subjects s WHERE s.business_id = m.business_id AND s.subject = 'message:' || m.id)""",
    """DELETE FROM runs r WHERE state NOT IN ('waiting', 'deferred') AND NOT EXISTS
    (SELECT FROM messages m WHERE m.business_id = r.business_id AND m.run_id = r.id)""",
    "DELETE FROM limit_slots WHERE until < %(now)s::timestamptz - interval '1 day'",
    "DELETE FROM daily_counts WHERE day < (%(now)s::timestamptz - interval '3 days')::date::text",
)
"""What else is over: sessions without seats, messages, runs, what limits and caps have counted."""


def forget(connection: Connection[Any], business_id: str, mentions: Mentions, place: int, now: datetime) -> int:
    """Delete what is settled at an instant and not named at a place or after it; return how many orders went."""
    names = {"business": business_id, "now": now}
    for name in ("going", "held", "ties"):
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    connection.execute(_HELD)
    connection.execute("ANALYZE pg_temp.held")
    connection.execute(_OVER.encode(), names)
    connection.execute(_TIES)
    connection.execute("ANALYZE pg_temp.going, pg_temp.ties")
    connection.execute(_CREDIT)
    for some in _named(connection, names, mentions, place):
        connection.execute("DELETE FROM going WHERE id = ANY(%s)", (some,))
    while connection.execute(_TIED).rowcount:
        pass
    gone = connection.execute(_FORGET.encode()).rowcount
    for statement in _PAST:
        connection.execute(statement.encode(), names)
    return gone


def _named(connection: Connection[Any], names: dict[str, Any], mentions: Mentions, place: int) -> Iterator[list[str]]:
    """Yield those that are about to go and are still named, some at a time."""
    with connection.cursor(name="going") as cursor:
        cursor.execute(_NAMES.encode(), names)
        while rows := cursor.fetchmany(PAGE):
            yield [id_ for id_, others in rows if mentions.still(place, [id_, *filter(None, others)])]
