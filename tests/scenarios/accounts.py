"""What the accountant's file says, held against the documents of the same database."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from psycopg import Connection

from models.accounting import ADVANCES, CLIENTS, SALES_JOURNAL, Account, Entry
from models.business import Business
from models.rows import columns_of
from tasks.reading.ledger import currencies, entries
from tasks.reading.totals import Period

EVER = Period(date(1900, 1, 1), date(9999, 12, 31))


Balances = Counter[tuple[str, str]]
"""Amounts by client and currency; one of nothing counts as none."""


def check_accounts(connection: Connection[Any]) -> None:
    """Assert of each business that its entries balance, and that documents and credit are entered as they are."""
    for business in _businesses(connection):
        totals = _totals(connection, business.id)
        debts: Balances = Counter()
        advances: Balances = Counter()
        for currency in currencies(connection, business.id):
            for entry in entries(connection, business, currency, EVER):
                assert sum(side.amount for side in entry.sides) == 0, entry
                if entry.journal == SALES_JOURNAL:
                    assert sum(_on(CLIENTS, entry).values()) == totals[entry.piece], (entry, totals[entry.piece])
                _add(debts, _on(CLIENTS, entry))
                _add(advances, _on(ADVANCES, entry))
        open_, credit = _open(connection, business.id), _credit(connection, business.id)
        assert _differing(debts, open_) == {}, (debts, open_)
        assert _differing(advances, credit) == {}, (advances, credit)


def _on(account: Account, entry: Entry) -> Balances:
    """Return what an entry adds to an account of clients."""
    found: Balances = Counter()
    for side in entry.sides:
        if side.account == account:
            found[side.client[0], entry.currency] += side.amount
    return found


def _add(balances: Balances, more: Balances) -> None:
    for key, amount in more.items():
        balances[key] += amount


def _differing(entered: Balances, there: Balances) -> dict[tuple[str, str], int]:
    """Return where what is entered is not what is there."""
    return {key: amount for key in {*entered, *there} if (amount := entered[key] - there[key])}


def _open(connection: Connection[Any], business_id: str) -> Balances:
    """Return what each client owes on documents, without what was given up."""
    return _counted(
        connection,
        business_id,
        "SELECT contact_id, currency, sum(amount_due)::bigint FROM invoices"
        " WHERE business_id = %s AND kind = '380' AND status = 'issued' GROUP BY 1, 2",
    )


def _credit(connection: Connection[Any], business_id: str) -> Balances:
    """Return what each client has paid that stands on no document, as a debt of the business (less than 0).

    A voucher was paid for by another payment. What went back of money that never was is owed by its client.
    """
    return _counted(
        connection,
        business_id,
        """SELECT coalesce(p.contact_id, ''), p.currency, sum(
                  CASE WHEN p.status = 'reversed' THEN r.refunded WHEN p.purpose = 'voucher' THEN p.amount ELSE 0 END
                  - p.available - a.waiting)::bigint
             FROM payments p
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS waiting FROM allocations
                                 WHERE (business_id, payment_id) = (p.business_id, p.id) AND invoice_id IS NULL) a
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS refunded FROM refunds
                                 WHERE (business_id, payment_id) = (p.business_id, p.id)) r
            WHERE p.business_id = %s AND p.stamp <> '' GROUP BY 1, 2""",
    )


def _counted(connection: Connection[Any], business_id: str, query: str) -> Balances:
    rows = connection.execute(query.encode(), (business_id,)).fetchall()
    return Counter({(client, currency): amount for client, currency, amount in rows})


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
