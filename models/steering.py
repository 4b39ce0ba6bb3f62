"""Steering: what a person may do with one run - let it go on now or later, end it, let a failed one go on (R6, R12)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.automation import Run, RunState
from models.changes import change
from models.ending import WAITS, bind, cut_short
from models.limits import take_slot
from models.rulebook import Published
from models.shop import Shop
from models.tracing import note


class Start(StrEnum):
    """Where a failed run goes on: at the step that failed, or again from its trigger."""

    FAILED = "failed"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Steered:
    """What was done to a run, or why it was refused."""

    run: str
    automation: str
    contact: str | None
    done: str
    refused: bool = False


Steer = Callable[[Shop, Run], str]
"""Steers a run; returns what was done, or raises `RefusedError`."""


class RefusedError(Exception):
    """A run as it stands can't be steered like this; the message is a sentence."""


def steer(shop: Shop, run: Run, how: Steer, actor: str) -> Steered:
    """Steer one run and note who did; what is refused leaves it as it is."""
    try:
        done = how(shop, run)
    except RefusedError as refusal:
        return Steered(run.id, run.automation_id, run.contact_id, str(refusal), refused=True)
    shop.changes.add(change(shop.id, shop.now, actor, "run", run.id, done, automation=run.automation_id))
    return Steered(run.id, run.automation_id, run.contact_id, done)


def run_now(shop: Shop, run: Run) -> str:
    """Let a waiting run go on at once; one that waits for a slot of its limit asks for it again (R7)."""
    _require_waiting(run)
    run.due_at = shop.now
    note(run, shop.now, "run now")
    return "due now"


def postponed_to(until: datetime) -> Steer:
    """Return what lets a waiting run go on only from an instant on."""

    def postpone(shop: Shop, run: Run) -> str:
        _require_waiting(run)
        if until <= shop.now:
            raise RefusedError("That instant is past: let it run now instead.")
        run.due_at = until
        note(run, shop.now, "postponed")
        return f"postponed to {until.astimezone(shop.zone):%Y-%m-%d %H:%M}"

    return postpone


def cancel(shop: Shop, run: Run) -> str:
    """End a run that waits or is held; what it did stays."""
    if run.state not in WAITS:
        raise RefusedError(f"It has ended already: {run.state}.")
    cut_short(shop, run, RunState.CANCELLED, "stopped")
    return "cancelled"


def replay_from(start: Start) -> Steer:
    """Return what lets a failed run go on; steps that had their effect are passed over, so that none is done twice."""

    def replay(shop: Shop, run: Run) -> str:
        published = shop.rulebook.version(run.automation_id, run.version)
        if run.state != RunState.FAILED:
            raise RefusedError(f"Only a failed run is replayed; this one is {run.state}.")
        if published is None:
            raise RefusedError(f"Its version {run.version} can't be read any more.")
        _take_slot_again(shop, run, published)
        run.state, run.reason, run.ended_at, run.due_at = RunState.WAITING, None, None, shop.now
        run.position = run.position if start is Start.FAILED else 0
        note(run, shop.now, "replayed")
        bind(shop, run)
        return f"replayed from its {'failed step' if start is Start.FAILED else 'trigger'}"

    return replay


def _take_slot_again(shop: Shop, run: Run, published: Published) -> None:
    """Take the slot that a run without effects gave back when it failed (R7)."""
    if published.automation.limit is None or run.slot_key is None or run.effects:
        return
    slot = take_slot(shop, published, run.contact_id, run.slot_key, run.id)
    if slot is None:
        raise RefusedError("The limit of its automation is full now: replay it later.")
    run.slot = slot.slot


def _require_waiting(run: Run) -> None:
    if run.state not in WAITS:
        raise RefusedError(f"It has ended already: {run.state}.")
    if run.due_at is None:
        raise RefusedError("It is held, because its automation is paused or parked: resume that first.")
