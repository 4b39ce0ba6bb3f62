"""The books must balance: what holds of the rows of every business at every commit, asked of the database itself.

Each rule is one query that returns the rows which break it; a sound database returns none. Tests ask after every story
and every fault, `relance books verify` asks for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from models.chain import GENESIS, Head, verify
from models.journal import JournalEntry
from models.rows import columns_of

CHAIN = "journal_chain"
FETCHED = 5_000
"""Journal entries read at a time."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where the books do not balance: the rule that is broken, and a sentence about it."""

    business_id: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that always holds: `broken` selects what breaks it, `sentence` tells of one row by its columns."""

    name: str
    sentence: str
    broken: str


def check_books(connection: Connection[Any], business_id: str | None = None) -> list[Breach]:
    """Return every breach of the books of one business, or of all; balanced books give none."""
    return [*_broken_rules(connection, business_id), *_broken_chains(connection, business_id)]


def _broken_rules(connection: Connection[Any], business_id: str | None) -> Iterator[Breach]:
    only = "" if business_id is None else " WHERE b.business_id = %(business)s"
    with connection.cursor(row_factory=dict_row) as cursor:
        for rule in RULES:
            cursor.execute(f"SELECT * FROM ({rule.broken}) b{only}".encode(), {"business": business_id})  # noqa: S608
            for row in cursor.fetchall():
                yield Breach(row["business_id"], rule.name, rule.sentence.format(**row))


def _broken_chains(connection: Connection[Any], business_id: str | None) -> Iterator[Breach]:
    heads = connection.execute(
        "SELECT b.id, coalesce(h.sequence, 0), coalesce(h.hash, %(genesis)s) FROM businesses b"
        " LEFT JOIN journal_heads h ON h.business_id = b.id"
        " WHERE b.id = %(business)s OR %(business)s::text IS NULL ORDER BY b.id",
        {"genesis": GENESIS, "business": business_id},
    ).fetchall()
    for name, sequence, seal in heads:
        for breach in verify(_journal(connection, name), end=Head(sequence, seal)):
            yield Breach(name, CHAIN, breach.text)


def _journal(connection: Connection[Any], business_id: str) -> Iterator[JournalEntry]:
    columns = ", ".join(columns_of(JournalEntry))
    with connection.cursor(name="journal") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(
            f"SELECT {columns} FROM journal WHERE business_id = %s ORDER BY sequence".encode(),  # noqa: S608  # ours
            (business_id,),
        )
        for values in cursor:
            yield JournalEntry(*values)


RULES = (
    Rule(
        "event_lost",
        "Event {id} ({type}) of {source} was stored, but it neither waits nor is dead nor shows in the books: "
        "replay it.",
        """SELECT i.business_id, i.id, i.source, i.type FROM inbox i
            WHERE i.type IN ('order.placed', 'payment.received') AND i.raw <> ''
              AND NOT EXISTS (SELECT FROM waiting w WHERE w.sequence = i.sequence)
              AND NOT EXISTS (SELECT FROM dead_letters d
                               WHERE (d.business_id, d.source, d.event_id) = (i.business_id, i.source, i.id))
              AND NOT EXISTS (SELECT FROM orders o WHERE o.business_id = i.business_id AND o.stamp <> ''
                               AND o.id = nullif(i.raw, '')::json -> 'data' -> 'order' ->> 'id')
              AND NOT EXISTS (SELECT FROM payments p WHERE p.business_id = i.business_id AND p.stamp <> ''
                               AND p.id = nullif(i.raw, '')::json -> 'data' -> 'payment' ->> 'id')""",
    ),
    Rule(
        "event_unknown",
        "Event number {sequence} waits to be decided, but the inbox does not hold it.",
        """SELECT w.business_id, w.sequence FROM waiting w LEFT JOIN inbox i USING (business_id, sequence)
            WHERE i.sequence IS NULL""",
    ),
    Rule(
        "one_live_document",
        "Charge {charge_id} stands on {count} live documents ({numbers}): void all but one.",
        # a draft holds what it claims: of a charge that needs no invoice any more it lets go (R14)
        """SELECT l.business_id, l.charge_id, count(*),
                  string_agg(coalesce(d.number, 'draft ' || d.id), ', ' ORDER BY d.number) AS numbers
             FROM invoice_lines l JOIN invoices d ON (d.business_id, d.id) = (l.business_id, l.invoice_id)
             JOIN charges h ON (h.business_id, h.id) = (l.business_id, l.charge_id)
            WHERE d.kind = '380' AND (d.status NOT IN ('void', 'draft') OR d.status = 'draft' AND h.state = 'claimed')
              AND l.gross > coalesce(
                  (SELECT sum(CASE WHEN o.kind = '386' THEN -c.gross ELSE c.gross END)
                     FROM invoice_lines c JOIN invoices n ON (n.business_id, n.id) = (c.business_id, c.invoice_id)
                     LEFT JOIN invoices o ON (o.business_id, o.id) = (n.business_id, n.of_id)
                    WHERE c.business_id = l.business_id AND c.charge_id = l.charge_id
                      AND (o.id = d.id OR n.created_at <= d.created_at AND '386' IN (n.kind, o.kind))), 0)
            GROUP BY l.business_id, l.charge_id HAVING count(*) > 1""",
    ),
    Rule(
        "numbers_gapless",
        "Series {series!r} of {year} has {count} documents, numbered {first} to {last}: they should be 1 to {count}.",
        """SELECT business_id, series, year, count(*), min(sequence) AS first, max(sequence) AS last
             FROM invoices WHERE number IS NOT NULL GROUP BY business_id, series, year
           HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)""",
    ),
    Rule(
        "numbers_counted",
        "The counter of series {series!r} of {year} stands at {counted}, its last document is {last}.",
        """SELECT * FROM (SELECT business_id, series, year, max(sequence) AS last FROM invoices
                           WHERE number IS NOT NULL GROUP BY business_id, series, year) d
             FULL JOIN (SELECT business_id, series, year, last AS counted FROM counters) c
                 USING (business_id, series, year) WHERE last IS DISTINCT FROM counted""",
    ),
    Rule(
        "numbers_dated",
        "Document {number} of {issued_on} comes after one of {before}: numbers and dates should rise together.",
        """SELECT * FROM (SELECT business_id, number, year, issued_on, lag(issued_on) OVER w AS before FROM invoices
                            WHERE number IS NOT NULL
                           WINDOW w AS (PARTITION BY business_id, series, year = 0 ORDER BY year, sequence)) d
            WHERE issued_on < before OR year NOT IN (0, extract(year FROM issued_on))""",
    ),
    Rule(
        "lines_document",
        "Line {position} of {invoice_id} ({what}) belongs to no document.",
        """SELECT l.business_id, l.invoice_id, l.position, l.what
             FROM (SELECT business_id, invoice_id, position, 'a line' AS what FROM invoice_lines UNION ALL
                   SELECT business_id, invoice_id, position, 'a VAT group' FROM invoice_taxes) l
            WHERE NOT EXISTS (SELECT FROM invoices d WHERE (d.business_id, d.id) = (l.business_id, l.invoice_id))""",
    ),
    Rule(
        "lines_sum",
        "The lines of {number} sum to {net} + {tax}, the document says {document_net} + {document_tax}.",
        """SELECT d.business_id, d.number, d.net AS document_net, d.tax AS document_tax, l.net, l.tax
             FROM invoices d CROSS JOIN LATERAL (
                  SELECT coalesce(sum(net), 0) AS net, coalesce(sum(tax), 0) AS tax, coalesce(sum(gross), 0) AS gross
                    FROM invoice_lines WHERE (business_id, invoice_id) = (d.business_id, d.id)) l
            WHERE d.kind IN ('380', '381', '386')
              AND (l.net, l.tax, l.gross, d.total) IS DISTINCT FROM (d.net, d.tax, d.total, d.net + d.tax)""",
    ),
    Rule(
        "taxes_sum",
        "The VAT groups of {number} sum to {net} + {tax}, the document says {document_net} + {document_tax}.",
        """SELECT d.business_id, d.number, d.net AS document_net, d.tax AS document_tax, t.net, t.tax
             FROM invoices d CROSS JOIN LATERAL (
                  SELECT coalesce(sum(net), 0) AS net, coalesce(sum(tax), 0) AS tax
                    FROM invoice_taxes WHERE (business_id, invoice_id) = (d.business_id, d.id)) t
            WHERE d.kind IN ('380', '381', '386') AND (t.net, t.tax) IS DISTINCT FROM (d.net, d.tax)""",
    ),
    Rule(
        "taxes_closed",
        "The VAT groups of {number} are closed to {settled} of {total}, but {amount_due} is left to pay.",
        """SELECT d.business_id, d.number, d.total, d.amount_due, t.settled
             FROM invoices d CROSS JOIN LATERAL (
                  SELECT sum(settled) AS settled, bool_or(settled < 0 OR settled > net + tax) AS wrong
                    FROM invoice_taxes WHERE (business_id, invoice_id) = (d.business_id, d.id)) t
            WHERE d.kind = '380' AND (t.wrong OR t.settled <> d.total - d.amount_due)""",
    ),
    Rule(
        "groups_by_money",
        "{number}: payments closed {paid} of VAT group {position}, which says {settled} less {credited} credited.",
        """SELECT t.business_id, d.number, t.position, t.settled, t.credited_net + t.credited_tax AS credited, a.paid
             FROM invoice_taxes t JOIN invoices d ON (d.business_id, d.id) = (t.business_id, t.invoice_id)
            CROSS JOIN LATERAL (SELECT coalesce(sum((taxes ->> (t.position - 1)::int)::bigint), 0) AS paid
                                  FROM allocations WHERE business_id = d.business_id AND invoice_id = d.id) a
            WHERE d.kind = '380' AND t.settled <> t.credited_net + t.credited_tax + a.paid""",
    ),
    Rule(
        "amount_due",
        "{number} says that {amount_due} is left to pay: {total} less {credited} credited and {paid} paid says "
        "otherwise.",
        """SELECT d.business_id, d.number, d.amount_due, d.total, n.credited, a.paid
             FROM invoices d
            CROSS JOIN LATERAL (SELECT coalesce(sum(total), 0) AS credited FROM invoices
                                 WHERE business_id = d.business_id AND of_id = d.id AND kind = '381') n
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS paid FROM allocations
                                 WHERE business_id = d.business_id AND invoice_id = d.id) a
            WHERE d.kind = '380'
              AND (d.amount_due <> d.total - n.credited - a.paid OR d.credited <> n.credited OR d.amount_due < 0)""",
    ),
    Rule(
        "status",
        "{number} is {status}, with {amount_due} left to pay of {total} and {credited} credited.",
        """SELECT business_id, number, status, amount_due, total, credited FROM invoices
            WHERE kind = '380' AND (
                  (status IN ('issued', 'written_off') AND amount_due = 0)
               OR (status IN ('paid', 'void') AND amount_due <> 0)
               OR (status = 'void') <> (credited = total))""",
    ),
    Rule(
        "given_up",
        "{number} is {status} with {amount_due} left to pay, but {given_up} of it counts as given up.",
        """SELECT d.business_id, d.number, d.status, d.amount_due, coalesce(w.given_up, 0) AS given_up
             FROM invoices d LEFT JOIN (
                  SELECT business_id, invoice_id, sum(net + tax) AS given_up FROM write_offs GROUP BY 1, 2) w
               ON (w.business_id, w.invoice_id) = (d.business_id, d.id)
            WHERE coalesce(w.given_up, 0) <> CASE d.status WHEN 'written_off' THEN d.amount_due ELSE 0 END""",
    ),
    Rule(
        "due_date_watched",
        "{number} is open, and nobody will look when its due date {due_on} passes.",
        """SELECT business_id, number, due_on FROM invoices
            WHERE kind = '380' AND status = 'issued' AND check_at IS NULL AND overdue_for IS DISTINCT FROM due_on""",
    ),
    Rule(
        "charge_settled",
        "Charge {id} says that {settled} of it is paid, the payments say {paid}.",
        """SELECT c.business_id, c.id, c.settled, a.paid FROM charges c CROSS JOIN LATERAL (
                  SELECT coalesce(sum(amount), 0) AS paid FROM allocations
                   WHERE (business_id, charge_id) = (c.business_id, c.id)) a
            WHERE c.settled <> a.paid""",
    ),
    Rule(
        "charge_state",
        "Charge {id} is {state}, with {settled} paid of {worth}.",
        """SELECT * FROM (SELECT business_id, id, state, kept, settled, coalesce(kept, owed) AS worth,
                                  package_id IS NOT NULL AND kept IS NULL AS taken FROM charges) c
            WHERE settled < 0 OR settled > worth
               OR (state = 'settled') <> (settled = worth AND (worth <> 0 OR taken))
               OR (state = 'cancelled') <> (kept IS NOT DISTINCT FROM 0)""",
    ),
    Rule(
        "charge_on_document",
        "Charge {id} comes to {worth}, its document and credit notes say {told}.",
        """SELECT c.business_id, c.id, coalesce(c.kept, c.owed) AS worth, l.told
             FROM charges c CROSS JOIN LATERAL (
                  SELECT sum(CASE d.kind WHEN '381' THEN -l.gross ELSE l.gross END) AS told
                    FROM invoice_lines l JOIN invoices d ON (d.business_id, d.id) = (l.business_id, l.invoice_id)
                   WHERE l.business_id = c.business_id AND l.charge_id = c.id
                     AND c.invoice_id IN (d.id, d.of_id)) l
            WHERE c.invoice_id IS NOT NULL
              AND l.told IS DISTINCT FROM coalesce(c.kept, c.owed)""",
    ),
    Rule(
        "payment_spent",
        "Payment {id} brought {amount}: {given} was allocated, {refunded} refunded, and {available} is free.",
        """SELECT p.business_id, p.id, p.amount, p.available, a.given, r.refunded FROM payments p
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS given FROM allocations
                                 WHERE (business_id, payment_id) = (p.business_id, p.id)) a
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS refunded FROM refunds
                                 WHERE (business_id, payment_id) = (p.business_id, p.id)) r
            WHERE p.available < 0 OR a.given < 0 OR a.given + r.refunded + p.available
                  <> CASE p.status WHEN 'reversed' THEN r.refunded ELSE p.amount END""",
    ),
    Rule(
        "one_currency",
        "Payment {payment_id} in {currency} was allocated to charge {charge_id} in {owed_in}.",
        """SELECT a.business_id, a.payment_id, a.charge_id, p.currency, c.currency AS owed_in FROM allocations a
             JOIN payments p ON (p.business_id, p.id) = (a.business_id, a.payment_id)
             JOIN charges c ON (c.business_id, c.id) = (a.business_id, a.charge_id)
            WHERE p.currency <> c.currency
            GROUP BY a.business_id, a.payment_id, a.charge_id, p.currency, c.currency HAVING sum(a.amount) <> 0""",
    ),
    Rule(
        "journal_complete",
        "The journal says {entered} of {kind} {id}, the books say {amount}.",
        # both sides as a whole: a business may have a million documents
        """SELECT r.*, coalesce(entered, 0) AS entered FROM (
               SELECT business_id, id, CASE kind WHEN '380' THEN 'invoice' WHEN '381' THEN 'credit_note'
                      WHEN '386' THEN 'deposit' ELSE kind END AS kind, total AS amount
                 FROM invoices WHERE number IS NOT NULL
               UNION ALL SELECT business_id, id, 'payment', amount FROM payments WHERE stamp <> ''
               UNION ALL SELECT business_id, id, 'refund', amount FROM refunds) r
             LEFT JOIN (
               SELECT business_id, row_id AS id, replace(kind, '_corrected', '') AS kind,
                      sum(coalesce(content ->> 'amount', content ->> 'total')::bigint) AS entered
                 FROM journal GROUP BY 1, 2, 3) j USING (business_id, id, kind)
            WHERE coalesce(entered, 0) <> amount""",
    ),
    Rule(
        "sent_once",
        "Message {message_id} is told to have been sent {times} times.",
        """SELECT business_id, subjects ->> 'message' AS message_id, count(*) AS times FROM facts
            WHERE type = 'message.sent' GROUP BY business_id, subjects ->> 'message' HAVING count(*) > 1""",
    ),
    Rule(
        "told_once",
        "Order {order_id} raised {type} {times} times.",
        """SELECT business_id, type, subjects ->> 'order' AS order_id, count(*) AS times FROM facts
            WHERE type IN ('order.paid', 'session.booked')
            GROUP BY business_id, type, subjects ->> 'order' HAVING count(*) > 1""",
    ),
    Rule(
        "run_waits_for_something",
        "Run {id} of {automation_id} waits, but for no instant: nothing will ever wake it.",
        """SELECT business_id, id, automation_id FROM runs
            WHERE state IN ('waiting', 'deferred') AND due_at IS NULL AND held_at IS NULL""",
    ),
    Rule(
        "held_for_a_reason",
        "{what} {id} is held, but no pause and no stopped automation holds it: nothing will ever let it go.",
        """SELECT h.business_id, h.what, h.id FROM (
               SELECT r.business_id, 'Run' AS what, r.id FROM runs r
                 JOIN automations a ON a.business_id = r.business_id AND a.id = r.automation_id
                WHERE r.held_at IS NOT NULL AND a.state NOT IN ('paused', 'parked')
               UNION ALL SELECT business_id, 'Message', id FROM messages
                WHERE state = 'prepared' AND next_attempt_at IS NULL) h
            WHERE NOT EXISTS (SELECT FROM pauses p WHERE p.business_id IN (h.business_id, '')
                                 AND p.released_at IS NULL)""",
    ),
)
"""Everything that always holds, beside the journal's chain."""
