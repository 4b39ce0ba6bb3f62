"""Reading `billing` of a business, a group of clients or one client: what is said, checked, and nothing filled in.

What one level leaves out the next one says; so an anchor is checked with the cycle that holds with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.billing import DEFAULTS, TIMING, Mode
from models.billing_cycle import CYCLES
from models.recurrence import WEEKDAYS
from models.schedules import LAST_DAY
from models.yamlfile import Node

KEYS = (
    "enabled", "mode", "cycle", "anchor", "every", "from", "at", "channels", "minimum", "payment_terms", "exclude",
    "confirm_after",
)  # fmt: skip
OF_BUSINESS = ("groups", "daily_cap")
"""What only a business says: the settings of its groups, and how much is made on one day before a person looks."""
CHANNELS = ("email", "sms")
KINDS = ("booking", "package", "voucher", "product", "recurring", "fee", "other")
LONGEST_EVERY = 52
NOTHING: Mapping[str, Any] = {}
MOST_GROUPS = 10
"""So many groups may have dates of their own: each set of them may make another schedule."""


def read_billing(node: Node, known: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """Read what a business says, beside what is known; `groups` become pairs: the first that a client is in wins."""
    said = _read(node.mapping((*KEYS, *OF_BUSINESS)), (known,))
    groups, cap = node.get("groups"), node.get("daily_cap")
    if groups is not None:
        said["groups"] = [[tag, _read(own.mapping(KEYS), (said, known))] for tag, own in groups.entries()]
        if sum(bool(TIMING & own.keys()) for _, own in said["groups"]) > MOST_GROUPS:
            groups.problem(f"more than {MOST_GROUPS} groups say when they are billed", "Let some share their dates.")
    if cap is not None:
        cap = cap.mapping(("documents", "amount"))
        said["daily_cap"] = {key: one.integer(1) for key, one in cap.entries() if key in {"documents", "amount"}}
    return said


def read_own_billing(node: Node, business: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a client itself has otherwise than its business."""
    return _read(node.mapping(KEYS), (business,))


def _read(node: Node, farther: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, reader in _READERS.items():
        found = node.get(key)
        if found is not None:
            said[key] = reader(found)
    _check_dates(node, said, farther)
    return said


def _check_dates(node: Node, said: Mapping[str, Any], farther: Sequence[Mapping[str, Any]]) -> None:
    """Refuse an anchor, or weeks to skip, that the cycle which holds does not have."""
    cycle = next((one["cycle"] for one in (said, *farther) if "cycle" in one), DEFAULTS["cycle"])
    anchor = node.get("anchor")
    if anchor is not None and not _fits(cycle, said["anchor"]):
        anchor.problem(f"{anchor.label} does not fit a {cycle} cycle", _HOW[cycle])
    every = node.get("every")
    if every is not None and cycle != "weekly":
        every.problem(f"every is of a weekly cycle, and this one is {cycle}", "Write cycle: weekly beside it.")
    if said.get("every", 1) > 1 and "from" not in said and every is not None:
        every.problem("every lacks the date that it is counted from", "Write from: 2027-02-01 beside it.")
    since = node.get("from")
    if since is not None and every is None:
        since.problem("from counts weeks, and every says no number", "Write every: 2 beside it.")


_HOW = {
    "daily": "A daily cycle has no anchor.",
    "weekly": f"Write one of {', '.join(WEEKDAYS)}.",
    "monthly": "Write a day from 1 to 31, last, or a list of them such as [1, 15].",
}


def _fits(cycle: str, anchor: Any) -> bool:
    if cycle == "weekly":
        return anchor in WEEKDAYS
    days = anchor if isinstance(anchor, list) else [anchor]
    return cycle == "monthly" and bool(days) and all(_is_day(day) for day in days)


def _is_day(said: Any) -> bool:
    return said == "last" or (type(said) is int and 1 <= said <= LAST_DAY)


def _channels(node: Node) -> list[str]:
    found = list(dict.fromkeys(item.choice(CHANNELS) for item in node.items()))
    if not found and node.is_list:
        node.problem("channels is empty", "Write [email], [sms] or [email, sms].")
    return found or ["email"]


def _terms(node: Node) -> dict[str, int]:
    return {"days": node.mapping(("days",), ("days",)).at("days").integer(0, 365)}


def _exclude(node: Node) -> dict[str, list[str]]:
    node = node.mapping(("services", "kinds"))
    services, kinds = node.get("services"), node.get("kinds")
    found = {
        "services": [item.text() for item in services.items()] if services is not None else [],
        "kinds": [item.choice(KINDS) for item in kinds.items()] if kinds is not None else [],
    }
    return {key: names for key, names in found.items() if names}


_READERS: dict[str, Callable[[Node], Any]] = {
    "enabled": Node.boolean,
    "mode": lambda node: node.choice(tuple(Mode)),
    "cycle": lambda node: node.choice(CYCLES),
    "anchor": Node.plain,
    "every": lambda node: node.integer(1, LONGEST_EVERY),
    "from": lambda node: str(node.date()),
    "at": lambda node: f"{node.time_of_day():%H:%M}",
    "channels": _channels,
    "minimum": lambda node: node.integer(0),
    "payment_terms": _terms,
    "exclude": _exclude,
    "confirm_after": lambda node: node.integer(1, 365),
}
