"""The end of a limit's window: what was noted over the limit goes out in one request (R7)."""

from models.automation import Run, RunState
from models.charge import NotedCharge
from models.errors import StuckError
from models.flow import Act
from models.limits import next_free, take_slot
from models.rulebook import Published
from models.running import advance, goal_reached
from models.shop import Shop, skip


def waits(shop: Shop, automation_id: str) -> bool:
    """Whether what was noted for an automation stays so until a person lets it go on."""
    return shop.stopped(automation_id) or shop.stops.money


def merge_due(shop: Shop, automation_id: str, group_key: str) -> None:
    """Send the noted charges of one group in one request of its automation, if a slot is free now."""
    notes = [note for note in shop.noted.by("automation_id", automation_id) if note.group_key == group_key]
    notes.sort(key=lambda note: (note.due_at, note.charge_id))
    if not notes or waits(shop, automation_id):
        return
    published = shop.rulebook.version(automation_id, notes[0].version)
    if published is None:
        raise StuckError(f"{automation_id} has noted charges for its version {notes[0].version}, which can't be read.")
    left = [note for note in notes if _to_ask_for(shop, published, note)]
    for note in notes:
        if note not in left:
            shop.noted.drop(note)
    if left:
        _ask(shop, published, left)
        return
    skip(
        shop,
        "nothing_due",
        contact_id=notes[0].contact_id,
        automation_id=automation_id,
        version=published.version,
        fact_id=notes[0].event_id,
    )


def _to_ask_for(shop: Shop, published: Published, note: NotedCharge) -> bool:
    """Whether a noted charge is still to be billed and no goal of its automation is reached for it (R5)."""
    charge = shop.charges.get(note.charge_id)
    return charge is not None and charge.billable and not goal_reached(shop, _run_for(shop, note, []), published)


def _ask(shop: Shop, published: Published, notes: list[NotedCharge]) -> None:
    """Start a run at its request, if a slot is free now."""
    run = _run_for(shop, notes[0], [note.charge_id for note in notes])
    slot = take_slot(shop, published, run.contact_id, notes[0].group_key, run.id)
    if slot is None:
        for note in notes:
            note.due_at = next_free(shop, published, note.group_key)
        return
    run.slot_key, run.slot = notes[0].group_key, slot.slot
    run.position = next(
        index for index, op in enumerate(published.program.ops) if isinstance(op, Act) and op.kind == "request_payment"
    )
    shop.runs.add(run)
    advance(shop, run, published, shop.now)


def _run_for(shop: Shop, note: NotedCharge, charge_ids: list[str]) -> Run:
    subjects = dict(note.subjects)
    trigger = str(subjects.pop("trigger"))
    return Run(
        shop.id,
        shop.key("run", note.automation_id, note.group_key, note.charge_id),
        note.automation_id,
        note.version,
        note.contact_id,
        RunState.WAITING,
        shop.now,
        trigger,
        note.event_id,
        subjects,
        merged=charge_ids,
    )
