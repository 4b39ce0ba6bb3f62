"""Consolidated billing: whose settings hold for a client - its own, those of its groups, the business's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from models.billing_cycle import AT_BY_DEFAULT, MONTHLY_BY_DEFAULT, OF_CYCLE, WEEKLY_BY_DEFAULT, Cycle, cycle_of
from models.business import Business
from models.contact import Contact
from models.shop import Shop


class Mode(StrEnum):
    """What billing makes of charges: a draft to review, an invoice, or a link by which they are paid without one."""

    DRAFT = "draft"
    INVOICE = "invoice"
    PAYMENT_LINK = "payment_link"


DEFAULTS: dict[str, Any] = {
    "enabled": False,
    "mode": "invoice",
    "cycle": "monthly",
    "at": AT_BY_DEFAULT,
    "channels": ["email"],
    "minimum": 0,
}
"""What holds where nobody says anything."""
ANCHORS: dict[str, Any] = {"monthly": MONTHLY_BY_DEFAULT, "weekly": WEEKLY_BY_DEFAULT}
"""On which day a cycle falls where nobody says it; a daily one has none."""
TIMING = frozenset({"enabled", "cycle", *OF_CYCLE, "at"})
"""The settings that say when somebody is billed."""

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BillingPlan:
    """How a client is billed. `minimum` is in minor units of the business's currency."""

    enabled: bool
    mode: Mode
    cycle: Cycle
    channels: tuple[str, ...]
    minimum: int
    terms_days: int
    without_services: frozenset[str] = frozenset()
    without_kinds: frozenset[str] = frozenset()


def plan_of(business: Business, contact: Contact) -> BillingPlan:
    """Return how a client is billed."""
    return plan_from(business, [*said_for(business, contact), settings_of(business)])


def plan_from(business: Business, sources: Sequence[Settings]) -> BillingPlan:
    """Return the plan that settings come to, the nearest first."""

    def said(key: str, default: Any) -> Any:
        return next((settings[key] for settings in sources if key in settings), default)

    without = said("exclude", {})
    return BillingPlan(
        enabled=bool(said("enabled", False)),
        mode=Mode(said("mode", Mode.INVOICE)),
        cycle=cycle_of(sources),
        channels=tuple(said("channels", DEFAULTS["channels"])),
        minimum=said("minimum", 0),
        terms_days=said("payment_terms", {}).get("days", business.payment_terms_days),
        without_services=frozenset(without.get("services", ())),
        without_kinds=frozenset(without.get("kinds", ())),
    )


def possible_cycles(business: Business, overrides: Iterable[Settings]) -> set[Cycle]:
    """Return every cycle by which anybody may be billed: with any override of a client, in any groups that say when."""
    own = settings_of(business)
    groups = [settings for _, settings in groups_of(own) if TIMING & settings.keys()]
    chosen = [list(some) for size in range(len(groups) + 1) for some in combinations(groups, size)]
    plans = (plan_from(business, [override, *some, own]) for override in ({}, *overrides) for some in chosen)
    return {plan.cycle for plan in plans if plan.enabled}


def billing_setting(shop: Shop, contact: Contact, name: str) -> Any:
    """Return a setting of billing as it holds for a client, key by key; None where nobody sets it."""
    found = (settings for _, settings in _named_sources(shop.business, contact))
    return next((settings[name] for settings in found if name in settings), None)


def is_billed_by_cycle(shop: Shop, contact: Contact, kind: str) -> bool:
    """Whether what a client owes of a kind waits for consolidated billing."""
    plan = plan_of(shop.business, contact)
    return plan.enabled and kind not in plan.without_kinds


def explained(business: Business, contact: Contact) -> Iterator[tuple[str, Any, str]]:
    """Yield each setting of billing that holds for a client, its value, and whose it is."""
    sources = list(_named_sources(business, contact))
    nearest = next((place for place, (_, settings) in enumerate(sources) if "cycle" in settings), len(sources))
    farther = [(source, _without(settings, OF_CYCLE)) for source, settings in sources[nearest + 1 :]]
    sources = [*sources[: nearest + 1], *farther]
    cycle = next((settings["cycle"] for _, settings in sources if "cycle" in settings), DEFAULTS["cycle"])
    anchor = {"anchor": ANCHORS[cycle]} if cycle in ANCHORS else {}
    sources.append(("default", DEFAULTS | anchor))
    for name in dict.fromkeys(name for _, settings in reversed(sources) for name in settings if name != "groups"):
        source, settings = next(one for one in sources if name in one[1])
        yield name, settings[name], source


def _without(settings: Settings, keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key not in keys}


def settings_of(whose: Business | Contact) -> dict[str, Any]:
    """Return what a business or a client itself says of billing."""
    return whose.billing if isinstance(whose.billing, dict) else {}


def said_for(business: Business, contact: Contact) -> list[Settings]:
    """Return what is said of billing for a client beside its business: its own settings and its groups', in order."""
    groups = groups_of(settings_of(business))
    return [settings_of(contact), *(settings for tag, settings in groups if tag in contact.tags)]


def groups_of(settings: Settings) -> list[tuple[str, dict[str, Any]]]:
    """Return the settings of groups of clients with their tags; of several that a client is in the first wins."""
    groups = settings.get("groups") or []
    return list(groups.items()) if isinstance(groups, dict) else [(tag, own) for tag, own in groups]


def _named_sources(business: Business, contact: Contact) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield whose the settings are that may hold for a client, and the settings, the nearest first."""
    own = settings_of(business)
    yield "client", settings_of(contact)
    for tag, settings in groups_of(own):
        if tag in contact.tags:
            yield f"group {tag}", settings
    yield "business", own
