"""Attempts at moving money by card, as a back office sees them."""

from sqlalchemy import ColumnElement

from models.card import CardAttempt, CardState
from models.invoice import Invoice
from tasks.reading.office import Line, Office, columns
from tasks.reading.people import People, people_of


def attempts(
    office: Office, *, contact: str | None = None, state: CardState | None = None, limit: int | None = None
) -> list[Line]:
    """Return the attempts in the order in which they were made, the latest ones where there is a limit.

    Those of clients who were merged into another are the other's.
    """
    about, where = columns(CardAttempt), list[ColumnElement[bool]]()
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    if state is not None:
        where.append(about.state == state)
    found = office.latest(CardAttempt, *where, order=[about.created_at, about.id], limit=limit)
    invoices = columns(Invoice)
    documents = office.rows(Invoice, invoices.id.in_({one.invoice_id for one in found if one.invoice_id}))
    numbers = {document.id: document.number for document in documents}
    people = people_of(office, {one.contact_id for one in found})
    return [_line(office, people, attempt, numbers.get(attempt.invoice_id or "")) for attempt in found]


def _line(office: Office, people: People, attempt: CardAttempt, number: str | None) -> Line:
    return {
        "id": attempt.id,
        "at": office.local(attempt.created_at),
        "kind": str(attempt.kind),
        "contact": people.left(attempt.contact_id).id if attempt.contact_id else None,
        "amount": attempt.amount,
        "currency": attempt.currency,
        "state": str(attempt.state),
        "next": office.local(attempt.due_at or attempt.ask_at),
        "tries": attempt.tries,
        "document": number,
        "provider": attempt.provider,
        "reference": attempt.reference,
        "reason": attempt.failure_reason,
    }
