"""The ladder of reminders: one to a payer in three days at most, across automations and people; each a rung (R25)."""

from collections.abc import Iterable
from datetime import datetime

from models.contact import Contact
from models.invoice import Invoice
from models.periods import add_delay
from models.shop import Shop

DAYS = 3
"""A reminder blocks the next one to the same payer for so many local days."""


def free_again(shop: Shop, payer: Contact) -> datetime | None:
    """Return from when a payer may be reminded again; None where that is now."""
    if payer.reminded_at is None:
        return None
    again = add_delay(payer.reminded_at, shop.zone, days=DAYS)
    return again if again > shop.now else None


def climb(shop: Shop, payer: Contact, documents: Iterable[Invoice]) -> None:
    """Note that a payer is reminded of documents, and which reminder it is for each."""
    payer.reminded_at = shop.now
    for document in documents:
        document.reminders += 1
        document.reminded_at = shop.now
