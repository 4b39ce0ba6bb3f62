"""What the books sum to over a period: sales and VAT by rate, money by day, method and rate, the rows behind each.

Dates are the seller's local ones. Every figure is a sum over the rows that `Books.rows_behind` lists for that period.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from models.tax import tax_in_gross
from tasks.reading.office import Line
from tasks.reading.receipts import RECEIPTS

SALES = "sales"
MONEY = "money"
VAT_OF_MONEY = "vat_of_money"
WRITTEN_OFF = "written_off"

_LOCAL = "(({at}) AT TIME ZONE %(zone)s)::date"

_ROWS = {
    SALES: """
        SELECT d.issued_on AS day, d.currency, NULL::text AS method, t.category, t.rate, d.id AS row_id, d.number,
               s.sign * t.net AS net, s.sign * t.tax AS tax, s.sign * (t.net + t.tax) AS amount
          FROM invoices d JOIN invoice_taxes t ON (t.business_id, t.invoice_id) = (d.business_id, d.id)
         CROSS JOIN LATERAL (SELECT CASE d.kind WHEN '381' THEN -1 ELSE 1 END AS sign) s
         WHERE d.business_id = %(business)s AND d.kind IN ('380', '381', '386')
           AND d.issued_on BETWEEN %(first)s AND %(last)s
    """,
    MONEY: f"""
        SELECT m.day, m.currency, m.method, NULL::text AS category, NULL::numeric AS rate, m.id AS row_id,
               nullif(m.what, 'payment') AS number, NULL::bigint AS net, NULL::bigint AS tax, m.amount
          FROM ({RECEIPTS}) m WHERE m.day BETWEEN %(first)s AND %(last)s
    """,  # noqa: S608  # the texts are ours
    VAT_OF_MONEY: """
        SELECT a.on_date AS day, d.currency, NULL::text AS method, t.category, t.rate, a.id AS row_id, d.number,
               NULL::bigint AS net, NULL::bigint AS tax, s.part AS amount
          FROM allocations a JOIN invoices d ON (d.business_id, d.id) = (a.business_id, a.invoice_id)
          JOIN invoice_taxes t ON (t.business_id, t.invoice_id) = (d.business_id, d.id)
         CROSS JOIN LATERAL (SELECT (a.taxes ->> (t.position - 1)::int)::bigint AS part) s
         WHERE a.business_id = %(business)s AND a.on_date BETWEEN %(first)s AND %(last)s AND s.part <> 0
    """,
    WRITTEN_OFF: f"""
        SELECT {_LOCAL.format(at="w.at")} AS day, d.currency, NULL::text AS method, NULL::text AS category,
               NULL::numeric AS rate, w.id AS row_id, d.number, w.net, w.tax, w.net + w.tax AS amount
          FROM write_offs w JOIN invoices d ON (d.business_id, d.id) = (w.business_id, w.invoice_id)
         WHERE w.business_id = %(business)s AND {_LOCAL.format(at="w.at")} BETWEEN %(first)s AND %(last)s
    """,  # noqa: S608  # the texts are ours
}
"""The rows of each kind of figure. VAT of money is on allocations: what was received of each VAT group (R27)."""

_KEYS = {
    SALES: ("currency", "category", "rate"),
    MONEY: ("day", "currency", "method"),
    VAT_OF_MONEY: ("day", "currency", "category", "rate"),
    WRITTEN_OFF: ("currency",),
}
"""By what each kind of figure is told apart."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Books:
    """The books of one business over one connection."""

    connection: Connection[Any]
    business_id: str
    timezone: str

    def totals(self, period: Period) -> Iterator[Line]:
        """Yield the figures of a period: one line for each kind, currency and what else tells them apart."""
        for kind, keys in _KEYS.items():
            columns = ", ".join(keys)
            query = (
                f"SELECT {columns}, sum(net)::bigint AS net, sum(tax)::bigint AS tax, sum(amount)::bigint AS amount,"  # noqa: S608  # ours
                f" count(*) AS rows FROM ({_ROWS[kind]}) r GROUP BY {columns} ORDER BY {columns}"
            )
            for found in self._ask(query, period):
                yield {"figure": kind} | _with_vat(kind, found)

    def rows_behind(self, period: Period, kind: str | None = None) -> Iterator[Line]:
        """Yield the rows that the figures of a period are sums of, in order of their days."""
        for name in [kind] if kind else _ROWS:
            query = f"SELECT * FROM ({_ROWS[name]}) r ORDER BY day, row_id, rate"  # noqa: S608  # ours
            for found in self._ask(query, period):
                yield {"figure": name} | found

    def _ask(self, query: str, period: Period) -> Iterator[dict[str, Any]]:
        names = {"business": self.business_id, "zone": self.timezone, "first": period.first, "last": period.last}
        with self.connection.cursor(row_factory=dict_row) as cursor:
            yield from cursor.execute(query.encode(), names)


def _with_vat(kind: str, line: dict[str, Any]) -> dict[str, Any]:
    """Return a sum of money with the VAT that it holds: it is worked out of the sum, as it is declared."""
    if kind != VAT_OF_MONEY:
        return line
    tax = tax_in_gross(line["amount"], Decimal(line["rate"]))
    return line | {"net": line["amount"] - tax, "tax": tax}
