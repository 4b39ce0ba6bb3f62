"""How runs end before their last step: their subject is gone (R4), their goal is reached (R5)."""

from collections.abc import Iterable
from datetime import datetime

from models.automation import Run, RunState, RunSubject
from models.booking import Booking
from models.event_rows import FactRow
from models.facts import subject_keys
from models.shop import Shop, skip

WAITS = frozenset({RunState.WAITING, RunState.DEFERRED})
OF_SEATS = frozenset({"session.started", "session.ended"})
"""Triggers whose runs are about all the seats that one participant has in a session."""
BOOKED = frozenset({"booking.rescheduled", "booking.checked_in", "booking.no_show"})
"""Triggers whose runs are about one booking for as long as it is booked."""


def end(shop: Shop, run: Run, state: RunState, reason: str | None = None) -> None:
    """End a run; its slot is given back if it had no effect (R7)."""
    run.state, run.reason, run.ended_at = state, reason, shop.now
    run.due_at = run.held_at = None
    for subject in list(shop.subjects.by("run_id", run.id)):
        shop.subjects.drop(subject)
    if run.effects == 0 and run.slot_key is not None and run.slot is not None:
        slot = shop.slots.get((run.automation_id, run.slot_key, run.slot))
        if slot is not None and slot.run_id == run.id:
            slot.until = slot.taken_at


def cut_short(shop: Shop, run: Run, state: RunState, reason: str) -> None:
    """End a waiting run without its remaining effects, and say why, once."""
    step = None
    published = shop.rulebook.version(run.automation_id, run.version)
    if published is not None and run.position < len(published.program.ops):
        step = published.program.ops[run.position].label
    end(shop, run, state, reason)
    skip(
        shop,
        reason,
        contact_id=run.contact_id,
        automation_id=run.automation_id,
        version=run.version,
        run_id=run.id,
        fact_id=run.fact_id,
        step=step,
    )


def waiting_runs(shop: Shop, keys: Iterable[str]) -> list[Run]:
    """Return the waiting runs about any of these subjects."""
    ids = dict.fromkeys(subject.run_id for key in keys for subject in shop.subjects.by("subject", key))
    return [run for id_ in ids if (run := shop.runs.get(id_)) and run.state in WAITS]


def end_runs_of_booking(shop: Shop, booking: Booking) -> None:
    """End what runs about a booking that was cancelled; a run about several goes on while one of them is live (R4)."""
    for run in waiting_runs(shop, keys_of_booking(booking)):
        published = shop.rulebook.version(run.automation_id, run.version)
        if published is None or published.automation.keep_on_cancel or not nothing_left(shop, run):
            continue
        cut_short(shop, run, RunState.CANCELLED, "cancelled")


def keys_of_booking(booking: Booking) -> list[str]:
    """Return the keys of the runs that a change of a booking may touch: its own and its order's."""
    return subject_keys({"booking": booking.id, "order": booking.order_id})


def about_order(run: Run) -> bool:
    """Whether a run is about all bookings of an order."""
    return run.trigger.startswith(("session.booked", "order."))


def nothing_left(shop: Shop, run: Run) -> bool:
    """Whether nothing of what a run is about is booked any more; documents and cancellations outlive their booking."""
    subjects = run.subjects
    seats: list[Booking] = []
    if about_order(run):
        seats = list(shop.bookings.by("order_id", subjects.get("order")))
    elif run.trigger in OF_SEATS:
        seats = [s for s in shop.bookings.by("session_id", subjects.get("session")) if s.contact_id == run.contact_id]
    elif run.trigger in BOOKED and (booking := shop.bookings.get(subjects.get("booking"))):
        seats = [booking]
    return bool(seats) and not any(seat.live for seat in seats)


def reach_goals(shop: Shop, fact: FactRow) -> None:
    """End the waiting runs whose goal this fact is, for one of their subjects or documents (R5)."""
    subjects = fact.subjects
    for run in waiting_runs(shop, subject_keys(subjects)):
        published = shop.rulebook.version(run.automation_id, run.version)
        if published is not None and fact.type in published.program.goals:
            cut_short(shop, run, RunState.CANCELLED, "goal")


def bind(shop: Shop, run: Run) -> None:
    """Make a waiting run findable by everything that it is about, and by the documents that it made."""
    subjects = run.subjects
    for key in [*subject_keys(subjects), *(key_of_made(made) for made in run.made)]:
        if (key, run.id) not in shop.subjects:
            shop.subjects.add(RunSubject(shop.id, key, run.id))


def key_of_made(id_: str) -> str:
    """Return the key by which a run is found by what it made: a payment link, or a document."""
    return f"link:{id_}" if id_.startswith("lnk_") else f"invoice:{id_}"


def hold(shop: Shop, run: Run, due: datetime) -> None:
    """Let a run wait at its step until a person lets it go on; its step was due at an instant."""
    run.state, run.due_at, run.held_at = RunState.WAITING, None, due
    bind(shop, run)
