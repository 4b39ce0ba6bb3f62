"""What was issued or booked stays as it is, whoever asks: by a statement of SQL or by the house's own writer (R13)."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from models.invoice import Counter, Invoice, InvoiceLine, InvoiceTax, WriteOff
from models.journal import Closing, JournalEntry
from models.payment import Allocation, Payment, Refund
from models.rows import columns_of, table_of
from tasks.writing import delete, update
from tests.database.conftest import url_after
from tests.scenarios.story import ASK, Databases, Story

LIVE: dict[type, set[str]] = {
    Invoice: {
        "contact_id",
        "status",
        "amount_due",
        "credited",
        "due_on",
        "check_at",
        "due_soon_for",
        "overdue_for",
        "reminders",
        "reminded_at",
        "page_serial",
    },
    InvoiceLine: set(),
    InvoiceTax: {"settled", "credited_net", "credited_tax"},
    JournalEntry: set(),
    Closing: set(),
    Allocation: set(),
    Payment: {"contact_id", "available", "target", "charge_ids", "status", "stamp", "reverse_stamp", "reverse_reason"},
    Refund: {"contact_id", "method", "status", "reason"},
    WriteOff: set(),
}
"""All that may change on a row of the books; every other column is frozen as soon as it says something.

Whose a row is follows its client when clients are merged; who the payer was stays in the document's snapshot.
"""
ONCE = {
    Invoice: {"sent_at", "file_hash", "renderer"},
    Allocation: {"invoice_id", "taxes"},
    Payment: {"provider", "provider_reference", "provider_fee", "actor", "note", "answers"},
    Refund: {"credit_note_id", "provider_reference"},
}
"""What may be filled in later."""
OTHER = {
    "text": "'another ' || coalesce({0}, '')", "bigint": "coalesce({0}, 0) + 7", "numeric": "coalesce({0}, 0) + 7",
    "boolean": "NOT {0}", "date": "coalesce({0}, '2027-01-01') + 7", "jsonb": "'{{\"changed\": true}}'",
    "timestamp with time zone": "coalesce({0}, '2027-01-01') + interval '1 day'",
}  # fmt: skip
"""Another value of each type of column."""
COLUMNS = [(cls, column) for cls in LIVE for column in columns_of(cls)]


def tell(shop: Story) -> None:
    """Let every kind of row of the books come to be."""
    shop.business["tax_rate"] = "20"
    shop.automation("ask", "session.booked", ASK)
    paid = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=1000)
    shop.does("mark_paid", at="2027-01-07 10:00", contact="zoe")
    shop.cancels(paid.booking, at="2027-01-08 10:00", refund="full")
    shop.run()


@pytest.fixture(scope="module")
def books(databases: Databases) -> str:
    """Tell the story, and fill every column of its rows by hand; return the database's URL."""
    url = url_after(databases, tell)
    with psycopg.connect(url) as connection:
        for table in ("invoices", "payments"):
            connection.execute(f"DROP TRIGGER guard ON {table}")  # what tests alone forbid
        connection.execute(
            "INSERT INTO write_offs SELECT business_id, 'w1', id, issued_at, 1, 1, 'gone', 'olga', 'a letter'"
            " FROM invoices WHERE kind = '380'"
        )
        connection.execute(
            "INSERT INTO closings VALUES ('atelier', 'c1', '2027-01-01', '2027-01-31', '{}', 1, 'h', now())"
        )
        connection.execute("UPDATE invoices SET sent_at = coalesce(sent_at, now()), file_hash = 'h', renderer = 'r'")
        connection.execute(
            "UPDATE refunds SET credit_note_id = coalesce(credit_note_id, 'n'), provider_reference = 'x'"
        )
        connection.execute(
            "UPDATE payments SET provider = 'p', provider_reference = 'x', provider_fee = 1, note = 'n',"
            " answers = '{}',"
            " actor = coalesce(actor, 'olga')"
        )
    return url


