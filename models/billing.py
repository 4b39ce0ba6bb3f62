"""Consolidated billing: whose settings hold for a client - its own, those of its first group, the business's."""

from collections.abc import Iterator
from typing import Any

from models.contact import Contact
from models.shop import Shop


def billing_setting(shop: Shop, contact: Contact, name: str) -> Any:
    """Return a setting of billing as it holds for a client, key by key; None where nobody sets it."""
    return next((settings[name] for settings in _sources(shop, contact) if name in settings), None)


def is_billed_by_cycle(shop: Shop, contact: Contact) -> bool:
    """Whether what a client owes waits for consolidated billing."""
    return bool(billing_setting(shop, contact, "enabled"))


def _sources(shop: Shop, contact: Contact) -> Iterator[dict[str, Any]]:
    """Yield the settings that may hold for a client, the nearest first."""
    billing = shop.business.billing
    of_business = billing if isinstance(billing, dict) else {}
    yield contact.billing if isinstance(contact.billing, dict) else {}
    for tag, settings in of_business.get("groups", {}).items():
        if tag in contact.tags:
            yield settings
    yield of_business
