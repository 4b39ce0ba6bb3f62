"""Coupons: what a code takes off, of which services, until when, how often; and each use of one (R10, R18)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.money import divide
from models.rows import Look, Ref, row


@row("coupons", checks={"worth": "(percent IS NULL) <> (amount IS NULL)"})
@dataclass(slots=True)
class Coupon:
    """One code: per cents of a price, or an amount of one order. `used` counts the orders and charges that had it."""

    business_id: str
    id: str
    created_at: datetime
    percent: Decimal | None = None
    amount: int | None = None
    currency: str | None = None
    services: list[Any] = field(default_factory=list)
    valid_from: date | None = None
    expires_on: date | None = None
    most_uses: int | None = None
    most_per_client: int | None = None
    used: int = 0
    revoked_at: datetime | None = None
    actor: str | None = None

    def off(self, price: int) -> int:
        """Return what it takes off one price, never more than that: its per cents, or its whole amount (R10)."""
        if self.percent is not None:
            numerator, denominator = self.percent.as_integer_ratio()
            return divide(price * numerator, 100 * denominator)
        return min(self.amount or 0, price)


@row(
    "coupon_uses",
    key=("business_id", "coupon_id", "subject"),
    looks=[Look(("business_id", "contact_id"))],
    refs=[Ref(("business_id", "coupon_id"), "coupons")],
)
@dataclass(slots=True)
class CouponUse:
    """One order or charge that had a coupon, and whose it was; by its key a coupon is used once for each."""

    business_id: str
    coupon_id: str
    subject: str
    contact_id: str
    at: datetime
    amount: int


def code_of(text: str) -> str:
    """Return a code as it is kept, however it is typed."""
    return text.strip().upper()