@pytest.fixture
def connection(books: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(books) as connection:
        yield connection
        connection.rollback()


def another(connection: psycopg.Connection[Any], cls: type, column: str) -> tuple[Any, Any]:
    """Return a row as it is and with another value in one column; the transaction stays open."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns_of(cls)))
    table, key = sql.Identifier(table_of(cls).name), [one.name for one in table_of(cls).primary_key.columns]
    filled = sql.SQL("SELECT {} FROM {} ORDER BY {} IS NULL, {} LIMIT 1").format(
        names, table, sql.Identifier(column), sql.SQL(", ").join(map(sql.Identifier, key))
    )
    found = connection.execute(filled).fetchone()
    assert found is not None
    row = cls(*found)
    kind = connection.execute(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
        (table_of(cls).name, column),
    ).fetchone()
    assert kind is not None
    value = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE ({}) = ({})").format(
            sql.SQL(OTHER[kind[0]].format(column)), table,
            sql.SQL(", ").join(map(sql.Identifier, key)), sql.SQL(", ").join([sql.Placeholder()] * len(key)),
        ),
        [getattr(row, name) for name in key],
    ).fetchone()  # fmt: skip
    assert value is not None
    return row, dataclasses.replace(row, **{column: value[0]})


@pytest.mark.parametrize(("cls", "column"), COLUMNS)
def test_a_statement_changes_only_what_lives(connection: psycopg.Connection[Any], cls: type, column: str) -> None:
    row, changed = another(connection, cls, column)
    key = [one.name for one in table_of(cls).primary_key.columns]
    value = getattr(changed, column)
    statement = sql.SQL("UPDATE {} SET {} = %s WHERE ({}) = ({})").format(
        sql.Identifier(table_of(cls).name), sql.Identifier(column),
        sql.SQL(", ").join(map(sql.Identifier, key)), sql.SQL(", ").join([sql.Placeholder()] * len(key)),
    )  # fmt: skip
    arguments = [
        psycopg.types.json.Jsonb(value) if isinstance(value, dict | list) else value,
        *(getattr(row, name) for name in key),
    ]
    if column in LIVE[cls]:
        _tolerate_checks(connection, statement, arguments)
        return
    with pytest.raises(pg.RestrictViolation):
        connection.execute(statement, arguments)


def _tolerate_checks(connection: psycopg.Connection[Any], statement: sql.Composed, arguments: list[Any]) -> None:
    """Do what lives; a rule about its values may refuse a strange one, the freezing must not."""
    try:
        assert connection.execute(statement, arguments).rowcount == 1
    except pg.CheckViolation:
        connection.rollback()


@pytest.mark.parametrize(("cls", "column"), COLUMNS)
def test_the_writer_changes_only_what_lives(connection: psycopg.Connection[Any], cls: type, column: str) -> None:
    row, changed = another(connection, cls, column)
    if column in {one.name for one in table_of(cls).primary_key.columns}:
        return  # by its key the writer finds a row
    if column in LIVE[cls]:
        try:
            update(connection, cls, [changed])
        except pg.CheckViolation:
            connection.rollback()
        return
    assert getattr(row, column) is not None or column not in ONCE.get(cls, ())
    with pytest.raises(pg.RestrictViolation):
        update(connection, cls, [changed])


@pytest.mark.parametrize("cls", [*LIVE, Counter])
def test_nothing_of_the_books_is_deleted(connection: psycopg.Connection[Any], cls: type) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns_of(cls)))
    table = sql.Identifier(table_of(cls).name)
    rows = [cls(*values) for values in connection.execute(sql.SQL("SELECT {} FROM {}").format(names, table))]
    assert rows
    with pytest.raises(pg.RestrictViolation):
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
    connection.rollback()
    if all(isinstance(getattr(rows[0], one.name), str) for one in table_of(cls).primary_key.columns):
        with pytest.raises(pg.RestrictViolation):
            delete(connection, cls, rows)
        connection.rollback()
    with pytest.raises((pg.RestrictViolation, pg.FeatureNotSupported)):
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(table))


@pytest.mark.parametrize(
    ("cls", "column"), [(cls, column) for cls, columns in ONCE.items() for column in sorted(columns)]
)
def test_what_comes_later_is_filled_in_once(connection: psycopg.Connection[Any], cls: type, column: str) -> None:
    assert column not in LIVE[cls]
    _, changed = another(connection, cls, column)
    connection.execute("SET session_replication_role = replica")
    update(connection, cls, [dataclasses.replace(changed, **{column: None})])
    connection.execute("SET session_replication_role = origin")
    try:
        update(connection, cls, [changed])
    except pg.ForeignKeyViolation:
        connection.rollback()


def test_a_number_is_never_given_back(connection: psycopg.Connection[Any]) -> None:
    for back in ("UPDATE counters SET last = last - 1", "UPDATE counters SET last_on = last_on - 1"):
        with pytest.raises(pg.RestrictViolation):
            connection.execute(back)
        connection.rollback()
    assert connection.execute("UPDATE counters SET last = last + 1").rowcount


def test_what_upstream_tells_of_its_money_may_be_told_better(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET session_replication_role = replica")
    connection.execute("UPDATE payments SET provider = NULL, actor = NULL WHERE id = 'order:o1:paid'")
    connection.execute("SET session_replication_role = origin")
    told = "UPDATE payments SET amount = amount + 1, method = 'cash' WHERE id = 'order:o1:paid'"
    assert connection.execute(told).rowcount == 1


def test_a_refusal_says_which_document_and_what_to_do(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(pg.RestrictViolation, match=r"invoices [AR]?2027-0001 is part of the books.*a credit note"):
        connection.execute("UPDATE invoices SET total = 1")
