"""Bringing rows onto shelves: each asked for once, and found again among what is there (see `tasks.loading`)."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from psycopg import Connection

from models.catalogue import ServiceVersion
from models.payment import Payment
from models.rows import columns_of, table_of
from models.shelf import Shelf
from models.shop import Shop
from tasks.arrays import pairs_sql, spread
from tasks.seeds import KINDS, Pairs

_OWNERS = {
    "invoice_id": "invoices",
    "order_id": "orders",
    "session_id": "sessions",
    "charge_id": "charges",
    "payment_id": "payments",
    "run_id": "runs",
}
"""Columns that name a row of a shelf: of one that was made since loading the database knows nothing."""
_BY_LINES = (
    "(t.business_id, t.id, t.invoice_id) IN (SELECT l.business_id, l.charge_id, l.invoice_id"  # noqa: S608  # ours
    " FROM invoice_lines l"
    f" WHERE (l.business_id, l.invoice_id) IN (SELECT * FROM {pairs_sql()}))"
)
_WHERE = {("charges", "invoice_id"): _BY_LINES}
"""How rows of a kind are found by a column without an index: a document's charges by its lines, which name them."""


class Bringer:
    """Brings rows of many shops over one connection; what it has found belongs to the closure at hand."""

    def __init__(self, connection: Connection[Any], now: datetime) -> None:
        self.connection, self.now = connection, now
        self.shops: dict[str, Shop] = {}
        self._closed: dict[str, Pairs] = {kind: set() for kind in KINDS}
        self._followed: list[tuple[str, Payment]] = []
        self._asked: dict[tuple[str, str], Pairs] = {}
        self._found: dict[str, dict[int, tuple[str, Any]]] = {}

    def _rows(self, cls: type, where: str, *arguments: Any) -> list[tuple[Any, ...]]:
        columns = ", ".join(f"t.{name}" for name in columns_of(cls))
        sql = f"SELECT {columns} FROM {table_of(cls).name} t WHERE {where}"  # noqa: S608  # names are ours
        return self.connection.execute(sql.encode(), arguments).fetchall()

    def _shelve(self, cls: type, shelf: str, where: str, *arguments: Any) -> list[tuple[Any, ...]]:
        rows = self._rows(cls, where, *arguments)
        shelves: dict[str, Shelf[Any]] = {name: getattr(shop, shelf) for name, shop in self.shops.items()}
        for values in rows:
            shelves[values[0]].load(values)
        return rows

    def _by(self, cls: type, shelf: str, column: str, pairs: Iterable[tuple[str, str]], more: str = "") -> None:
        """Find the rows with these values of a column: those that are there, and those that only the database has."""
        keys = set(pairs)
        if not keys:
            return
        asked = self._asked.setdefault((shelf, column), set())
        unasked = keys - asked
        asked |= unasked
        if owner := _OWNERS.get(column):
            unasked -= {pair for pair in unasked if getattr(self.shops[pair[0]], owner).made_here(pair[1])}
        elif column == "id" and cls is not ServiceVersion:
            unasked -= {pair for pair in unasked if pair[1] in getattr(self.shops[pair[0]], shelf)}
        if unasked:
            usual = f"(t.business_id, t.{column}) IN (SELECT * FROM {pairs_sql()})"  # noqa: S608  # names are ours
            where = _WHERE.get((shelf, column), usual)
            businesses, ids = zip(*unasked, strict=True)
            self._shelve(cls, shelf, where + more, spread(businesses), spread(ids))
        self._find(shelf, column, keys)

    def _find(self, shelf: str, column: str, keys: Pairs) -> None:
        """Note the rows of a shelf that have these values of a column as part of the closure at hand."""
        found = self._found.setdefault(shelf, {})
        finders = {name: getattr(shop, shelf).finder(column) for name, shop in self.shops.items()}
        for name, value in keys:
            for row in finders[name](value, ()):
                found[id(row)] = name, row

    def _everything(self, shelf: str) -> Iterable[tuple[str, Any]]:
        """Return (tenant, row) of everything of a kind found so far."""
        return self._found.get(shelf, {}).values()

    def _all(self, shelf: str, attribute: str) -> Pairs:
        """Return the (tenant, value) pairs of an attribute over everything found so far."""
        of = attrgetter(attribute)
        return {(name, value) for name, row in self._everything(shelf) if (value := of(row)) is not None}
