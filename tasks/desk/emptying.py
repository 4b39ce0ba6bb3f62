"""Emptying, table by table, what is held of a client beside its contact; and what stays, with the reason.

The statements know the client's ids (`ids`), texts by which raw events name it (`needles`, in small letters), and a
pattern that finds its name, e-mail and phone in words (`named`). What comes while they run, events and messages of card
providers that nobody has decided yet, is newer than the erasure and is left alone: money may lie in it.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tasks.desk.acting import Desk
from tasks.lines import Line

TELLS = (
    "EXISTS (SELECT FROM unnest(%(needles)s::text[]) n"
    " WHERE strpos(lower(encode(w.raw, 'escape')), lower(encode(convert_to(n, 'UTF8'), 'escape'))) > 0)"
    " OR EXISTS (SELECT FROM card_attempts a CROSS JOIN unnest(ARRAY[a.id, a.reference]) name"
    " WHERE a.business_id = %(tenant)s AND a.contact_id = ANY(%(ids)s) AND strpos(encode(w.raw, 'escape'), name) > 0)"
)
"""Whether what a provider told, `w`, names a client, or a payment of his by card."""

_WHOSE: Mapping[str, str] = MappingProxyType(
    {
        "$mine": "business_id = %(tenant)s AND contact_id = ANY(%(ids)s)",
        "$told": f"({TELLS})",
        "$named": "business_id = %(tenant)s AND (contact_id = ANY(%(ids)s) OR contact_id IS NULL AND",
    }
)
"""What statements write short: that a row is a client's; that it is, or is nobody's and what follows names it."""

EMPTIED: Mapping[str, str] = MappingProxyType(
    {
        "notes": "DELETE FROM client_notes WHERE $mine",
        "files": "DELETE FROM client_files WHERE $mine",
        "holds": "DELETE FROM holds WHERE $mine",
        "consents given": "DELETE FROM consents WHERE $mine AND state <> 'no'",
        "words of refusals": "UPDATE consents SET source = '', text_version = '' WHERE $mine",
        "saved cards ended": "UPDATE mandates SET ended_at = coalesce(ended_at, %(now)s), label = NULL,"
        " forget_at = CASE WHEN reference <> '' THEN %(now)s END WHERE $mine",
        "messages": "UPDATE messages SET recipient = '', cc = '[]', subject = NULL, text = NULL, html = NULL,"
        " detail = NULL, proof = NULL, next_attempt_at = NULL, held_at = NULL, lease = NULL,"
        " state = CASE state WHEN 'prepared' THEN 'skipped' ELSE state END"
        " WHERE $named concat_ws(' ', recipient, subject, text) ~* %(named)s) AND state <> 'sending'",
        "alerts": "UPDATE alerts SET text = '', data = NULL WHERE $named (concat(text, data) ~* %(named)s"
        " OR jsonb_exists_any(data -> 'clients', %(ids)s)))",
        "facts": "UPDATE facts SET data = NULL, seen = NULL WHERE $mine",
        "ways of runs": "UPDATE runs SET data = NULL, trace = NULL WHERE $mine",
        "decisions": "UPDATE decisions SET detail = NULL WHERE $mine",
        "payment links": "UPDATE payment_links SET payer = NULL, purpose = NULL, state = 'revoked' WHERE $mine",
        "addresses of invoices": "UPDATE invoices SET page_serial = coalesce(page_serial, 0) + 1"
        " WHERE $mine AND kind = '380' AND number IS NOT NULL",
        "drafts of quotes": "DELETE FROM quotes WHERE $mine AND state = 'draft'",
        "quotes": "UPDATE quotes SET title = '', lines = '[]', answered_at = coalesce(answered_at, %(now)s),"
        " page_serial = coalesce(page_serial, 0) + 1,"
        " state = CASE state WHEN 'sent' THEN 'declined' ELSE state END WHERE $mine",
        "card attempts": "UPDATE card_attempts SET answers = NULL, description = NULL, url = NULL,"
        " failure_reason = NULL WHERE $mine",
        "words of payments": "UPDATE payments SET note = NULL, answers = NULL, reverse_reason = NULL"
        " WHERE $mine AND (note IS NOT NULL OR answers IS NOT NULL OR reverse_reason IS NOT NULL)",
        "reasons of refunds": "UPDATE refunds SET reason = NULL WHERE $mine AND reason IS NOT NULL",
        "reasons of bookings": "UPDATE bookings SET cancel_reason = NULL WHERE $mine AND cancel_reason IS NOT NULL",
        "reasons of recurring payments": "UPDATE recurring_payments SET cancel_reason = NULL WHERE $mine"
        " AND cancel_reason IS NOT NULL",
        "details of changes": "UPDATE changes SET detail = CASE kind WHEN 'contact' THEN NULL"
        " ELSE detail - '{reason,note,text}'::text[] END WHERE business_id = %(tenant)s AND detail IS NOT NULL AND ("
        "kind = 'contact' AND subject = ANY(%(ids)s)"
        " OR kind = 'booking' AND subject IN (SELECT id FROM bookings WHERE $mine)"
        " OR kind = 'invoice' AND subject IN (SELECT coalesce(number, id) FROM invoices WHERE $mine)"
        " OR kind = 'payment' AND subject IN (SELECT id FROM payments WHERE $mine))",
        "raw events": "UPDATE inbox SET raw = '' WHERE business_id = %(tenant)s AND raw <> '' AND"
        " NOT EXISTS (SELECT FROM waiting w"
        " WHERE (w.business_id, w.sequence) = (inbox.business_id, inbox.sequence)) AND"
        " (EXISTS (SELECT FROM unnest(%(needles)s::text[]) n WHERE strpos(lower(raw), n) > 0)"
        " OR sequence IN (SELECT inbox FROM facts WHERE $mine AND inbox IS NOT NULL))",
        "messages of card providers": "UPDATE webhooks w SET raw = '', headers = '{}',"
        " error = CASE WHEN error IS NOT NULL THEN 'Erased.' END"
        " WHERE business_id = %(tenant)s AND raw <> '' AND due_at IS NULL AND $told",
        "dead letters": "DELETE FROM dead_letters WHERE business_id = %(tenant)s AND EXISTS"
        " (SELECT FROM unnest(%(needles)s::text[]) n"
        " WHERE strpos(lower(encode(raw, 'escape')), lower(encode(convert_to(n, 'UTF8'), 'escape'))) > 0)",
    }
)
"""What goes, and the statement by which it goes."""

KEPT: Mapping[str, str] = MappingProxyType(
    {
        "documents as issued, with their payer (to be kept 10 years)": "SELECT id FROM invoices WHERE $mine",
        "payments, without the payer's words (to be kept 10 years)": "SELECT id FROM payments WHERE $mine",
        "refusals of messages (why nothing is sent)": "SELECT id FROM consents WHERE $mine",
    }
)
"""What stays and why, and what finds it."""


def empty(desk: Desk, client: str, values: Mapping[str, Any]) -> list[Line]:
    """Empty everything of a client; return lines of what went and what stays."""
    whose = json.dumps({"business": desk.business_id, "clients": values["ids"]})
    desk.connection.execute("SELECT set_config('relance.erases', %s, true)", (whose,))
    gone = {what: desk.connection.execute(written(query), values).rowcount for what, query in EMPTIED.items()}
    desk.connection.execute("SELECT set_config('relance.erases', '', true)")
    stays = {what: desk.connection.execute(written(query), values).rowcount for what, query in KEPT.items()}
    return [
        {"kind": kind, "contact": client, "what": what, "rows": rows}
        for kind, counts in (("emptied", gone), ("kept", stays))
        for what, rows in counts.items()
        if rows
    ]


def written(query: str) -> bytes:
    """Return a statement with all that is written short."""
    for short, long in _WHOSE.items():
        query = query.replace(short, long)
    return query.encode()
