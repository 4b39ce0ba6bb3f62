"""Consolidated billing: whose settings hold for a client - its own, those of its first group, the business's."""

from collections.abc import Iterator
from typing import Any

from models.business import Business
from models.contact import Contact
from models.shop import Shop

DEFAULTS: dict[str, Any] = {
    "enabled": False,
    "mode": "invoice",
    "cycle": "monthly",
    "at": "08:00",
    "channels": ["email"],
    "minimum": 0,
}
"""What holds where nobody says anything."""
ANCHORS: dict[str, Any] = {"monthly": 1, "weekly": "mon"}
"""On which day a cycle falls where nobody says it; a daily one has none."""


def billing_setting(shop: Shop, contact: Contact, name: str) -> Any:
    """Return a setting of billing as it holds for a client, key by key; None where nobody sets it."""
    return next((settings[name] for settings in _sources(shop, contact) if name in settings), None)


def is_billed_by_cycle(shop: Shop, contact: Contact) -> bool:
    """Whether what a client owes waits for consolidated billing."""
    return bool(billing_setting(shop, contact, "enabled"))


def explained(business: Business, contact: Contact) -> Iterator[tuple[str, Any, str]]:
    """Yield each setting of billing that holds for a client, its value, and whose it is."""
    sources = list(_named_sources(business, contact))
    cycle = next((settings["cycle"] for _, settings in sources if "cycle" in settings), DEFAULTS["cycle"])
    anchor = {"anchor": ANCHORS[cycle]} if cycle in ANCHORS else {}
    sources.append(("default", DEFAULTS | anchor))
    for name in dict.fromkeys(name for _, settings in reversed(sources) for name in settings if name != "groups"):
        source, settings = next(one for one in sources if name in one[1])
        yield name, settings[name], source


def _sources(shop: Shop, contact: Contact) -> Iterator[dict[str, Any]]:
    """Yield the settings that may hold for a client, the nearest first."""
    return (settings for _, settings in _named_sources(shop.business, contact))


def _named_sources(business: Business, contact: Contact) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield whose the settings are that may hold for a client, and the settings, the nearest first."""
    of_business = business.billing if isinstance(business.billing, dict) else {}
    yield "client", contact.billing if isinstance(contact.billing, dict) else {}
    for tag, settings in of_business.get("groups", {}).items():
        if tag in contact.tags:
            yield f"group {tag}", settings
    yield "business", of_business
