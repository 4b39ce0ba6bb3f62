"""What stories of consolidated billing share."""

from typing import Any

from tests.scenarios.story import Lines, Story


def bill(shop: Story, **settings: Any) -> None:
    """Switch billing on, on the first of each month at eight unless something else is said."""
    shop.business["billing"] = {"enabled": True} | settings


def billed(lines: Lines, contact: str = "zoe") -> list[tuple[str, int]]:
    """When a client was invoiced, and how much each time."""
    found = lines.of("invoice", contact)
    return list(zip(lines.times("invoice", contact), found.each("total"), strict=True))
