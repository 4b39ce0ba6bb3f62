"""Which schedules a business has: planned anew whenever settings of billing change, its own or a client's (R1, R2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.billing import settings_of
from models.billing_rows import BillingSchedule
from models.business import Business
from models.changes import change
from models.cycles import plan_schedules
from models.errors import NotFoundError
from models.rows import columns_of
from models.shop import Shop
from tasks.engine import Outcome, Work, lock
from tasks.seeds import Seeds
from tasks.writing import update

OVERRIDES = """
SELECT DISTINCT billing FROM contacts WHERE business_id = %s AND billing IS NOT NULL AND id <> ALL(%s)
"""


def plan_billing(connection: Connection[Any], shop: Shop) -> None:
    """Let the schedules of a business be what its settings, and those of its clients, ask for; the caller writes."""
    columns = ", ".join(columns_of(BillingSchedule))
    statement = f"SELECT {columns} FROM billing_schedules WHERE business_id = %s".encode()  # noqa: S608  # ours
    for values in connection.execute(statement, (shop.id,)).fetchall():
        shop.schedules.load(values)
    here = [contact.id for contact in shop.contacts]
    overrides = [settings_of(contact) for contact in shop.contacts]
    overrides += [row[0] for row in connection.execute(OVERRIDES, (shop.id, here)) if isinstance(row[0], dict)]
    plan_schedules(shop, [one for one in overrides if one])


def set_billing(
    connection: Connection[Any],
    business_id: str,
    settings: Mapping[str, Any],
    contact_id: str | None,
    now: datetime,
    *,
    actor: str,
) -> Outcome:
    """Change settings of billing, key by key, of a business or of one client; the schedules follow."""
    lock(connection, [business_id])
    work = Work(connection, now, [business_id])
    seeds = Seeds()
    seeds.add("contacts", business_id, [contact_id])
    shop = work.loader.load(seeds)[business_id]
    shop.begin(f"billing {contact_id or ''}")
    if contact_id is None:
        shop.business.billing = settings_of(shop.business) | dict(settings)
        update(connection, Business, [shop.business])
    else:
        contact = shop.contacts.get(contact_id)
        if contact is None:
            raise NotFoundError(f"There is no client {contact_id!r}.")
        contact.billing = settings_of(contact) | dict(settings)
    plan_billing(connection, shop)
    kind, subject = ("contact", contact_id) if contact_id else ("business", business_id)
    shop.changes.add(change(business_id, now, actor, kind, subject, "billing changed", settings=dict(settings)))
    return Outcome(work.shops, 1, work.write())
