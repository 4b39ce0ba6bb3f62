"""Coupons with what they take off, how often they were used and how much they came to."""

from models.coupon import Coupon
from models.tax import rate_text
from tasks.reading.office import Line, Office, columns


def coupons(office: Office, *, limit: int | None = None) -> list[Line]:
    """Return the coupons in the order of their codes."""
    found = office.rows(Coupon, order=[columns(Coupon).id], limit=limit)
    return [_coupon(office, one) for one in found]


def _coupon(office: Office, coupon: Coupon) -> Line:
    return {
        "id": coupon.id,
        "percent": rate_text(coupon.percent) if coupon.percent is not None else None,
        "amount": coupon.amount,
        "currency": coupon.currency,
        "services": coupon.services,
        "valid_from": coupon.valid_from,
        "expires_on": coupon.expires_on,
        "used": coupon.used,
        "most_uses": coupon.most_uses,
        "most_per_client": coupon.most_per_client,
        "revoked_at": office.local(coupon.revoked_at),
        "actor": coupon.actor,
    }
