"""Documents as things are now: the lines that a simulation prints when they are made, and how they stand today."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from models.errors import NotFoundError
from models.invoice import DocumentKind, Invoice, InvoiceLine, InvoiceTax
from models.message import Message
from models.payment import Allocation, Payment
from models.rows import table_of
from models.standing import Standing, standings
from models.suggestions import did_you_mean
from tasks.lines import document_line
from tasks.reading.linked import linked_to
from tasks.reading.messages import message_line
from tasks.reading.office import Line, Office, columns

BATCH = 500


class Kind(StrEnum):
    """How a kind of document is called where documents are listed."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    OTHER = "other"


_KINDS: Mapping[str, Kind] = {
    DocumentKind.INVOICE: Kind.INVOICE,
    DocumentKind.DEPOSIT: Kind.INVOICE,
    DocumentKind.CREDIT_NOTE: Kind.CREDIT_NOTE,
    DocumentKind.RECEIPT: Kind.RECEIPT,
}


def documents(
    office: Office,
    *,
    kind: Kind | None = Kind.INVOICE,
    standing: Standing | None = None,
    contact: str | None = None,
    linked: str | None = None,
    limit: int | None = None,
) -> Iterator[Line]:
    """Yield the latest documents of one or every kind in the order in which they were made; a contact must exist.

    `linked` names what they are linked to (`tasks.reading.linked`).
    """
    ids = _chosen(office, kind, standing, contact, linked)
    if limit is not None:
        ids = ids[-limit:]
    for start in range(0, len(ids), BATCH):
        yield from _lines(office, ids[start : start + BATCH])


def _chosen(
    office: Office, kind: Kind | None, standing: Standing | None, contact: str | None, linked: str | None
) -> list[str]:
    about, where = columns(Invoice), list[ColumnElement[bool]]()
    if linked is not None:
        where.append(linked_to(office, linked))
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    query = (
        select(about.id, about.kind, about.status, about.total, about.credited, about.amount_due, about.due_on)
        .where(office.mine(Invoice), *where)
        .order_by(about.created_at, about.id)
    )
    return [
        row.id
        for row in office.connection.execute(query)
        if kind in {None, kind_of(row.kind)} and (standing is None or standing in standings(row, office.today))
    ]


def kind_of(kind: str) -> Kind:
    """Return how a kind of document is called."""
    return _KINDS.get(kind, Kind.OTHER)


def _lines(office: Office, ids: Sequence[str]) -> Iterator[Line]:
    order = [columns(Invoice).created_at, columns(Invoice).id]
    lines, taxes = parts_of(office, InvoiceLine, ids), parts_of(office, InvoiceTax, ids)
    for invoice in office.rows(Invoice, columns(Invoice).id == func.any(list(ids)), order=order):
        yield _line(office, invoice, lines[invoice.id], taxes[invoice.id])


def parts_of(office: Office, cls: type[Any], ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return the rows of a part of documents, by document."""
    found: dict[str, list[Any]] = defaultdict(list)
    for part in office.rows(cls, columns(cls).invoice_id == func.any(list(ids))):
        found[part.invoice_id].append(part)
    return found


def _line(office: Office, invoice: Invoice, lines: Iterable[Any], taxes: Iterable[Any]) -> Line:
    line: Line = {
        "at": office.local(invoice.created_at),
        "kind": str(kind_of(invoice.kind)),
        "contact": invoice.contact_id,
    }
    if invoice.cause:
        line["cause"] = invoice.cause
    line |= document_line(invoice, lines, taxes)
    line |= {"standing": str(standings(invoice, office.today)[0]), "id": invoice.id}
    return line | {"of": invoice.of_number} if invoice.of_number else line


def document(office: Office, name: str) -> Line:
    """Return one document by its number or id, with what was paid, credited and sent for it."""
    about = columns(Invoice)
    found = office.rows(Invoice, (about.number == name) | (about.id == name))
    if not found:
        near = did_you_mean(name, office.names(about.number, office.mine(Invoice)))
        raise NotFoundError(f"{office.id} has no document {name!r}.{near or ' `relance invoices list` shows them.'}")
    invoice = found[0]
    (line,) = _lines(office, [invoice.id])
    return line | {
        "sent_at": office.local(invoice.sent_at),
        "reminders": invoice.reminders,
        "reminded_at": office.local(invoice.reminded_at),
        "order": invoice.order_id,
        "prepaid": invoice.prepaid,
        "credited": invoice.credited,
        "payments": _payments(office, invoice),
        "credit_notes": _credit_notes(office, invoice),
        "messages": _messages(office, invoice),
    }


def _payments(office: Office, invoice: Invoice) -> list[Line]:
    part, payment = table_of(Allocation), table_of(Payment)
    query = (
        select(
            part.c.payment_id, part.c.at, func.sum(part.c.amount), payment.c.currency, payment.c.method, part.c.credit
        )
        .join(payment, (payment.c.business_id == part.c.business_id) & (payment.c.id == part.c.payment_id))
        .where(office.mine(Allocation), part.c.invoice_id == invoice.id)
        .group_by(part.c.payment_id, part.c.at, payment.c.currency, payment.c.method, part.c.credit)
        .order_by(part.c.at, part.c.payment_id)
    )
    return [
        {
            "id": id_,
            "at": office.local(at),
            "amount": int(amount),
            "currency": currency,
            "method": "credit" if credit else method,
        }
        for id_, at, amount, currency, method, credit in office.connection.execute(query)
    ]


def _credit_notes(office: Office, invoice: Invoice) -> list[Line]:
    about = columns(Invoice)
    of_it = (about.of_id == invoice.id, about.kind == DocumentKind.CREDIT_NOTE)
    notes = office.rows(Invoice, *of_it, order=[about.created_at, about.id])
    return [{"number": note.number, "total": note.total, "currency": note.currency} for note in notes]


def _messages(office: Office, invoice: Invoice) -> list[Line]:
    about = columns(Message)
    found = office.rows(Message, about.invoice_id == invoice.id, order=[about.created_at, about.id])
    return [message_line(office, message) for message in found]
