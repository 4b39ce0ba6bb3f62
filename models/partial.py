"""Which parts of what is due a page may take, by the business's setting (R16)."""

from models.refusals import RefusedError, show
from models.shop import Shop


def least_part(shop: Shop, due: int) -> int:
    """Return the least that may be paid of what is due: all of it, where parts are not allowed."""
    rules = shop.business.partial_payments
    least = int(rules.get("minimum") or 1) if isinstance(rules, dict) and rules.get("allowed") else due
    return min(least, due)


def require_part(shop: Shop, what: str, amount: int, due: int, currency: str) -> None:
    """Refuse a part that the settings do not allow."""
    if amount <= 0:
        raise RefusedError("A payment of nothing is none.")
    least = least_part(shop, due)
    if amount < least:
        raise RefusedError(f"{what} can't be paid in such a part: {show(least, currency)} at least.")
