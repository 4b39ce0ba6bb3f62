"""Drafts as things are now: their lines, where each is from and what has changed of it since (R14)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func

from models.billing_month import month_complaint
from models.charge import Charge
from models.draft_reasons import changes_since, where_from
from models.errors import NotFoundError
from models.invoice import DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from models.refusals import RefusedError
from models.suggestions import did_you_mean
from tasks.lines import document_line
from tasks.reading.documents import parts_of
from tasks.reading.office import Line, Office, columns


def drafts(
    office: Office, *, contact: str | None = None, changed: bool = False, limit: int | None = None
) -> list[Line]:
    """Return the latest drafts in the order in which they were made; `changed`: those that say what no longer holds."""
    about = columns(Invoice)
    where = about.contact_id == office.client(contact) if contact is not None else about.contact_id.is_not(None)
    found = office.rows(Invoice, (about.status == DocumentStatus.DRAFT) & where, order=[about.created_at, about.id])
    lines = [line for line in _lines(office, found) if line["changed"] or not changed]
    return lines if limit is None else lines[-limit:]


def draft(office: Office, id_: str) -> Line:
    """Return one draft by its id."""
    about = columns(Invoice)
    found = office.rows(Invoice, (about.id == id_) | (about.number == id_))
    if not found:
        near = did_you_mean(id_, office.names(about.id, office.mine(Invoice) & (about.status == DocumentStatus.DRAFT)))
        raise NotFoundError(f"{office.id} has no draft {id_!r}.{near or ' `relance drafts list` shows them.'}")
    if found[0].status != DocumentStatus.DRAFT:
        raise RefusedError(f"{found[0].number or id_} is no draft any more: it is {found[0].status}.")
    (line,) = _lines(office, found)
    return line


def numbers_of(office: Office, ids: Sequence[str]) -> Line:
    """Return the numbers of those that were drafts and are issued."""
    about = columns(Invoice)
    found = office.rows(Invoice, about.id.in_(list(ids)) & about.number.is_not(None))
    return {one.id: one.number for one in found}


def _lines(office: Office, found: Sequence[Invoice]) -> Iterator[Line]:
    ids = [one.id for one in found]
    lines, taxes = parts_of(office, InvoiceLine, ids), parts_of(office, InvoiceTax, ids)
    of = columns(Charge)
    charges = {one.id: one for one in office.rows(Charge, of.draft_id == func.any(ids))}
    for one in found:
        ordered = sorted(lines[one.id], key=lambda line: line.position)
        yield _line(office, one, ordered, taxes[one.id], charges)


def _line(
    office: Office,
    one: Invoice,
    ordered: Sequence[InvoiceLine],
    taxes: Sequence[InvoiceTax],
    charges: dict[str, Charge],
) -> Line:
    said = document_line(one, ordered, taxes)
    reasons = [_reason(line, charges.get(line.charge_id or "")) for line in ordered]
    said["lines"] = [line | reason for line, reason in zip(said["lines"], reasons, strict=True)]
    warning = month_complaint(office.business.country, one.payer_kind, one.service_from, office.today)
    return (
        {"id": one.id, "at": office.local(one.created_at), "contact": one.contact_id, "cause": one.cause}
        | said
        | {
            "revision": one.revision,
            "changed": sum(bool(reason["changed"]) for reason in reasons),
            "warnings": [warning] if warning else [],
        }
    )


def _reason(line: InvoiceLine, charge: Charge | None) -> Line:
    if charge is None:
        return {"charge": line.charge_id, "from": None, "changed": ["gone"]}
    return {"charge": charge.id, "from": where_from(charge), "changed": list(changes_since(line, charge))}
