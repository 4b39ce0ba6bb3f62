"""Billing by the pure rules, client by client: for the few whose case the SQL does not know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.consolidating import Terms, bill_client, worth
from models.invoice import Invoice
from models.matching import work_off
from models.payer import payer_of
from models.payment_link import PaymentLink
from models.shop import Cause
from tasks.billing.made import Made
from tasks.billing.naming import name_owed
from tasks.engine import Work
from tasks.seeds import Seeds

AT_ONCE = 500
"""Clients that are loaded together."""


def bill_one_by_one(
    connection: Connection[Any], business_id: str, clients: Sequence[str], terms: Terms, now: datetime
) -> Made:
    """Bill clients of a business whose lock is held, all on the same terms; return what was made."""
    made = Made()
    for first in range(0, len(clients), AT_ONCE):
        made += _bill(connection, business_id, clients[first : first + AT_ONCE], terms, now)
    return made


def _bill(connection: Connection[Any], business_id: str, clients: Sequence[str], terms: Terms, now: datetime) -> Made:
    work = Work(connection, now, [business_id])
    shop = work.shops[business_id]
    seeds = Seeds()
    name_owed(connection, business_id, clients, seeds)
    work.loader.load(seeds)
    made = Made()
    with shop.caused_by(Cause(billing=terms.occurrence)):
        payers = {payer.id: payer for payer in (payer_of(shop, client) for client in clients)}
        for payer in payers.values():
            made += made_for_one(bill_client(shop, payer, terms))
            work_off(shop)
    work.write()
    return made


def made_for_one(documents: Sequence[Invoice | PaymentLink]) -> Made:
    """Return what came of one client."""
    amounts: dict[str, int] = {}
    for one in documents:
        amounts[one.currency] = amounts.get(one.currency, 0) + worth(one)
    return Made(1 if documents else 0, len(documents), amounts)
