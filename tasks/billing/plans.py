"""How each client of a portion is billed: most as their business says, others as their groups or they do."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from models.billing import BillingPlan, groups_of, plan_from, settings_of
from models.shop import Shop

OWN = """
SELECT * FROM (
 SELECT c.id, c.billing, c.tags, c.bill_to IS NOT NULL OR c.merged_into IS NOT NULL
  OR c.id IN (SELECT o.bill_to FROM contacts o WHERE o.business_id = %(business)s AND o.bill_to IS NOT NULL)
  OR c.id IN (SELECT o.merged_into FROM contacts o WHERE o.business_id = %(business)s AND o.merged_into IS NOT NULL)
  AS in_family
 FROM contacts c WHERE c.business_id = %(business)s AND c.id = ANY(%(clients)s)) c
WHERE billing IS NOT NULL OR tags ?| %(groups)s OR in_family
"""
"""Clients who may be billed otherwise than their business says; the last column: they pay for others, or others do."""


def plans_of(
    connection: Connection[Any], shop: Shop, clients: Sequence[str]
) -> tuple[dict[BillingPlan, list[str]], list[str]]:
    """Return clients by their plan, in their order, and those who pay for others or for whom another pays."""
    own = settings_of(shop.business)
    groups = groups_of(own)
    rows = connection.execute(
        OWN, {"business": shop.id, "clients": list(clients), "groups": [tag for tag, _ in groups]}
    ).fetchall()
    usual = plan_from(shop.business, [own])
    special = {id_: (billing or {}, tuple(tags)) for id_, billing, tags, in_family in rows if not in_family}
    families = {row[0] for row in rows if row[3]}
    plans: dict[BillingPlan, list[str]] = {}
    for id_ in clients:
        if id_ in families:
            continue
        plan = usual
        if id_ in special:
            billing, tags = special[id_]
            plan = plan_from(shop.business, [billing, *(settings for tag, settings in groups if tag in tags), own])
        plans.setdefault(plan, []).append(id_)
    return plans, [id_ for id_ in clients if id_ in families]
