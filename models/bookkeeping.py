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
    actor = f"automation:{shop.cause.automation}" if shop.cause and shop.cause.automation else "system"
    entry = JournalEntry(shop.id, head.sequence + 1, head.hash, "", kind, shop.now, actor, content, SOFTWARE, row_id)
    entry.hash = seal(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    shop.journal.add(entry)


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
