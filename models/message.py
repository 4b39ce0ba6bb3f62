"""Messages: each is a row that is claimed, sent and recorded (R12, R19)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.rows import Alarmed, Json, Look, row
from models.states import transitions


class MessageState(StrEnum):
    """Marked as `sending` just before its DATA; what must not go out any more is `skipped` (R5, R12)."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


MESSAGE_TRANSITIONS = transitions(
    {
        MessageState.PREPARED: {MessageState.SENDING, MessageState.FAILED, MessageState.SKIPPED},
        MessageState.SENDING: {
            MessageState.PREPARED,
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.UNCERTAIN,
        },
        MessageState.SENT: set(),
        MessageState.FAILED: set(),
        MessageState.UNCERTAIN: set(),
        MessageState.SKIPPED: set(),
    }
)


class MessagePurpose(StrEnum):
    """Why a message may be sent at all (R19)."""

    LEGAL = "legal"
    SERVICE = "service"
    MARKETING = "marketing"


BY_HAND = "by_hand"
"""The template of what a person has written: its words are there from the beginning."""
ASKING = frozenset({"send_reminder", "request_payment"})
"""Templates of messages that ask for money."""


@row(
    "messages",
    looks=[
        Look(("next_attempt_at",), where="next_attempt_at IS NOT NULL"),
        Look(("business_id", "next_attempt_at", "sequence"), where="next_attempt_at IS NOT NULL"),
        Look(("business_id", "contact_id", "created_at")),
        Look(("business_id", "run_id"), where="run_id IS NOT NULL"),
        Look(("business_id",), where="held_at IS NOT NULL AND next_attempt_at IS NULL"),
    ],
    checks={
        "attempt": "state NOT IN ('prepared', 'sending') OR next_attempt_at IS NOT NULL OR held_at IS NOT NULL",
    },
    identity="sequence",
    fillfactor=70,
    alarm="next_attempt_at",
)
@dataclass(slots=True)
class Message(Alarmed):
    """One message to one recipient. Its text is made at delivery from `subject_ids`, so that it tells the truth then.

    `next_attempt_at` is when the row next needs a hand: when it may be tried; while a worker holds it, when that
    worker's lease ends; after its outcome is recorded, at once, until the facts that follow from it are raised. It is
    null while a pause holds the message, which was due at `held_at`. Of messages due at one instant the one
    with the lower `sequence` goes first: what was said first is read first. `beside` names the message that says the
    same on the other channel, where there is one (R19).
    """

    business_id: str
    id: str
    channel: str
    template: str
    purpose: MessagePurpose
    created_at: datetime
    recipient: str
    state: MessageState = MessageState.PREPARED
    next_attempt_at: datetime | None = None
    contact_id: str | None = None
    cc: list[Any] = field(default_factory=list)
    automation_id: str | None = None
    version: int | None = None
    step: str | None = None
    run_id: str | None = None
    invoice_id: str | None = None
    documents: list[Any] = field(default_factory=list)
    subject_ids: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    attempts: int = 0
    lease: str | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    sent_at: datetime | None = None
    detail: str | None = None
    consent_id: str | None = None
    proof: Json | None = None
    sequence: int | None = None
    held_at: datetime | None = None
    beside: str | None = None
