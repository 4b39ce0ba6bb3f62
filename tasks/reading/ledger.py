"""The accountant's journal of a period: every fact of money in one currency as a balanced entry, in order of days."""

from collections.abc import Callable, Iterator
from datetime import date
from heapq import merge
from typing import Any

from psycopg import Connection

from models.accounting import Entry, Loss, Receipt, Sale, Use, of_loss, of_receipt, of_sale, of_use
from models.business import Business
from tasks.reading.receipts import RECEIPTS
from tasks.reading.totals import Period

FETCHED = 5_000
"""Rows read at a time."""

_LOCAL = "({at} AT TIME ZONE %(zone)s)::date"
_PERIOD = "BETWEEN %(first)s AND %(last)s"
_NAME = "coalesce(d.payer ->> 'name', d.contact_id)"
_OF_DOCUMENT = f"d.number, d.issued_on, d.contact_id, {_NAME} AS name, d.currency"

_SPLIT = """
    SELECT coalesce(sum(side * net), 0)::bigint AS net, coalesce(sum(side * goods), 0)::bigint AS goods
      FROM (SELECT side, sum(net) AS net,
                   CASE WHEN coalesce(sum(gross) FILTER (WHERE is_goods), 0) = 0 THEN 0
                        WHEN coalesce(sum(gross) FILTER (WHERE NOT is_goods), 0) = 0 THEN sum(net)
                        ELSE sum(net) FILTER (WHERE is_goods) END AS goods
              FROM (SELECT n.id, l.category, l.rate, l.nature = 'goods' AS is_goods, sign * l.net AS net,
                           sign * l.gross AS gross
                      FROM invoices n JOIN invoice_lines l ON (l.business_id, l.invoice_id) = (n.business_id, n.id)
                     CROSS JOIN LATERAL (SELECT CASE n.kind WHEN '381' THEN -1 ELSE 1 END AS sign) s
                     WHERE n.business_id = d.business_id AND (n.id IN (d.id, o.id) OR n.of_id = o.id
                           AND n.kind = '381' AND (n.created_at, n.id) < (d.created_at, d.id))) lines
              JOIN (VALUES (1), (-1)) sides (side) ON side = 1 OR lines.id <> d.id
             GROUP BY side, category, rate) groups
"""
"""What a document adds to turnover, and how much of that is of goods. A credit note adds what is left of its invoice
with it less what was left without it: what of a VAT group is left of goods alone, or of services alone, is theirs to
the last unit, although documents round by group and not by line (R18)."""

_SALES = f"""
    SELECT d.issued_on, d.id, d.kind, d.number, d.contact_id, {_NAME}, d.currency, l.net - l.goods, l.goods,
           CASE d.kind WHEN '381' THEN -d.tax ELSE d.tax END
      FROM invoices d
     CROSS JOIN LATERAL (SELECT CASE d.kind WHEN '381' THEN d.of_id END AS id) o
     CROSS JOIN LATERAL ({_SPLIT}) l
     WHERE d.business_id = %(business)s AND d.currency = %(currency)s AND d.kind IN ('380', '381', '386')
       AND d.issued_on {_PERIOD}
     ORDER BY d.issued_on, d.created_at, d.id
"""  # noqa: S608  # the texts are ours
_RECEIPTS = f"""
    SELECT m.day, m.id, CASE m.what WHEN 'reversal' THEN 'Rejet' WHEN 'refund' THEN 'Remboursement'
                                    ELSE 'Encaissement' END,
           m.method, coalesce(m.contact_id, ''), coalesce(c.name, m.contact_id, ''), m.currency, m.amount
      FROM ({RECEIPTS}) m LEFT JOIN contacts c ON c.business_id = %(business)s AND c.id = m.contact_id
     WHERE m.currency = %(currency)s AND m.day {_PERIOD} ORDER BY m.day, m.id
"""  # noqa: S608  # the texts are ours
_USES = f"""
    SELECT day, id, number, issued_on, contact_id, name, giver, giver_name, currency, amount, sum(tax)::bigint
      FROM (SELECT greatest(a.on_date, d.issued_on) AS day, a.id, a.amount, {_OF_DOCUMENT},
                   coalesce(p.contact_id, '') AS giver, coalesce(c.name, p.contact_id, '') AS giver_name,
                   round((sum(part.paid) OVER w) * t.tax / nullif(t.net + t.tax, 0))
                   - round((sum(part.paid) OVER w - part.paid) * t.tax / nullif(t.net + t.tax, 0)) AS tax
              FROM allocations a
              JOIN invoices d ON (d.business_id, d.id) = (a.business_id, a.invoice_id)
              JOIN payments p ON (p.business_id, p.id) = (a.business_id, a.payment_id)
              LEFT JOIN contacts c ON (c.business_id, c.id) = (p.business_id, p.contact_id)
              LEFT JOIN invoice_taxes t ON (t.business_id, t.invoice_id) = (d.business_id, d.id)
             CROSS JOIN LATERAL (SELECT coalesce((a.taxes ->> (t.position - 1)::int)::bigint, 0) AS paid) part
             WHERE a.business_id = %(business)s AND d.currency = %(currency)s
            WINDOW w AS (PARTITION BY d.id, t.position ORDER BY a.at, a.id)) u
     WHERE day {_PERIOD}
     GROUP BY day, id, number, issued_on, contact_id, name, giver, giver_name, currency, amount ORDER BY day, id
"""  # noqa: S608  # the texts are ours
_LOSSES = f"""
    SELECT {_LOCAL.format(at="w.at")} AS day, w.id, {_OF_DOCUMENT}, w.net, w.tax
      FROM write_offs w JOIN invoices d ON (d.business_id, d.id) = (w.business_id, w.invoice_id)
     WHERE w.business_id = %(business)s AND d.currency = %(currency)s AND {_LOCAL.format(at="w.at")} {_PERIOD}
     ORDER BY day, w.id
"""  # noqa: S608  # the texts are ours


def entries(connection: Connection[Any], business: Business, currency: str, period: Period) -> Iterator[Entry]:
    """Yield the entries of a period in order of days: documents, money, where it went, what was given up.

    Whether VAT falls due with the money or with a document is as the business stood on the document's day (R18).
    """
    names = {
        "business": business.id,
        "zone": business.timezone,
        "currency": currency,
        "first": period.first,
        "last": period.last,
    }

    def on_receipt(day: date) -> bool:
        return business.regime_on(day).on_receipt

    def read(query: str, make: Callable[[tuple[Any, ...]], Entry]) -> Iterator[Entry]:
        with connection.cursor(name=f"ledger_{id(make)}") as cursor:
            cursor.itersize = FETCHED
            cursor.execute(query.encode(), names)
            yield from map(make, cursor)

    return merge(
        read(_SALES, lambda found: of_sale(sale := Sale(*found), on_receipt=on_receipt(sale.day))),
        read(_RECEIPTS, lambda found: of_receipt(Receipt(*found))),
        read(_USES, lambda found: of_use(use := Use(*found), on_receipt=on_receipt(use.issued_on))),
        read(_LOSSES, lambda found: of_loss(loss := Loss(*found), on_receipt=on_receipt(loss.issued_on))),
        key=lambda entry: entry.day,
    )


def currencies(connection: Connection[Any], business_id: str) -> list[str]:
    """Return the currencies in which a business has documents or money."""
    rows = connection.execute(
        "SELECT currency FROM invoices WHERE business_id = %(b)s AND number IS NOT NULL"
        " UNION SELECT currency FROM payments WHERE business_id = %(b)s AND stamp <> '' ORDER BY 1",
        {"b": business_id},
    )
    return [row[0] for row in rows]
