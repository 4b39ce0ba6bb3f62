"""How a document, a debt or a payment stands today: what a back office calls it, read off its figures."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Protocol

from models.invoice import DocumentStatus
from models.payment import PaymentStatus


class Standing(StrEnum):
    """`pending` is issued, not due yet and nothing paid."""

    DRAFT = "draft"
    PENDING = "pending"
    OVERDUE = "overdue"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


class Balance(Protocol):
    """What must be known of a document to tell how it stands; amounts are minor units."""

    @property
    def status(self) -> str: ...
    @property
    def total(self) -> int: ...
    @property
    def credited(self) -> int: ...
    @property
    def amount_due(self) -> int: ...
    @property
    def due_on(self) -> date | None: ...


_SETTLED: Mapping[str, Standing] = {
    DocumentStatus.DRAFT: Standing.DRAFT,
    DocumentStatus.PAID: Standing.PAID,
    DocumentStatus.VOID: Standing.VOID,
    DocumentStatus.WRITTEN_OFF: Standing.WRITTEN_OFF,
}


def standings(document: Balance, today: date) -> tuple[Standing, ...]:
    """Return all that a document is on a local date, what matters most first.

    One that is overdue (R11) and paid in part is both; every other is one thing.
    """
    if (settled := _SETTLED.get(document.status)) is not None:
        return (settled,)
    if document.amount_due <= 0:
        return (Standing.PAID,)
    overdue = document.due_on is not None and today > document.due_on
    partially = document.amount_due < document.total - document.credited
    found = [Standing.OVERDUE] if overdue else []
    found += [Standing.PARTIALLY_PAID] if partially else []
    return tuple(found) or (Standing.PENDING,)


class MoneyStanding(StrEnum):
    """How what is owed for one thing stands: `nothing` was never owed, or is owed no more and never was paid."""

    NOTHING = "nothing"
    DUE = "due"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    REVERSED = "reversed"


def debt_standing(worth: int, paid: int, refunded: int) -> MoneyStanding:
    """Return how a debt stands: what it is worth now, what of it is paid, what went back; minor units."""
    if worth > paid:
        return MoneyStanding.PARTIALLY_PAID if paid else MoneyStanding.DUE
    if refunded:
        return MoneyStanding.PARTIALLY_REFUNDED if paid else MoneyStanding.REFUNDED
    return MoneyStanding.PAID if paid else MoneyStanding.NOTHING


def payment_standing(status: str, amount: int, refunded: int) -> MoneyStanding:
    """Return how a payment stands: what of it went back, or that it proved not to exist (R15)."""
    if status == PaymentStatus.REVERSED:
        return MoneyStanding.REVERSED
    if not refunded:
        return MoneyStanding.PAID
    return MoneyStanding.REFUNDED if refunded >= amount else MoneyStanding.PARTIALLY_REFUNDED
