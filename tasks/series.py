"""One legal entity, one counting: no two of its businesses number documents alike (R13)."""

from typing import Any

from psycopg import Connection

from models.business import Business
from models.errors import BadInputError
from models.rows import columns_of
from models.series import all_series


class SharedSeriesError(BadInputError):
    """Two businesses of one registration number would number their documents in the same series."""

    def __init__(self, business: Business, other: Business, shared: set[str]) -> None:
        series = ", ".join(repr(one) for one in sorted(shared))
        super().__init__(
            f"{business.id} has the registration number {business.siren}, as {other.id} has, and would number its "
            f"documents in the same series ({series}). Give one of them another series_prefix."
        )


def require_own_series(connection: Connection[Any], business: Business) -> None:
    """Refuse a business that shares a series with another one of its registration number; waits for others at it."""
    if business.siren is None:
        return
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", (business.siren,))
    columns = ", ".join(columns_of(Business))
    rows = connection.execute(
        f"SELECT {columns} FROM businesses WHERE siren = %s AND id <> %s ORDER BY id".encode(),  # noqa: S608  # names are ours
        (business.siren, business.id),
    ).fetchall()
    for other in (Business(*row) for row in rows):
        if shared := all_series(other) & all_series(business):
            raise SharedSeriesError(business, other, shared)
