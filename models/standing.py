"""How a document stands today: what a back office calls it, read off its state, its balance and its due date."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Protocol

from models.invoice import DocumentStatus


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
