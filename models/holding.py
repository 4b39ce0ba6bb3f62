"""Holds: what keeps a document from being asked for and from falling overdue (R5, R11, R25)."""

from datetime import datetime, timedelta

from models.contact import Hold
from models.invoice import Invoice
from models.periods import start_of_day
from models.shop import Shop


def holds_on(shop: Shop, document: Invoice) -> list[Hold]:
    """Return the holds of today on a document: its own and those of its payer."""
    return [
        hold
        for hold in shop.holds.by("contact_id", document.contact_id)
        if hold.invoice_id in {None, document.id}
        and hold.ended_at is None
        and (hold.until is None or hold.until >= shop.today)
    ]


def look_again(shop: Shop, holds: list[Hold]) -> datetime:
    """Return when these holds may have ended: after their last day, or tomorrow where only a person ends one."""
    last = max(hold.until or shop.today for hold in holds)
    return start_of_day(last + timedelta(days=1), shop.zone)
