"""Reading `exchange_rates` of a shop file: what a unit of a currency comes to, since when, and who says so (R9)."""

from models.business import Business
from models.money import is_currency
from models.yamlfile import Node

KEYS = ("currency", "rate", "on", "source")


def read_rates(node: Node, business: Business) -> None:
    """Read the rates of a business, dated."""
    found = node.get("exchange_rates")
    if found is not None:
        business.exchange_rates = [_rate(item.mapping(KEYS, KEYS)) for item in found.items()]


def _rate(node: Node) -> dict[str, str]:
    currency, rate = node.at("currency").text(), node.at("rate")
    if not is_currency(currency):
        node.at("currency").problem(f"{currency!r} is no currency in use", "Write its ISO 4217 code, as in USD.")
    value = rate.decimal()
    if not value > 0:
        rate.problem(f"{value} is no rate", "Write what one unit of the currency comes to, as in 0.92.")
    on, source = node.at("on").date(), node.at("source").text()
    return {"currency": currency, "rate": f"{value:f}", "on": str(on), "source": source}
