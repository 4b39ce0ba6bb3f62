"""How a document stands: derived from its state, balance and due date, never stored."""

from dataclasses import dataclass
from datetime import date

import pytest

from models.invoice import DocumentStatus
from models.standing import Standing, standings

TODAY = date(2027, 3, 26)
YESTERDAY = date(2027, 3, 25)


@dataclass(frozen=True)
class Document:
    """An issued invoice of 45.00, nothing paid, due today."""

    status: str = DocumentStatus.ISSUED
    total: int = 4500
    credited: int = 0
    amount_due: int = 4500
    due_on: date | None = TODAY


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (Document(), (Standing.PENDING,)),
        (Document(due_on=None), (Standing.PENDING,)),
        (Document(due_on=YESTERDAY), (Standing.OVERDUE,)),
        (Document(amount_due=1), (Standing.PARTIALLY_PAID,)),
        (Document(amount_due=1, due_on=YESTERDAY), (Standing.OVERDUE, Standing.PARTIALLY_PAID)),
        (Document(credited=1000, amount_due=3500), (Standing.PENDING,)),
        (Document(credited=1000, amount_due=3499), (Standing.PARTIALLY_PAID,)),
        (Document(amount_due=0), (Standing.PAID,)),
        (Document(status=DocumentStatus.DRAFT, due_on=None), (Standing.DRAFT,)),
        (Document(status=DocumentStatus.PAID, amount_due=0, due_on=YESTERDAY), (Standing.PAID,)),
        (Document(status=DocumentStatus.VOID, due_on=YESTERDAY), (Standing.VOID,)),
        (Document(status=DocumentStatus.WRITTEN_OFF, due_on=YESTERDAY), (Standing.WRITTEN_OFF,)),
    ],
)
def test_a_document_stands_as_its_balance_and_dates_say(document: Document, expected: tuple[Standing, ...]) -> None:
    assert standings(document, TODAY) == expected
