"""Writing into the journal: every fact of money is chained in the transaction that makes it true (docs/books.md)."""

from typing import Any

from models.chain import GENESIS, seal
from models.journal import JournalEntry, JournalHead
from models.payment import Payment
from models.shop import Shop

SOFTWARE = "relance 0.1.0"


def enter(shop: Shop, kind: str, row_id: str, **content: Any) -> None:
    """Append one entry to the tenant's chain. Content holds amounts, numbers and ids, never names or addresses."""
    head = shop.heads.get(shop.id) or shop.heads.add(JournalHead(shop.id, 0, GENESIS))
    entry = JournalEntry(
        shop.id, head.sequence + 1, head.hash, "", kind, shop.now, _actor(shop), content, SOFTWARE, row_id
    )
    entry.hash = seal(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    shop.journal.add(entry)


def _actor(shop: Shop) -> str:
    """Return who makes it true: an automation, a person, or nobody in particular."""
    cause = shop.cause
    if cause is None:
        return "system"
    return f"automation:{cause.automation}" if cause.automation else cause.actor or "system"


def book(shop: Shop, payment: Payment) -> None:
    """Enter received money."""
    enter(
        shop,
        "payment",
        payment.id,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        received=payment.received_at.isoformat(),
    )


def correct(shop: Shop, payment: Payment, change: int) -> None:
    """Enter how much more, or less, money proves to have come than was told before."""
    enter(shop, "payment_corrected", payment.id, amount=change, currency=payment.currency)
