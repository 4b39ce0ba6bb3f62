"""Charges: what is owed item by item, billed or not."""

from typing import Any

from sqlalchemy import func

from models.charge import Charge, ChargeState
from models.invoice import Invoice
from tasks.reading.office import Line, Office, columns


def charges(
    office: Office,
    *,
    contact: str | None = None,
    state: ChargeState | None = None,
    invoiced: bool | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest charges in the order in which they became known, with the documents that hold them.

    `invoiced` are those that stand on an issued document, paid or not, or on none.
    """
    about, where = columns(Charge), list[Any]()
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    if state is not None:
        where.append(about.state == state)
    if invoiced is not None:
        where.append(about.invoice_id.is_not(None) if invoiced else about.invoice_id.is_(None))
    found = office.latest(Charge, *where, order=[about.recorded_at, about.position, about.id], limit=limit)
    numbers = _numbers(office, found)
    return [_line(one, numbers) for one in found]


def _numbers(office: Office, found: list[Charge]) -> dict[str, str]:
    ids = sorted({one.invoice_id for one in found if one.invoice_id})
    if not ids:
        return {}
    return {one.id: one.number or one.id for one in office.rows(Invoice, columns(Invoice).id == func.any(ids))}


def _line(charge: Charge, numbers: dict[str, str]) -> Line:
    """Return a charge as it is now; `total` is what it comes to with tax, `open` what is left to pay of it."""
    names = ("id", "kind", "description", "quantity", "currency", "due_on", "state", "discount", "tax_rate")
    return {name: getattr(charge, name) for name in names} | {
        "contact": charge.contact_id,
        "participant": charge.participant_id,
        "service_on": charge.service_from,
        "total": charge.worth,
        "open": charge.open,
        "document": numbers.get(charge.invoice_id or ""),
        "draft": charge.draft_id,
        "order": charge.order_id,
        "recurring": charge.recurring_id,
        "fee": charge.fee_kind,
    }
