"""Closing the books of a period: its figures, the running grand total and their place in the journal's chain."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.bookkeeping import enter
from models.chain import canonical, entry_hash
from models.changes import Change, change
from models.closing import Span, check_closable, span_named
from models.identifiers import key
from models.journal import Closing
from models.periods import local_date, zone
from models.refusals import RefusedError
from tasks.loading import Loader
from tasks.reading.office import Line
from tasks.reading.totals import SALES, Books, Period
from tasks.seeds import Seeds
from tasks.writing import copy, write

SETTLES = timedelta(minutes=1)
"""How long after its end a period can be closed: what was due in it is decided by then."""

_LAST = (
    "SELECT period_from, period_to, grand_total, hash, totals FROM closings WHERE business_id = %s"
    " AND totals ->> 'length' = %s ORDER BY period_to DESC LIMIT 1"
)


def close(connection: Connection[Any], business_id: str, span: Span, now: datetime, *, actor: str) -> Closing:
    """Close a period of a business whose lock is held; the caller commits.

    The grand total is the turnover with tax of all closed periods of this length, in the business's currency.
    """
    shop = Loader(connection, now, [business_id]).load(Seeds())[business_id]
    shop.begin(f"closing {span.name}")
    found = connection.execute(_LAST, (business_id, span.length)).fetchone()
    last = span_named(found[4]["name"]) if found else None
    check_closable(span, local_date(now - SETTLES, zone(shop.business.timezone)), last)
    books = Books(connection, business_id, shop.business.timezone)
    lines = [_plain(line) for line in books.totals(Period(span.first, span.last))]
    turnover = sum(
        line["amount"] for line in lines if line["figure"] == SALES and line["currency"] == shop.business.currency
    )
    grand = (found[2] if found else 0) + turnover
    content = {"name": span.name, "length": str(span.length), "turnover": turnover, "lines": lines}
    seal = entry_hash(found[3] if found else "", canonical(content | {"grand_total": grand}))
    id_ = key("clo", now, business_id, span.length, span.name)
    enter(shop, "closing", id_, period=span.name, turnover=turnover, grand_total=grand, seal=seal)
    closing = Closing(business_id, id_, span.first, span.last, content, grand, seal, now)
    write(connection, [shop])
    copy(connection, Closing, [closing])
    copy(connection, Change, [change(business_id, now, actor, "books", span.name, "closed", grand_total=grand)])
    return closing


def require_open(connection: Connection[Any], business_id: str, received_at: datetime | None) -> None:
    """Refuse to book money on a day whose books are closed, or that lies before one whose books are."""
    found = connection.execute(
        "SELECT c.totals ->> 'name', d.day, d.day >= c.period_from FROM businesses b"
        " CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE b.timezone)::date AS day) d"
        " JOIN closings c ON c.business_id = b.id AND d.day <= c.period_to"
        " WHERE b.id = %(business)s ORDER BY c.period_to LIMIT 1",
        {"at": received_at, "business": business_id},
    ).fetchone()
    if found:
        name, day, inside = found
        raise RefusedError(
            f"The books {'of' if inside else 'up to'} {name} are closed: nothing can be booked on {day} any more. "
            "Leave --on out, so that it counts today, and say with --note when it came."
        )


def _plain(line: Line) -> Line:
    """Return a line as it is kept: JSON data without floats."""
    return {name: value if isinstance(value, int | str | None) else str(value) for name, value in line.items()}
