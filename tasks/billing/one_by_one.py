"""Billing by the pure rules, client by client: for the few whose case the SQL does not know."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.consolidating import Terms, bill_client
from models.matching import work_off
from models.payer import payer_of
from models.shop import Cause
from tasks.engine import Work
from tasks.seeds import Seeds

AT_ONCE = 500
"""Clients that are loaded together."""

_FAMILY = """
WITH RECURSIVE family(id) AS (
 SELECT unnest(%(clients)s::text[]) UNION
 SELECT n.id FROM family f CROSS JOIN LATERAL (
  SELECT unnest(ARRAY[bill_to, merged_into]) FROM contacts WHERE business_id = %(tenant)s AND id = f.id
  UNION ALL SELECT id FROM contacts WHERE business_id = %(tenant)s AND bill_to = f.id
  UNION ALL SELECT id FROM contacts WHERE business_id = %(tenant)s AND merged_into = f.id) n(id) WHERE n.id IS NOT NULL)
SELECT c.id FROM charges c JOIN family f ON f.id = c.contact_id WHERE c.business_id = %(tenant)s AND c.state = 'due'
 AND c.due_on <= %(until)s AND c.recorded_at < %(before)s
"""
"""What is due of clients, of those for whom they pay, and of those who may pay for them."""


def bill_one_by_one(
    connection: Connection[Any], business_id: str, clients: Sequence[str], terms: Terms, now: datetime
) -> int:
    """Bill clients of a business whose lock is held; return how many documents were made."""
    return sum(
        _bill(connection, business_id, clients[first : first + AT_ONCE], terms, now)
        for first in range(0, len(clients), AT_ONCE)
    )


def _bill(connection: Connection[Any], business_id: str, clients: Sequence[str], terms: Terms, now: datetime) -> int:
    work = Work(connection, now, [business_id])
    shop = work.shops[business_id]
    named = {"tenant": business_id, "clients": list(clients), "until": terms.until, "before": terms.before}
    charges = [row[0] for row in connection.execute(_FAMILY, named)]
    work.loader.load(_seeds(business_id, clients, charges))
    documents = 0
    with shop.caused_by(Cause(billing=terms.occurrence)):
        payers = {payer.id: payer for payer in (payer_of(shop, client) for client in clients)}
        for payer in payers.values():
            documents += len(bill_client(shop, payer, terms))
            work_off(shop)
    work.write()
    return documents


def _seeds(business_id: str, clients: Iterable[str], charges: Iterable[str]) -> Seeds:
    seeds = Seeds()
    seeds.add("contacts", business_id, clients)
    seeds.add("charges", business_id, charges)
    return seeds
