"""The end of a limit's window: what was noted over the limit goes out in one request (R7)."""

from models.automation import Run, RunState
from models.charge import NotedCharge
from models.flow import Act
from models.limits import next_free, take_slot
from models.running import advance
from models.shop import Shop, skip


def merge_due(shop: Shop, automation_id: str, group_key: str) -> None:
    """Send the noted charges of one group in one request of its automation, if a slot is free now."""
    notes = [note for note in shop.noted.by("automation_id", automation_id) if note.group_key == group_key]
    if not notes:
        return
    first = min(notes, key=lambda note: (note.due_at, note.charge_id))
    published = shop.rulebook.version(automation_id, first.version)
    if published is None or shop.rulebook.held(automation_id):
        return
    if not any(charge.billable for note in notes if (charge := shop.charges.get(note.charge_id))):
        for note in notes:
            shop.noted.drop(note)
        skip(
            shop,
            "nothing_due",
            contact_id=first.contact_id,
            automation_id=automation_id,
            version=first.version,
            fact_id=first.event_id,
        )
        return
    run = _run_for(shop, first, [note.charge_id for note in notes])
    slot = take_slot(shop, published, run.contact_id, group_key, run.id)
    if slot is None:
        for note in notes:
            note.due_at = next_free(shop, published, group_key)
        return
    run.slot_key, run.slot = group_key, slot.slot
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
