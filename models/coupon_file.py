"""Reading the coupons of a shop file: `{code, percent | amount, services, from, expires, uses, per_client}`."""

from datetime import date, datetime
from decimal import Decimal

from models.coupon import Coupon, code_of
from models.errors import BadInputError
from models.money import is_currency
from models.tax import parse_rate
from models.yamlfile import Node

KEYS = ("code", "percent", "amount", "services", "from", "expires", "uses", "per_client")


def read_coupon(node: Node, business_id: str, created_at: datetime) -> Coupon:
    """Read one coupon; an amount is money as events write it."""
    node = node.mapping(KEYS, required=("code",))
    percent, amount = node.get("percent"), node.get("amount")
    if (percent is None) is (amount is None):
        node.problem("a coupon takes off either percent or amount", "Write one of them.")
    coupon = Coupon(business_id, code_of(node.at("code").text()), created_at)
    if percent is not None:
        coupon.percent = _percent(percent)
    elif amount is not None:
        _amount(amount.mapping(("amount", "currency"), ("amount", "currency")), coupon)
    services, uses, each = node.get("services"), node.get("uses"), node.get("per_client")
    coupon.services = [item.text() for item in services.items()] if services is not None else []
    coupon.valid_from, coupon.expires_on = _day(node, "from"), _day(node, "expires")
    coupon.most_uses = uses.integer(1, 1_000_000) if uses is not None else None
    coupon.most_per_client = each.integer(1, 1_000_000) if each is not None else None
    return coupon


def _percent(node: Node) -> Decimal | None:
    try:
        return parse_rate(str(node.scalar()))
    except BadInputError as error:
        node.problem(str(error).rstrip("."))
        return None


def _amount(node: Node, coupon: Coupon) -> None:
    coupon.amount, coupon.currency = node.at("amount").integer(1, 10**12), node.at("currency").text()
    if not is_currency(coupon.currency):
        node.at("currency").problem(f"{coupon.currency!r} is no currency in use", "Write its ISO 4217 code, as in EUR.")


def _day(node: Node, key: str) -> date | None:
    found = node.get(key)
    return found.date() if found is not None else None
