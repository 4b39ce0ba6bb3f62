"""Recurring payments: what clients agreed to pay again and again."""

from typing import Any

from models.recurrence import RecurringPayment, schedule_told
from tasks.reading.office import Line, Office, columns


def recurring_payments(
    office: Office, *, contact: str | None = None, running: bool = False, limit: int | None = None
) -> list[Line]:
    """Return agreements by their start, those of one contact and those that have a next date if that is wanted.

    `anchor` is the day on which one falls due, said or that of the start; `next` is the next date, none where one is
    over, `reason` why it was ended.
    """
    about, where = columns(RecurringPayment), [columns(RecurringPayment).started]
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    if running:
        where.append(about.next_run_at.is_not(None))
    found = office.latest(RecurringPayment, *where, order=[about.starts_on, about.id], limit=limit)
    return [_line(office, one) for one in found]


def _line(office: Office, one: RecurringPayment) -> Line:
    names = ("id", "description", "price", "currency", "every", "ends_on", "collect")
    told: dict[str, Any] = {name: getattr(one, name) for name in names}
    anchor, starts_on = schedule_told(one, office.zone)
    return told | {
        "anchor": anchor,
        "starts_on": starts_on,
        "contact": one.contact_id,
        "next": office.local(one.next_run_at),
        "reason": one.cancel_reason if one.next_run_at is None else None,
    }
