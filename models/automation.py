"""Automations as they are kept: the thing with a life, its immutable versions, its runs, limits and decisions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.rows import Alarmed, Json, Look, row
from models.states import transitions


class AutomationState(StrEnum):
    """A draft was never published; parked is stopped by us (R21), paused by a person."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    PARKED = "parked"
    ARCHIVED = "archived"


AUTOMATION_TRANSITIONS = transitions(
    {
        AutomationState.DRAFT: {AutomationState.ACTIVE, AutomationState.ARCHIVED},
        AutomationState.ACTIVE: {AutomationState.PAUSED, AutomationState.PARKED, AutomationState.ARCHIVED},
        AutomationState.PAUSED: {AutomationState.ACTIVE, AutomationState.ARCHIVED},
        AutomationState.PARKED: {AutomationState.ACTIVE, AutomationState.PAUSED, AutomationState.ARCHIVED},
        AutomationState.ARCHIVED: {AutomationState.ACTIVE},
    }
)
"""Publishing makes any of them active again."""


class RunState(StrEnum):
    """`waiting` until `due_at`; `deferred` waits for a slot of its limit (R7); the others are ends."""

    WAITING = "waiting"
    DEFERRED = "deferred"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"


RUN_TRANSITIONS = transitions(
    {
        RunState.WAITING: {
            RunState.DEFERRED,
            RunState.DONE,
            RunState.SKIPPED,
            RunState.CANCELLED,
            RunState.FAILED,
        },
        RunState.DEFERRED: {RunState.WAITING, RunState.CANCELLED, RunState.FAILED},
        RunState.DONE: set(),
        RunState.SKIPPED: set(),
        RunState.CANCELLED: set(),
        RunState.FAILED: {RunState.WAITING},
    }
)
"""A failed run may be replayed; the other ends are final."""


@row("automations")
@dataclass(slots=True)
class AutomationRow:
    """An automation of a business; `version` is the one that is published, `draft` the text being edited.

    `proposal` is a publication of the draft that waits for approval (`models.reach`); what is live goes on meanwhile.
    """

    business_id: str
    id: str
    name: str
    state: AutomationState
    updated_at: datetime
    version: int | None = None
    draft: str | None = None
    parked_reason: str | None = None
    paused_at: datetime | None = None
    proposal: Json | None = None


@row("automation_versions", key=("business_id", "automation_id", "version"))
@dataclass(slots=True)
class AutomationVersion:
    """One published text; never changes (R6)."""

    business_id: str
    automation_id: str
    version: int
    text: str
    published_at: datetime
    actor: str


@row("rulebooks", key=("business_id", "version"))
@dataclass(slots=True)
class RulebookState:
    """Which automations stood in which state at a version of the rulebook, for explaining: `{id: [version, state]}`."""

    business_id: str
    version: int
    at: datetime
    automations: Json


@row(
    "runs",
    looks=[
        Look(("due_at",), where="due_at IS NOT NULL"),
        Look(("business_id", "due_at", "sequence"), where="due_at IS NOT NULL"),
        Look(("business_id", "automation_id", "state")),
        Look(("business_id", "automation_id", "started_at")),
        Look(("business_id", "contact_id")),
        Look(("business_id", "automation_id"), where="held_at IS NOT NULL"),
    ],
    checks={"due": "(state IN ('waiting', 'deferred')) OR due_at IS NULL"},
    identity="sequence",
    fillfactor=85,
    alarm="due_at",
)
@dataclass(slots=True)
class Run(Alarmed):
    """One automation at work for one client. `due_at` is null while it is held (paused) and when it has ended.

    `subjects` names what it is about (order, booking, session, invoice, payment, charge, recurring payment) and
    `made` the documents that it made; `merged` are charges that it asks for beside those of its subjects: noted over a
    limit for it (R7), or added by it (R28). `effects` counts what it has done. `reason` is why it ended, or why the
    last of its steps that had no effect had none; `trace` is its way so far (`models.tracing`). Of runs due at one
    instant the one with the lower `sequence` goes first.
    """

    business_id: str
    id: str
    automation_id: str
    version: int
    contact_id: str | None
    state: RunState
    started_at: datetime
    trigger: str
    fact_id: str
    subjects: dict[str, Any]
    position: int = 0
    due_at: datetime | None = None
    held_at: datetime | None = None
    depth: int = 0
    effects: int = 0
    made: list[Any] = field(default_factory=list)
    merged: list[Any] = field(default_factory=list)
    data: Json | None = None
    slot_key: str | None = None
    slot: int | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    sequence: int | None = None
    trace: Json | None = None


@row(
    "run_subjects",
    key=("business_id", "subject", "run_id"),
    looks=[Look(("business_id", "run_id"))],
)
@dataclass(slots=True)
class RunSubject:
    """What a waiting run is about, for finding it when that changes (R4): `booking:b1`, `invoice:inv_…`."""

    business_id: str
    subject: str
    run_id: str


@row("limit_slots", key=("business_id", "contact_id", "automation_id", "group_key", "slot"), fillfactor=85)
@dataclass(slots=True)
class LimitSlot:
    """The right to one run per window (R7): taken by one conditional upsert, free again from `until` on."""

    business_id: str
    contact_id: str
    automation_id: str
    group_key: str
    slot: int
    taken_at: datetime
    until: datetime
    run_id: str


@row(
    "decisions",
    key=("business_id", "id"),
    looks=[Look(("business_id", "run_id"), where="run_id IS NOT NULL"), Look(("business_id", "fact_id"))],
)
@dataclass(slots=True)
class Decision:
    """Why something did not happen, or what a condition saw: one row for every end without an effect."""

    business_id: str
    id: str
    at: datetime
    outcome: str
    reason: str
    contact_id: str | None = None
    automation_id: str | None = None
    version: int | None = None
    run_id: str | None = None
    fact_id: str | None = None
    step: str | None = None
    detail: Json | None = None


@row("daily_counts", key=("business_id", "contact_id", "day"), fillfactor=70)
@dataclass(slots=True)
class DailyCount:
    """How many messages a contact was sent on a local day (R21)."""

    business_id: str
    contact_id: str
    day: str
    messages: int
