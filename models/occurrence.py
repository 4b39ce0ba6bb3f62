"""Occurrences of schedules: automations that the calendar starts, date by date (R1, R2, R3)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from models.rows import Alarmed, Look, row
from models.schedules import Anchor


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an automation starts by itself: dates by an anchor (R1), at a wall time of the business (R2)."""

    every: str
    anchor: Anchor
    at: time


class Outcome(StrEnum):
    """How an occurrence ended: it began its runs, a later one stood for it, or its automation was stopped or gone."""

    STARTED = "started"
    MERGED = "merged"
    PAUSED = "paused"
    DROPPED = "dropped"


@row(
    "occurrences",
    looks=[
        Look(("next_at", "business_id"), where="next_at IS NOT NULL"),
        Look(("business_id", "next_at", "id"), where="next_at IS NOT NULL"),
        Look(("business_id", "automation_id", "day")),
    ],
    alarm="next_at",
)
@dataclass(slots=True)
class Occurrence(Alarmed):
    """One date of an automation's schedule; its id is made of both, so that no date comes twice (R2).

    It begins a run for each client that the automation's condition lets through, client by client in the order of their
    ids: `reached` is the last that was looked at, `clients` and `runs` count. `next_at` is null when it has ended.
    """

    business_id: str
    id: str
    automation_id: str
    day: date
    at: datetime
    next_at: datetime | None
    reached: str = ""
    clients: int = 0
    runs: int = 0
    outcome: Outcome | None = None
    ended_at: datetime | None = None


def planned(business_id: str, automation_id: str, day: date, at: datetime, due: datetime) -> Occurrence:
    """Return an occurrence that is still to come; it is due at an instant."""
    return Occurrence(business_id, f"{automation_id}:{day}", automation_id, day, at, due)
