"""Reading how a business takes cards from a shop file: its provider, its account there, days of new tries."""

from typing import Any

from models.business import Business
from models.yamlfile import Node

CARDS_KEYS = ("provider", "account", "retry_days")
PROVIDERS = ("sandbox", "stripe")
MOST_DAYS = 60


def read_cards(node: Node, business: Business) -> None:
    """Read the key `cards` of a business."""
    cards = node.get("cards")
    if cards is None:
        return
    cards = cards.mapping(CARDS_KEYS, required=("provider",))
    told: dict[str, Any] = {"provider": cards.at("provider").choice(PROVIDERS)}
    account, days = cards.get("account"), cards.get("retry_days")
    if account is not None:
        told["account"] = account.text()
    if days is not None:
        told["retry_days"] = [day.integer(1, MOST_DAYS) for day in days.items()]
    business.cards = told
