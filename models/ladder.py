"""The ladder of reminders: one to a payer in three days at most, across automations and people; each a rung (R25)."""

from collections.abc import Iterable
from datetime import datetime

from models.contact import Contact
from models.invoice import Invoice
from models.periods import add_delay
from models.recovery import claim_recovery
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
    """Note that a payer is reminded of documents, and of those that are late which reminder it is.

    With the first one of a late document a business owes what its recovery costs.
    """
    payer.reminded_at = shop.now
    late = [one for one in documents if one.due_on is not None and one.due_on < shop.today]
    claim_recovery(shop, payer, [document for document in late if not document.reminders])
    for document in documents:
        document.reminded_at = shop.now
    for document in late:
        document.reminders += 1
