"""The clients of a business who are no consumers: of their billing the law says more (R9, R24)."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from models.billing import said_for
from models.billing_warnings import billing_warnings
from models.business import Business
from models.contact import Contact
from models.rows import columns_of

ANY = "SELECT EXISTS (SELECT FROM contacts WHERE business_id = %s AND kind <> 'consumer')"


def has_professionals(connection: Connection[Any], business_id: str) -> bool:
    """Whether a business has clients that are no consumers."""
    row = connection.execute(ANY, (business_id,)).fetchone()
    return bool(row and row[0])


def warnings_of(connection: Connection[Any], business: Business) -> Iterator[str]:
    """Yield what the law does not like in how a business, its groups and its clients are billed, as all is set now."""
    own = [(f"client {one.id}", said_for(business, one)) for one in _with_own_words(connection, business.id)]
    yield from billing_warnings(business, own, professionals=has_professionals(connection, business.id))


def _with_own_words(connection: Connection[Any], business_id: str) -> Iterator[Contact]:
    """Yield the professional clients whose billing is not as the business says."""
    columns = ", ".join(columns_of(Contact))
    rows = connection.execute(
        f"SELECT {columns} FROM contacts WHERE business_id = %s AND kind <> 'consumer' AND billing IS NOT NULL"  # noqa: S608  # names are ours
        " AND merged_into IS NULL ORDER BY id".encode(),
        (business_id,),
    ).fetchall()
    return (Contact(*row) for row in rows)
