"""Services: every version that upstream ever told, because the agreed price is the one of the event's time (R18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.rows import row


@row("service_versions", key=("business_id", "id", "stamp"))
@dataclass(slots=True)
class ServiceVersion:
    """What a service was from `stamp` on (see `models.identifiers.stamp`)."""

    business_id: str
    id: str
    stamp: str
    name: str | None = None
    category: str | None = None
    price: int | None = None
    currency: str | None = None
    tax_rate: Decimal | None = None
    tax_included: bool = True
    payment: str | None = None
    nature: str = "services"
    unit: str = "C62"
    tax_category: str = "S"
    policy_version: str | None = None
    url: str | None = None


def as_of(versions: Sequence[ServiceVersion], moment: str) -> ServiceVersion | None:
    """Return the version in force at `moment` (a stamp): the last one not after it, else the first ever told."""
    past = [version for version in versions if version.stamp <= moment]
    if past:
        return max(past, key=lambda version: version.stamp)
    return min(versions, key=lambda version: version.stamp, default=None)


def current(versions: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """Return the newest version."""
    return max(versions, key=lambda version: version.stamp, default=None)
