"""How far a text would reach, judged by what is stored: the facts of its trigger in a past week, the runs that wait.

One that a schedule starts reaches the clients that its condition lets through.

A fixed number of queries, and never more than so many rows looked at: the newest are looked at closely, and what they
show holds for the others.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.automation import Run
from models.event_rows import FactRow
from models.identifiers import first_key
from models.matching import let_through
from models.reach import Case, Reach, Sample, reach_of
from models.rows import columns_of
from models.rulebook import Published
from models.scheduling import scheduled_fact
from models.shop import Shop
from tasks.automation_rows import shop_about

PAST = timedelta(days=7)
"""What happened in so long is what a text would have touched."""
LOOKED_THROUGH = 200_000
"""So many of the newest facts are looked through for those of the trigger."""
LOOKED_AT = 1_000
"""So many facts, and so many runs, are loaded with all that they are about."""


def reach(
    connection: Connection[Any], business_id: str, published: Published, now: datetime, *, moving: bool
) -> tuple[Shop, Reach]:
    """Return what an automation would touch, and the shop; `moving` counts its waiting runs."""
    dated = published.automation.trigger.schedule is not None
    past = (_clients if dated else _past)(connection, business_id, published, now)
    waiting = _waiting(connection, business_id, published) if moving else Sample()
    shop = shop_about(connection, business_id, [*past.cases, *waiting.cases], now)
    matching = [fact for fact in past.cases if isinstance(fact, FactRow) and let_through(shop, published, fact)]
    return shop, reach_of(shop, published.automation, past, matching, waiting)


def _past(connection: Connection[Any], business_id: str, published: Published, now: datetime) -> Sample:
    """Return the newest facts of a trigger in the past week, and how many there are in all."""
    values = {
        "tenant": business_id,
        "type": published.automation.trigger.on,
        "since": first_key("evt", now - PAST),
        "through": LOOKED_THROUGH,
    }
    looked = (
        "SELECT id, contact_id FROM (SELECT id, type, contact_id FROM facts WHERE business_id = %(tenant)s"
        " AND id >= %(since)s ORDER BY id DESC LIMIT %(through)s) newest WHERE type = %(type)s"
    )
    return _sample(connection, FactRow, looked, values)


def _clients(connection: Connection[Any], business_id: str, published: Published, now: datetime) -> Sample:
    """Return what a date of a schedule would be for clients, and how many clients there are in all."""
    values = {"tenant": business_id, "at": LOOKED_AT}
    there = "FROM contacts WHERE business_id = %(tenant)s AND merged_into IS NULL"
    (count,) = connection.execute(f"SELECT count(*) {there}".encode(), values).fetchone() or (0,)
    ids = connection.execute(f"SELECT id {there} ORDER BY id LIMIT %(at)s".encode(), values)
    data = {"automation": published.id, "day": now.isoformat()}
    return Sample([scheduled_fact(business_id, now, id_, data) for (id_,) in ids], count, count)


def _waiting(connection: Connection[Any], business_id: str, published: Published) -> Sample:
    """Return runs of an automation that wait, and how many there are in all."""
    looked = (
        "SELECT id, contact_id FROM runs WHERE business_id = %(tenant)s AND automation_id = %(automation)s"
        " AND state IN ('waiting', 'deferred')"
    )
    return _sample(connection, Run, looked, {"tenant": business_id, "automation": published.id})


def _sample(connection: Connection[Any], cls: type[Case], looked: str, values: dict[str, Any]) -> Sample:
    """Return the newest of the rows that were looked through, and how many there are in all."""
    columns = ", ".join(f"r.{name}" for name in columns_of(cls))
    table = {FactRow: "facts", Run: "runs"}[cls]
    count = connection.execute(f"SELECT count(*), count(DISTINCT contact_id) FROM ({looked}) l".encode(), values)  # noqa: S608  # ours
    all_cases, all_contacts = count.fetchone() or (0, 0)
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        f"SELECT {columns} FROM ({looked} ORDER BY id DESC LIMIT %(at)s) l"  # noqa: S608  # names are ours
        f" JOIN {table} r ON r.business_id = %(tenant)s AND r.id = l.id".encode(),
        values | {"at": LOOKED_AT},
    )
    return Sample([cls(*row) for row in rows], all_cases, all_contacts)
