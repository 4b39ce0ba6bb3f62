"""What came in and what followed from it: the inbox, what waits to be decided, dead letters, and our own facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.rows import Json, Look, row


@row("inbox", key=("business_id", "source", "id"), unique=[("sequence",)], identity="sequence")
@dataclass(slots=True)
class InboxEvent:
    """An upstream event as it arrived; processed once (R20)."""

    business_id: str
    source: str
    id: str
    sequence: int
    type: str
    time: datetime
    arrived_at: datetime
    raw: str


@row("waiting", key=("business_id", "sequence"), looks=[Look(("business_id", "arrived_at"))])
@dataclass(slots=True)
class WaitingEvent:
    """An inbox event that is stored and not decided yet (R23); the row goes away with the decision.

    `arrived_at` is when it came onto the stream.
    """

    sequence: int
    business_id: str
    arrived_at: datetime

    @property
    def row(self) -> tuple[str, str]:
        """Its own name."""
        return "waiting", str(self.sequence)


@row("dead_letters", key=("id",), identity="id", looks=[Look(("arrived_at",))])
@dataclass(slots=True)
class DeadLetter:
    """What can't be understood, with its raw bytes and the reason (R22)."""

    id: int
    business_id: str | None
    arrived_at: datetime
    code: str
    reason: str
    raw: bytes
    source: str | None = None
    event_id: str | None = None
    type: str | None = None
    replayed_at: datetime | None = None


@row("attempts", key=("business_id", "id"))
@dataclass(slots=True)
class Attempt:
    """Rows that a process is deciding: there before it begins, gone with its commit.

    `business_id` is one of the tenants whose locks it holds meanwhile, `in_hand` a list of tenant, table and id.
    `reason` is why it came to no end, where it lived to tell.
    """

    business_id: str
    id: str
    at: datetime
    in_hand: list[Any]
    reason: str | None = None


@row("setbacks", key=("business_id", "subject"))
@dataclass(slots=True)
class Setback:
    """How a row fared that could not be decided: `subject` is its table and id, `attempts` how often it failed alone.

    `among` is how many were decided together when it last was among those that failed; it is left alone until `until`.
    """

    business_id: str
    subject: str
    attempts: int
    among: int
    at: datetime
    until: datetime
    reason: str


@row("facts")
@dataclass(slots=True)
class FactRow:
    """A domain event of ours: a fact that became true at `at`; what triggers automations. Ids sort by time.

    `inbox` is the number of the upstream event that made it true, if one did; `rules` the version of the rulebook that
    it was matched against, if that has automations for it, and `seen` what their gates saw (`models.tracing`).
    """

    business_id: str
    id: str
    type: str
    at: datetime
    contact_id: str | None
    subjects: dict[str, Any]
    data: Json | None = None
    cause: Json | None = None
    depth: int = 0
    inbox: int | None = None
    rules: int | None = None
    seen: Json | None = None
