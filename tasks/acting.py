"""A person's act: one transaction on the shop, with everything that the document brings along."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.acts import Act
from models.shop import Shop
from tasks.engine import Outcome, lock
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write


def act_on_shop(
    connection: Connection[Any],
    business_id: str,
    now: datetime,
    act: Act,
    do: Callable[[Shop], object],
    *,
    origin: str = "",
) -> Outcome:
    """Load what an act names, do it, write what changed; `origin` tells equal acts of one instant apart."""
    lock(connection, [business_id])
    seeds = Seeds()
    if act.number:
        seeds.add("invoices", business_id, [act.number])
    if act.contact:
        seeds.add("contacts", business_id, [act.contact])
        rows = connection.execute(
            "SELECT id FROM invoices WHERE business_id = %s AND contact_id = %s", (business_id, act.contact)
        )
        seeds.add("invoices", business_id, [row[0] for row in rows])
    shop = Loader(connection, now, [business_id]).load(seeds)[business_id]
    shop.begin(origin)
    do(shop)
    return Outcome({business_id: shop}, 1, write(connection, [shop]))
