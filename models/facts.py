"""Facts: domain events of ours, raised once when they become true, then matched against automations."""

from typing import Any

from models.event_rows import FactRow
from models.shop import Shop


def subject_keys(subjects: dict[str, Any]) -> list[str]:
    """Return what a run or fact is about as the keys that runs are found by: `order:o1`, `invoice:inv_…`."""
    return [f"{kind}:{value}" for kind, value in subjects.items() if value is not None]


def raise_fact(
    shop: Shop,
    type_: str,
    *,
    contact_id: str | None,
    data: dict[str, Any] | None = None,
    depth: int | None = None,
    **subjects: str | None,
) -> FactRow:
    """Write a fact down and queue it for the automations; `subjects` are ids (order, booking, session, invoice …)."""
    about = {kind: value for kind, value in subjects.items() if value is not None}
    cause = shop.cause
    level = depth if depth is not None else (cause.depth + 1 if cause else 0)
    fact = FactRow(
        shop.id,
        shop.key("evt", type_, contact_id or "", *subject_keys(about), shop.next_serial()),
        type_,
        shop.now,
        contact_id,
        about,
        data,
        cause.plain() if cause else None,
        level,
        shop.inbox,
    )
    shop.facts.add(fact)
    shop.queue.append(fact)
    return fact
