"""How each client of a portion is billed: most as their business says, others as their groups or they do."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from models.billing import BillingPlan, groups_of, plan_from, settings_of
from models.shop import Shop

OWN = """
SELECT id, billing, tags, bill_to IS NOT NULL OR merged_into IS NOT NULL FROM contacts
WHERE business_id = %(business)s AND id = ANY(%(clients)s)
 AND (billing IS NOT NULL OR tags ?| %(groups)s OR bill_to IS NOT NULL OR merged_into IS NOT NULL)
"""
"""Clients who may be billed otherwise than their business says; the last column: somebody else pays for them."""


def plans_of(
    connection: Connection[Any], shop: Shop, clients: Sequence[str]
) -> tuple[dict[BillingPlan, list[str]], list[str]]:
    """Return clients by their plan, in their order, and those for whom another pays."""
    own = settings_of(shop.business)
    groups = groups_of(own)
    rows = connection.execute(
        OWN, {"business": shop.id, "clients": list(clients), "groups": [tag for tag, _ in groups]}
    ).fetchall()
    usual = plan_from(shop.business, [own])
    special = {id_: (billing or {}, tuple(tags)) for id_, billing, tags, paid_for in rows if not paid_for}
    paid_for = {row[0] for row in rows if row[3]}
    plans: dict[BillingPlan, list[str]] = {}
    for id_ in clients:
        if id_ in paid_for:
            continue
        plan = usual
        if id_ in special:
            billing, tags = special[id_]
            plan = plan_from(shop.business, [billing, *(settings for tag, settings in groups if tag in tags), own])
        plans.setdefault(plan, []).append(id_)
    return plans, [id_ for id_ in clients if id_ in paid_for]
