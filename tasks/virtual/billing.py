"""Billing of many in virtual time: a portion is a window of its own, billed as live workers do it (`bill_large`).

The statements read what is written, so the window before ends where a portion may be large, and this one begins there.
What they make stands on no shelf: its lines are told of the rows that this transaction has made.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.charge import ChargeState
from models.cycles import takes
from models.invoice import Invoice
from models.periods import decision_instant
from models.rows import columns_of, table_of
from models.shelf import Shelf
from models.shop import Shop
from tasks.billing import large
from tasks.billing.large import bill_large, large_portion
from tasks.billing.naming import next_clients, read_occurrence
from tasks.due_rows import DueBilling
from tasks.engine import GRACE, Item
from tasks.lines import TOLD, Line, lines_of
from tasks.loading import Loader

MADE_NOW = "t.business_id = %s AND t.xmin = pg_current_xact_id()::xid"
"""The rows of a business that this transaction has written."""
BESIDE = ("lines", "taxes", "runs")
"""What lines say of things beside the things themselves."""
CREATED = {"payments": "recorded_at", "invoices": "created_at", "links": "created_at"}
"""The column that says when a row was made; of all others it is `at`."""


def may_be_large(connection: Connection[Any], shop: Shop, item: Item) -> bool:
    """Whether so many clients may be billed next that the statements do it: some of them may not be written yet."""
    if not isinstance(item, DueBilling):
        return False
    occurrence = shop.billings.get(item.id) or read_occurrence(connection, shop.id, item.id)
    (written,) = next_clients(connection, [(shop.id, occurrence, large.SMALL)]).values()
    here = (charge for charge in shop.charges if charge.state == ChargeState.DUE and takes(occurrence, charge))
    return len({*written.clients, *(charge.contact_id for charge in here)}) >= large.SMALL


def bill_many(
    connection: Connection[Any], item: DueBilling, now: datetime, *, everything: bool
) -> Sequence[Line] | None:
    """Bill the next clients of an occurrence if they are many, and return the lines of it; None where they are few."""
    occurrence = read_occurrence(connection, item.business_id, item.id)
    portion = large_portion(connection, item.business_id, occurrence, large.LARGE)
    if occurrence.next_at is None or portion is None:
        return None
    at = decision_instant(item.due, now, GRACE)
    bill_large(connection, item.business_id, occurrence, portion, at, keep_refusals=everything)
    return _lines(connection, item.business_id, at, everything=everything)


def _lines(connection: Connection[Any], business_id: str, at: datetime, *, everything: bool) -> Sequence[Line]:
    """Return the lines of what this transaction has made."""
    shop = Loader(connection, at, [business_id]).shops[business_id]
    for name in (*TOLD, *BESIDE):
        shelf: Shelf[Any] = getattr(shop, name)
        columns = ", ".join(f"t.{column}" for column in columns_of(shelf.cls))
        query = f"SELECT {columns} FROM {table_of(shelf.cls).name} t WHERE {MADE_NOW}"  # noqa: S608  # names are ours
        for values in connection.execute(query.encode(), (business_id,)):
            shelf.load(values)
    news = {name: [row for row in getattr(shop, name) if getattr(row, CREATED.get(name, "at")) == at] for name in TOLD}
    news["invoices"].sort(key=_place)
    return lines_of(shop, news, everything=everything)


def _place(document: Invoice) -> tuple[str, int, str]:
    return document.series or "", document.sequence or 0, document.contact_id
