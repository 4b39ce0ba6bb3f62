"""Frequency limits (R7): a slot is the right to one run per window, taken when the run starts."""

from datetime import UTC, datetime
from typing import Any

from models.automation import LimitSlot
from models.periods import window_end
from models.rulebook import Published
from models.scope import Scope
from models.shop import Shop

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def group_key(published: Published, scope: Scope) -> str:
    """Return whom or what the limit counts for: the contact, and what else `by` names."""
    limit = published.automation.limit
    assert limit is not None
    parts = [f"contact={scope.contact_id}"]
    values: dict[str, Any] = {
        "service": scope.get("service.id"),
        "order": scope.subjects.get("order"),
        "invoice": scope.subjects.get("invoice"),
        "session": scope.subjects.get("session"),
    }
    parts += [f"{name}={values[name]}" for name in limit.by if name != "contact"]
    return "|".join(parts)


def take_slot(shop: Shop, published: Published, contact_id: str | None, key: str, run_id: str) -> LimitSlot | None:
    """Take a slot that is free now, or return None; a constraint holds each taking (`tasks.writing`)."""
    limit = published.automation.limit
    assert limit is not None
    until = window_end(limit.per, shop.now, shop.zone) or NEVER
    for number in range(limit.times):
        slot = shop.slots.get((published.id, key, number))
        if slot is None:
            return shop.slots.add(
                LimitSlot(shop.id, contact_id or "", published.id, key, number, shop.now, until, run_id)
            )
        if slot.until <= shop.now:
            slot.taken_at, slot.until, slot.run_id = shop.now, until, run_id
            return slot
    return None


def next_free(shop: Shop, published: Published, key: str) -> datetime:
    """Return when the first slot of a full window is free again; those of a wider version do not count."""
    limit = published.automation.limit
    assert limit is not None
    return min(shop.slots[published.id, key, number].until for number in range(limit.times))
