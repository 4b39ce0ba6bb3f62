"""Who is billed next: the clients of an occurrence who owe something, a portion at a time, and what they owe."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection

from models.billing_rows import BillingOccurrence, Portion
from models.charge import ChargeState
from models.rows import columns_of
from models.shop import Shop
from tasks.seeds import Seeds

PORTION = 500
"""So many clients are billed in one decision."""

NEXT = """
SELECT k.b, k.id, c.contact_id FROM unnest(%(business)s::text[], %(id)s::text[], %(reached)s::text[], %(until)s::date[],
 %(before)s::timestamptz[], %(many)s::bigint[]) AS k(b, id, reached, until, before, many) CROSS JOIN LATERAL (
  SELECT DISTINCT contact_id FROM charges WHERE business_id = k.b AND NOT closed AND state = 'due'
   AND contact_id > k.reached AND due_on <= k.until AND recorded_at < k.before ORDER BY contact_id LIMIT k.many) c
"""
"""The next clients of occurrences who owe something, in the order of the database."""

AHEAD = """
SELECT id FROM unnest(%(clients)s::text[]) id WHERE id > %(reached)s AND (NOT %(more)s OR id <= %(last)s) ORDER BY id
"""
"""Which clients belong to a portion, in the order of the database."""

FAMILY = """
WITH RECURSIVE family(b, id) AS (
 SELECT * FROM unnest(%(business)s::text[], %(contact)s::text[]) UNION
 SELECT f.b, n.id FROM family f CROSS JOIN LATERAL (
  SELECT unnest(ARRAY[bill_to, merged_into]) FROM contacts WHERE business_id = f.b AND id = f.id
  UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND bill_to = f.id
  UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND merged_into = f.id) n(id) WHERE n.id IS NOT NULL)
"""
"""Clients, those for whom they pay, and those who may pay for them."""

OWED = (
    FAMILY
    + """
SELECT c.business_id, c.id FROM family f JOIN charges c ON c.business_id = f.b AND c.contact_id = f.id
WHERE NOT c.closed AND c.state IN ('due', 'settled')
"""
)
"""What is due of families, and the sessions taken from packages beside it."""

WORTH = (
    FAMILY
    + """
SELECT count(*), coalesce(sum(abs(c.owed) + 1), 0) FROM family f
JOIN charges c ON c.business_id = f.b AND c.contact_id = f.id WHERE NOT c.closed AND c.state = 'due'
"""
)
"""More documents than can come of families, and a higher amount, however they are rounded."""

ASKED = (
    FAMILY
    + """
SELECT l.id, l.charge_ids FROM family f JOIN payment_links l ON l.business_id = f.b AND l.contact_id = f.id
WHERE l.state = 'open'
"""
)
"""The links by which families are asked for money, and for what."""


def read_occurrence(connection: Connection[Any], business_id: str, id_: str) -> BillingOccurrence:
    """Return an occurrence, which is there, as it stands now."""
    columns = ", ".join(columns_of(BillingOccurrence))
    row = connection.execute(
        f"SELECT {columns} FROM billing_occurrences WHERE business_id = %s AND id = %s".encode(),  # noqa: S608  # ours
        (business_id, id_),
    ).fetchone()
    assert row is not None
    return BillingOccurrence(*row)


def name_clients(
    connection: Connection[Any],
    shops: Mapping[str, Shop],
    due: Sequence[tuple[str, BillingOccurrence, int]],
    seeds: Seeds,
) -> None:
    """Name the next clients of occurrences with all that their families owe; note on the shops who they are."""
    found = next_clients(connection, due)
    pairs: set[tuple[str, str]] = set()
    for name, one, _ in due:
        shop, portion = shops[name], found[name, one.id]
        here = {charge.contact_id for charge in shop.charges if charge.state == ChargeState.DUE}
        shop.portions[one.id] = _joined(connection, one, portion, here)
        pairs.update((name, id_) for id_ in (*portion.clients, *here))
    if pairs:
        businesses, contacts = zip(*sorted(pairs), strict=True)
        named = {"business": list(businesses), "contact": list(contacts)}
        for name, charge_id in connection.execute(OWED, named).fetchall():
            seeds.add("charges", name, [charge_id])
    for name, contact_id in pairs:
        seeds.add("contacts", name, [contact_id])


def name_owed(connection: Connection[Any], business_id: str, clients: Sequence[str], seeds: Seeds) -> None:
    """Name clients with all that their families owe, and the links that ask for it."""
    named = {"business": [business_id] * len(clients), "contact": list(clients)}
    seeds.add("contacts", business_id, clients)
    seeds.add("charges", business_id, (row[1] for row in connection.execute(OWED, named).fetchall()))
    for link, charges in connection.execute(ASKED, named).fetchall():
        seeds.add("links", business_id, [link])
        seeds.add("charges", business_id, charges)


def _joined(connection: Connection[Any], occurrence: BillingOccurrence, portion: Portion, here: set[str]) -> Portion:
    """Return a portion together with who belongs to it by what the database does not know yet."""
    if here <= set(portion.clients):
        return portion
    named = portion._asdict() | {"clients": list(here.union(portion.clients)), "reached": occurrence.reached}
    clients = tuple(row[0] for row in connection.execute(AHEAD, named))
    return portion._replace(clients=clients)


def next_clients(
    connection: Connection[Any], due: Sequence[tuple[str, BillingOccurrence, int]]
) -> dict[tuple[str, str], Portion]:
    """Return the next clients of occurrences, so many of each, by business and occurrence."""
    rows = connection.execute(
        NEXT,
        {
            "business": [name for name, _, _ in due],
            "id": [one.id for _, one, _ in due],
            "reached": [one.reached for _, one, _ in due],
            "until": [one.day for _, one, _ in due],
            "before": [one.before for _, one, _ in due],
            "many": [many for _, _, many in due],
        },
    ).fetchall()
    clients: dict[tuple[str, str], list[str]] = {(name, one.id): [] for name, one, _ in due}
    for name, id_, contact_id in rows:
        clients[name, id_].append(contact_id)
    asked = {(name, one.id): many for name, one, many in due}
    return {key: Portion(tuple(ids), ids[-1] if ids else "", len(ids) == asked[key]) for key, ids in clients.items()}
