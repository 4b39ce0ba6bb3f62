"""A large portion of an occurrence: who is plain is billed by SQL, who is not by the pure rules; then it goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.billing_rows import BillingOccurrence, Portion
from models.consolidating import Terms
from models.cycles import bill_next, bills, count, hold_billing, room_on_day
from models.matching import work_off
from models.shop import Shop
from tasks.billing.made import Made
from tasks.billing.naming import PORTION, WORTH, name_owed, next_clients
from tasks.billing.plans import plans_of
from tasks.billing.portion import bill_portion, is_plain
from tasks.engine import Outcome, Work
from tasks.seeds import Seeds

LARGE = 10_000
"""So many clients are billed in one transaction, where most of them are plain."""
SMALL = 50
"""So few clients are billed by the pure rules as fast as by SQL."""


def large_portion(
    connection: Connection[Any], business_id: str, occurrence: BillingOccurrence, many: int
) -> Portion | None:
    """Return the next clients of an occurrence, at most so many; None where they are too few for `bill_large`."""
    if many < SMALL:
        return None
    (portion,) = next_clients(connection, [(business_id, occurrence, many)]).values()
    return portion if len(portion.clients) >= SMALL else None


def bill_large(
    connection: Connection[Any],
    business_id: str,
    occurrence: BillingOccurrence,
    portion: Portion,
    now: datetime,
    *,
    keep_refusals: bool = False,
) -> Outcome:
    """Bill a portion of a business whose lock is held, unless a pause holds billing; the caller commits."""
    work = Work(connection, now, [business_id], keep_refusals=keep_refusals)
    shop = work.loader.load(_seeds(connection, business_id, occurrence.id, ()))[business_id]
    if hold_billing(shop, shop.billings[occurrence.id]):
        return Outcome(work.shops, 1, work.write())
    portion, bulk, others = _parted(connection, shop, occurrence, portion)
    made = Made()
    for terms, clients in bulk:
        made += bill_portion(connection, business_id, clients, terms, now)
    work = Work(connection, now, [business_id], keep_refusals=keep_refusals)
    return _conclude(work, business_id, occurrence.id, made, portion._replace(clients=tuple(others)))


def _parted(
    connection: Connection[Any], shop: Shop, occurrence: BillingOccurrence, portion: Portion
) -> tuple[Portion, list[tuple[Terms, list[str]]], list[str]]:
    """Part clients into those whom SQL bills, by their terms, and others; where these are many, take less."""
    plans, others = plans_of(connection, shop, portion.clients)
    fits = _fits(connection, shop, occurrence, portion.clients)
    bulk: list[tuple[Terms, list[str]]] = []
    for plan, clients in plans.items():
        terms = Terms(occurrence.id, occurrence.before, occurrence.day, plan)
        if not bills(occurrence, plan):
            continue
        if fits and is_plain(shop, terms):
            bulk.append((terms, clients))
        else:
            others += clients
    if len(others) <= PORTION:
        return portion, bulk, others
    wanted = set(others)
    others = [id_ for id_ in portion.clients if id_ in wanted][:PORTION]
    here = portion.clients[: portion.clients.index(others[-1]) + 1]
    inside = set(here)
    kept = [(terms, [id_ for id_ in clients if id_ in inside]) for terms, clients in bulk]
    return Portion(here, others[-1], more=True), kept, others


def _fits(connection: Connection[Any], shop: Shop, occurrence: BillingOccurrence, clients: Sequence[str]) -> bool:
    """Whether clients owe no more than may still be made on the day: then nobody needs to stop in their midst."""
    room = room_on_day(shop, shop.billings[occurrence.id])
    if room is None:
        return True
    named = {"business": [shop.id] * len(clients), "contact": list(clients)}
    row = connection.execute(WORTH, named).fetchone()
    return row is not None and all(owed < left for owed, left in zip(row, room, strict=True))


def _conclude(work: Work, business_id: str, occurrence_id: str, made: Made, portion: Portion) -> Outcome:
    """Bill the others, count what was made, and let the occurrence go on or end."""
    shop = work.shops[business_id]
    work.loader.load(_seeds(work.connection, business_id, occurrence_id, portion.clients))
    occurrence = shop.billings[occurrence_id]
    shop.portions[occurrence_id] = portion
    shop.begin(f"{occurrence_id} {occurrence.reached}")
    count(occurrence, made.clients, made.documents, made.amounts.items())
    bill_next(shop, occurrence)
    work_off(shop)
    return Outcome(work.shops, 1, made.documents + work.write())


def _seeds(connection: Connection[Any], business_id: str, occurrence_id: str, clients: Sequence[str]) -> Seeds:
    seeds = Seeds()
    seeds.add("billings", business_id, [occurrence_id])
    if clients:
        name_owed(connection, business_id, clients, seeds)
    return seeds
