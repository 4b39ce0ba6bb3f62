"""The books' append-only chain, one per business, and the closings of its periods (see docs/books.md)."""

from dataclasses import dataclass
from datetime import date, datetime

from models.rows import Json, row


@row("journal", key=("business_id", "sequence"))
@dataclass(slots=True)
class JournalEntry:
    """One link: `hash` covers the content and the previous hash, so that nothing can change unseen."""

    business_id: str
    sequence: int
    previous: str
    hash: str
    kind: str
    at: datetime
    actor: str
    content: Json
    software: str
    row_id: str
    test: bool = False


@row("journal_heads", key=("business_id",))
@dataclass(slots=True)
class JournalHead:
    """The end of a chain."""

    business_id: str
    sequence: int
    hash: str


@row("closings")
@dataclass(slots=True)
class Closing:
    """A closed period: its totals and the running grand total, hashed into the chain."""

    business_id: str
    id: str
    period_from: date
    period_to: date
    totals: Json
    grand_total: int
    hash: str
    at: datetime


@row("book_checks", key=("business_id",))
@dataclass(slots=True)
class BookCheck:
    """When the books of a business were last looked at, and how many breaches they had."""

    business_id: str
    checked_at: datetime
    breaches: int
