"""Rows of consolidated billing: schedules, each with the date that it comes to next, and the occurrences they made."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from models.rows import Alarmed, Json, Look, row

_LOOKS = [
    Look(("next_at", "business_id"), where="next_at IS NOT NULL"),
    Look(("business_id", "next_at", "id"), where="next_at IS NOT NULL"),
]


@row("billing_schedules", looks=_LOOKS, alarm="next_at")
@dataclass(slots=True)
class BillingSchedule(Alarmed):
    """A cycle by which clients of a business are billed; its id says which (`models.billing_cycle`).

    `cycle` are its settings, `day` is the local date that it comes to next and `next_at` its instant, null while a
    pause holds it (`held_at`).
    """

    business_id: str
    id: str
    cycle: dict[str, Any]
    since: datetime
    day: date
    next_at: datetime | None
    held_at: datetime | None = None


class BillingOutcome(StrEnum):
    """How an occurrence ended: everybody was billed, or a later one stood for it (R3)."""

    BILLED = "billed"
    MERGED = "merged"


@row("billing_occurrences", looks=[*_LOOKS, Look(("business_id", "schedule_id", "day"))], alarm="next_at")
@dataclass(slots=True)
class BillingOccurrence(Alarmed):
    """One date of a schedule; its id is made of both, so that no period is billed twice (R2).

    It takes what was recorded `before` an instant and is due by `day`, client by client: `reached` is the last one that
    was looked at, `clients` counts those who were billed, `documents` what was made, `amounts` its totals by currency.
    `next_at` is null when it has ended, and while a pause (`held_at`) or the bound of a day (`parked_at`) holds it,
    until a person lets it go on (`allowed_at`). One that a person began, the `actor`, belongs to no schedule.
    """

    business_id: str
    id: str
    schedule_id: str
    day: date
    at: datetime
    before: datetime
    next_at: datetime | None
    reached: str = ""
    clients: int = 0
    documents: int = 0
    amounts: Json | None = None
    outcome: BillingOutcome | None = None
    ended_at: datetime | None = None
    held_at: datetime | None = None
    parked_at: datetime | None = None
    actor: str | None = None
    allowed_at: datetime | None = None


BY_HAND = "by hand"
"""In the place of a schedule: a person began it, and it takes everybody who is billed by cycles."""


class Portion(NamedTuple):
    """Clients of an occurrence that are looked at together, in order, the last of them, and whether more may follow."""

    clients: tuple[str, ...]
    last: str
    more: bool
