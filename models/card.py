"""Cards: each attempt at taking or giving back money by card is a row, claimed, carried out and recorded (R12, R28)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.rows import Alarmed, Json, Look, row
from models.states import transitions


class CardKind(StrEnum):
    """What is attempted: the client pays on the provider's page, a saved card is charged, or money goes back."""

    CHECKOUT = "checkout"
    CHARGE = "charge"
    REFUND = "refund"


class CardState(StrEnum):
    """`sending` is committed before the provider is called; a call without an answer is `uncertain` (R12)."""

    PREPARED = "prepared"
    SENDING = "sending"
    OPEN = "open"
    UNCERTAIN = "uncertain"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


CARD_TRANSITIONS = transitions(
    {
        CardState.PREPARED: {CardState.SENDING, CardState.FAILED, CardState.CANCELLED, CardState.SUCCEEDED},
        CardState.SENDING: {
            CardState.PREPARED,
            CardState.OPEN,
            CardState.UNCERTAIN,
            CardState.SUCCEEDED,
            CardState.FAILED,
            CardState.EXPIRED,
        },
        CardState.OPEN: {CardState.SUCCEEDED, CardState.FAILED, CardState.EXPIRED},
        CardState.UNCERTAIN: {
            CardState.PREPARED,
            CardState.OPEN,
            CardState.SUCCEEDED,
            CardState.FAILED,
            CardState.EXPIRED,
        },
        CardState.SUCCEEDED: set(),
        CardState.FAILED: {CardState.SUCCEEDED},
        CardState.EXPIRED: {CardState.SUCCEEDED},
        CardState.CANCELLED: {CardState.SUCCEEDED},
    }
)
"""Money that the provider tells of later than anything else has arrived all the same (R16)."""

LIVE = frozenset({CardState.PREPARED, CardState.SENDING, CardState.OPEN, CardState.UNCERTAIN})
"""States in which something may still come of an attempt."""
IN_DOUBT = frozenset({CardState.SENDING, CardState.UNCERTAIN})
"""States in which the card may be charged already."""
LIVE_SQL = "state IN ('prepared', 'sending', 'open', 'uncertain')"
DEAD_CARD = frozenset({"expired_card", "invalid_account", "lost_card", "pickup_card", "stolen_card"})
"""Codes of declines after which no charge of the same card can succeed any more."""
DEAD_SQL = f"state = 'failed' AND failure_code IN ({', '.join(repr(code) for code in sorted(DEAD_CARD))})"
TRY = "."
"""Stands in a key before the number of a second and later try."""


@row(
    "card_attempts",
    looks=[
        Look(("due_at",), where="due_at IS NOT NULL"),
        Look(("business_id", "due_at", "id"), where="due_at IS NOT NULL"),
        Look(("ask_at",), where="ask_at IS NOT NULL"),
        Look(("business_id", "ask_at", "id"), where="ask_at IS NOT NULL"),
        Look(("business_id", "contact_id")),
        Look(("business_id",), where="held_at IS NOT NULL"),
        Look(("business_id", "payment_id"), where="payment_id IS NOT NULL"),
        Look(("business_id", "refund_id"), where="refund_id IS NOT NULL", unique=True),
        Look(("business_id", "target"), where=f"kind = 'charge' AND {LIVE_SQL}", unique=True),
    ],
    checks={
        "amount": "amount > 0",
        "attempt": "state <> 'prepared' OR due_at IS NOT NULL OR held_at IS NOT NULL",
        "doubt": "state NOT IN ('sending', 'uncertain') OR ask_at IS NOT NULL",
    },
    fillfactor=70,
    alarm="due_at",
)
@dataclass(slots=True)
class CardAttempt(Alarmed):
    """One attempt. `target`, `charge_ids` and `invoice_id` say what the money is for, as of a payment.

    `due_at` is when a worker shall carry it out, `ask_at` when the provider is to be asked what became of it: while a
    worker is at it, when its lease ends. `tries` counts how often the card was tried, `calls` how often the provider
    could not be reached. `answers` is what the payer wrote into the fields of the page.
    """

    business_id: str
    id: str
    kind: CardKind
    provider: str
    amount: int
    currency: str
    created_at: datetime
    state: CardState = CardState.PREPARED
    due_at: datetime | None = None
    ask_at: datetime | None = None
    held_at: datetime | None = None
    lease: str | None = None
    tries: int = 1
    calls: int = 0
    contact_id: str | None = None
    target: str | None = None
    charge_ids: list[Any] = field(default_factory=list)
    invoice_id: str | None = None
    link_id: str | None = None
    payment_id: str | None = None
    refund_id: str | None = None
    mandate_id: str | None = None
    description: str | None = None
    answers: Json | None = None
    url: str | None = None
    expires_at: datetime | None = None
    reference: str | None = None
    failure_code: str | None = None
    failure_reason: str | None = None
    cause: Json | None = None
    depth: int = 0
    ended_at: datetime | None = None

    @property
    def key(self) -> str:
        """What the provider knows this try by: the same call is never carried out twice (R12)."""
        return self.id if self.tries == 1 else f"{self.id}{TRY}{self.tries}"

    @property
    def live(self) -> bool:
        """Whether something may still come of it."""
        return self.state in LIVE

    @property
    def card_is_dead(self) -> bool:
        """Whether it tells that its saved card can't be charged any more."""
        return self.kind == CardKind.CHARGE and self.state == CardState.FAILED and self.failure_code in DEAD_CARD


def attempt_of(key: str) -> str:
    """Return the id of the attempt that a key is of."""
    return key.partition(TRY)[0]


def payment_by(key: str) -> str:
    """Return the id of the payment that a try brings."""
    return f"pay_{key}"
