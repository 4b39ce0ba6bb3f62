"""The rows of automations: found by their ids, read, made known to every process, with who changed them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, Run
from models.changes import Change, change
from models.errors import NotFoundError
from models.event_rows import FactRow
from models.rows import columns_of
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import copy


def find(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow | None:
    """Return an automation's row, or None."""
    columns = ", ".join(columns_of(AutomationRow))
    row = connection.execute(
        f"SELECT {columns} FROM automations WHERE business_id = %s AND id = %s".encode(),  # noqa: S608  # ours
        (business_id, automation_id),
    ).fetchone()
    return AutomationRow(*row) if row else None


def require(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow:
    """Return an automation's row; an unknown one is an error that names the nearest."""
    row = find(connection, business_id, automation_id)
    if row is not None:
        return row
    names = [r[0] for r in connection.execute("SELECT id FROM automations WHERE business_id = %s", (business_id,))]
    raise NotFoundError(f"{business_id} has no automation {automation_id!r}.{did_you_mean(automation_id, names)}")


def text_of(connection: Connection[Any], business_id: str, automation_id: str, version: int | None) -> str | None:
    """Return the text of a version, None where there is none."""
    row = connection.execute(
        "SELECT text FROM automation_versions WHERE business_id = %s AND automation_id = %s AND version = %s",
        (business_id, automation_id, version),
    ).fetchone()
    return str(row[0]) if row else None


def note(connection: Connection[Any], row: AutomationRow, now: datetime, actor: str, act: str, **detail: Any) -> None:
    """Keep who did what to an automation."""
    copy(connection, Change, [change(row.business_id, now, actor, "automation", row.id, act, **detail)])


def release(connection: Connection[Any], business_id: str, automation_id: str) -> None:
    """Let held runs be due as they were."""
    connection.execute(
        "UPDATE runs SET due_at = held_at, held_at = NULL"
        " WHERE business_id = %s AND automation_id = %s AND held_at IS NOT NULL",
        (business_id, automation_id),
    )


def waiting_shop(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime
) -> tuple[Shop, list[Run]]:
    """Load the waiting and held runs of an automation, and what is noted for it, with all that they are about."""
    about = (business_id, automation_id)
    runs = connection.execute(f"SELECT id {_WAITING}".encode(), about).fetchall()
    noted = connection.execute(
        "SELECT DISTINCT contact_id FROM noted_charges WHERE business_id = %s AND automation_id = %s", about
    )
    seeds = Seeds()
    seeds.add("runs", business_id, [row[0] for row in runs])
    seeds.add("contacts", business_id, [row[0] for row in noted])
    shop = Loader(connection, now, [business_id]).load(seeds)[business_id]
    return shop, [shop.runs[row[0]] for row in runs]


def shop_about(connection: Connection[Any], business_id: str, cases: Iterable[FactRow | Run], now: datetime) -> Shop:
    """Load what facts and runs are about, with their clients."""
    seeds = Seeds()
    for case in cases:
        seeds.about(business_id, case.subjects)
        seeds.add("contacts", business_id, [case.contact_id])
    return Loader(connection, now, [business_id]).load(seeds)[business_id]


def waiting_count(connection: Connection[Any], business_id: str, automation_id: str) -> int:
    """Return how many runs of an automation wait or are held."""
    row = connection.execute(f"SELECT count(*) {_WAITING}".encode(), (business_id, automation_id)).fetchone()
    assert row is not None
    return int(row[0])


_WAITING = "FROM runs WHERE business_id = %s AND automation_id = %s AND state IN ('waiting', 'deferred')"
