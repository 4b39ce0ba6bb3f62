"""What the accountant's file says, held against the documents of the same database."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from psycopg import Connection

from models.accounting import CLIENTS, SALES_JOURNAL, Entry
from models.business import Business
from models.rows import columns_of
from tasks.reading.ledger import currencies, entries
from tasks.reading.totals import Period

EVER = Period(date(1900, 1, 1), date(9999, 12, 31))


def check_accounts(connection: Connection[Any]) -> None:
    """Assert of each business that every entry balances and that each document is entered with its total."""
    for business in _businesses(connection):
        totals = _totals(connection, business.id)
        for currency in currencies(connection, business.id):
            for entry in entries(connection, business, currency, EVER):
                assert sum(side.amount for side in entry.sides) == 0, entry
                if entry.journal == SALES_JOURNAL:
                    assert owed(entry) == totals[entry.piece], (entry, totals[entry.piece])


def owed(entry: Entry) -> int:
    """Return by how much an entry lets clients owe more."""
    return sum(side.amount for side in entry.sides if side.account == CLIENTS)


def _businesses(connection: Connection[Any]) -> Iterator[Business]:
    columns = ", ".join(columns_of(Business))
    for values in connection.execute(f"SELECT {columns} FROM businesses ORDER BY id".encode()).fetchall():  # noqa: S608  # ours
        yield Business(*values)


def _totals(connection: Connection[Any], business_id: str) -> Counter[str]:
    return Counter(
        dict(
            connection.execute(
                "SELECT number, CASE kind WHEN '381' THEN -total ELSE total END FROM invoices"
                " WHERE business_id = %s AND kind IN ('380', '381', '386') AND number IS NOT NULL",
                (business_id,),
            ).fetchall()
        )
    )
