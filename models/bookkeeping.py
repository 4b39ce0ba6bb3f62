"""Writing into the journal: every fact of money is chained in the transaction that makes it true (docs/books.md)."""

from datetime import datetime
from typing import Any, NamedTuple

from models.chain import GENESIS, seal
from models.journal import JournalEntry, JournalHead
from models.payment import Payment
from models.shop import Shop

SOFTWARE = "relance 0.1.0"


def enter(shop: Shop, kind: str, row_id: str, **content: Any) -> None:
    """Append one entry to the tenant's chain. Content holds amounts, numbers and ids, never names or addresses."""
    head = shop.heads.get(shop.id) or shop.heads.add(JournalHead(shop.id, 0, GENESIS))
    entry = JournalEntry(
        shop.id, head.sequence + 1, head.hash, "", kind, shop.now, actor(shop), content, SOFTWARE, row_id
    )
    entry.hash = seal(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    shop.journal.add(entry)


def actor(shop: Shop) -> str:
    """Return who makes it true: an automation, a person, or nobody in particular."""
    cause = shop.cause
    if cause is None:
        return "system"
    return f"automation:{cause.automation}" if cause.automation else cause.actor or "system"


class Received(NamedTuple):
    """What is entered of received money: how much came, by which means, when."""

    amount: int
    currency: str
    method: str
    at: datetime


def received(payment: Payment) -> Received:
    """Return what is to be entered of a payment as it stands."""
    return Received(payment.amount, payment.currency, payment.method, payment.received_at)


def book(shop: Shop, payment: Payment) -> None:
    """Enter received money."""
    _enter_money(shop, "payment", payment, received(payment))


def correct(shop: Shop, payment: Payment, before: Received) -> None:
    """Enter what money proves to have been: how much more or less came; of another kind or day, all of it anew."""
    now = received(payment)
    if now[1:] == before[1:]:
        changes = [now._replace(amount=now.amount - before.amount)]
    else:
        changes = [before._replace(amount=-before.amount), now]
    for change in changes:
        if change.amount:
            _enter_money(shop, "payment_corrected", payment, change)


def _enter_money(shop: Shop, kind: str, payment: Payment, money: Received) -> None:
    enter(
        shop,
        kind,
        payment.id,
        amount=money.amount,
        currency=money.currency,
        method=money.method,
        received=money.at.isoformat(),
    )
