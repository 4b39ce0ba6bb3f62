"""The rows of quotes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.rows import Json, Look, row
from models.states import transitions


class QuoteState(StrEnum):
    """That a quote is over is read off its last day."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"


QUOTE_TRANSITIONS = transitions(
    {
        QuoteState.DRAFT: {QuoteState.SENT},
        QuoteState.SENT: {QuoteState.ACCEPTED, QuoteState.DECLINED},
        QuoteState.ACCEPTED: set(),
        QuoteState.DECLINED: set(),
    }
)


@row("quotes", looks=[Look(("business_id", "contact_id"))])
@dataclass(slots=True)
class Quote:
    """One quote; accepted, it is the order that bears its id.

    `page_serial` counts how often the addresses of its page were revoked.
    """

    business_id: str
    id: str
    contact_id: str
    title: str
    currency: str
    created_at: datetime
    created_on: date
    valid_until: date
    lines: Json = field(default_factory=list)
    state: QuoteState = QuoteState.DRAFT
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    page_serial: int | None = None
