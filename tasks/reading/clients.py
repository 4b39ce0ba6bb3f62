"""Clients with what they booked, owe and paid."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text

from models.booking import Booking, Session
from models.contact import Contact
from models.invoice import DocumentStatus, Invoice
from models.payment import Allocation, Payment, Refund
from models.rows import table_of
from models.searching import plain
from models.standing import payment_standing
from tasks.reading.office import Line, Office, columns


def contacts(
    office: Office,
    *,
    search: str | None = None,
    tag: str | None = None,
    without_mobile: bool = False,
    limit: int | None = None,
) -> list[Line]:
    """Return the contacts by their id: those with a tag, and those that `search` finds by id, name, e-mail or phone.

    `without_mobile` are those who can't be texted (R19).
    """
    about, where = columns(Contact), list[ColumnElement[bool]]()
    if tag is not None:
        where.append(about.tags.contains([tag]))
    if without_mobile:
        where += [about.mobile.is_(None) | about.phone_bad, about.merged_into.is_(None)]
    wanted = plain(search or "").split()
    found = office.rows(Contact, *where, order=[about.id], limit=None if wanted else limit)
    return [_contact(one) for one in found if _is_found(one, wanted)][:limit]


def _is_found(contact: Contact, wanted: list[str]) -> bool:
    text = plain(" ".join(filter(None, [contact.id, contact.name, contact.legal_name, contact.email, contact.phone])))
    return all(word in text for word in wanted)


def contact(office: Office, id_: str) -> Line:
    """Return all that is known of one contact, with what it owes and what it has paid ahead, by currency."""
    found = office.require(Contact, id_, "contact")
    asked = columns(Invoice).status == DocumentStatus.ISSUED
    return _contact(found) | {
        "country": found.country,
        "company": {"name": found.legal_name, "siren": found.siren, "vat_number": found.vat_number},
        "address": found.address,
        "bill_to": found.bill_to,
        "cc": found.cc,
        "custom": found.custom,
        "billing": found.billing,
        "merged_into": found.merged_into,
        "email_bad": found.email_bad,
        "phone_bad": found.phone_bad,
        "owes": _sums(office, Invoice, columns(Invoice).amount_due, id_, asked),
        "unbilled": _unbilled(office, id_),
        "credit": _sums(office, Payment, columns(Payment).available, id_),
    }


_UNBILLED = text("""
WITH RECURSIVE whose AS (
     SELECT id FROM contacts WHERE business_id = :tenant AND id = :payer AND bill_to IS NULL
     UNION SELECT c.id FROM contacts c JOIN whose w ON w.id IN (c.bill_to, c.merged_into) WHERE c.business_id = :tenant)
SELECT currency, sum(coalesce(kept, owed) - settled)::bigint AS total FROM charges
 WHERE business_id = :tenant AND contact_id IN (SELECT id FROM whose) AND NOT closed AND state = 'due'
  AND invoice_id IS NULL
 GROUP BY currency HAVING sum(coalesce(kept, owed) - settled) > 0 ORDER BY currency""")


def _unbilled(office: Office, payer: str) -> dict[str, int]:
    """Return what a payer owes on no document yet, also for those whose payer it is."""
    found = office.connection.execute(_UNBILLED, {"tenant": office.id, "payer": payer})
    return {row.currency: row.total for row in found}


def _contact(contact: Contact) -> Line:
    names = ("id", "name", "email", "phone", "mobile", "locale", "kind", "tags")
    return {name: getattr(contact, name) for name in names}


def _sums(office: Office, cls: type, amount: Any, contact_id: str, *where: ColumnElement[bool]) -> dict[str, int]:
    about = columns(cls)
    query = (
        select(about.currency, func.sum(amount))
        .where(office.mine(cls), about.contact_id == contact_id, amount > 0, *where)
        .group_by(about.currency)
        .order_by(about.currency)
    )
    return {currency: int(total) for currency, total in office.connection.execute(query)}


def bookings(office: Office, *, contact: str | None = None, limit: int | None = None) -> list[Line]:
    """Return the latest bookings in the order in which they were placed, with their sessions."""
    about, where = columns(Booking), [columns(Booking).placed_at.is_not(None)]
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    found = office.latest(Booking, *where, order=[about.placed_at, about.position, about.id], limit=limit)
    sessions = _sessions(office, found)
    return [_booking(office, booking, sessions.get(booking.session_id or "")) for booking in found]


def _sessions(office: Office, found: list[Booking]) -> dict[str, Session]:
    ids = sorted({booking.session_id for booking in found if booking.session_id})
    return (
        {session.id: session for session in office.rows(Session, columns(Session).id == func.any(ids))} if ids else {}
    )


def _booking(office: Office, booking: Booking, session: Session | None) -> Line:
    return {
        "id": booking.id,
        "placed_at": office.local(booking.placed_at),
        "contact": booking.contact_id,
        "order": booking.order_id,
        "session": booking.session_id,
        "service": session.service_id if session else None,
        "starts_at": office.local(session.starts_at) if session else None,
        "ends_at": office.local(session.ends_at) if session else None,
        "status": booking.status,
        "attendance": booking.attendance,
        "quantity": booking.quantity,
        "price": booking.price,
        "currency": booking.currency,
        "reason": booking.cancel_reason,
    }


def payments(
    office: Office,
    *,
    contact: str | None = None,
    unallocated: bool = False,
    invoiced: bool | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest payments in the order in which they arrived, with the documents that they went to.

    `unallocated` are those of which something is left; `invoiced` are those that went to a document, or to none.
    """
    about, where = columns(Payment), list[ColumnElement[bool]]()
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    if unallocated:
        where.append(about.available > 0)
    if invoiced is not None:
        went = about.id.in_(_on_documents(office))
        where.append(went if invoiced else ~went)
    found = office.latest(Payment, *where, order=[about.received_at, about.id], limit=limit)
    ids = [payment.id for payment in found]
    numbers, refunded = _numbers(office, ids), _refunded(office, ids)
    return [_payment(office, payment, numbers[payment.id], refunded.get(payment.id, 0)) for payment in found]


def _refunded(office: Office, payment_ids: list[str]) -> dict[str, int]:
    """Return, by payment, what of it went back or is on its way."""
    about = columns(Refund)
    query = (
        select(about.payment_id, func.sum(about.amount))
        .where(office.mine(Refund), about.payment_id == func.any(payment_ids))
        .group_by(about.payment_id)
    )
    return {id_: int(total) for id_, total in office.connection.execute(query)} if payment_ids else {}


def _payment(office: Office, payment: Payment, documents: list[str], refunded: int) -> Line:
    return {
        "id": payment.id,
        "at": office.local(payment.received_at),
        "contact": payment.contact_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "method": payment.method,
        "status": payment.status,
        "standing": str(payment_standing(payment.status, payment.amount, refunded)),
        "refunded": refunded,
        "credit": payment.available,
        "for": payment.target,
        "documents": documents,
        "reason": payment.reverse_reason,
        "actor": payment.actor,
        "note": payment.note,
        "answers": payment.answers,
    }


def _on_documents(office: Office) -> Select[Any]:
    """Return the query of the payments of which something lies on a document."""
    part = table_of(Allocation)
    return (
        select(part.c.payment_id)
        .where(office.mine(Allocation), part.c.invoice_id.is_not(None))
        .group_by(part.c.payment_id, part.c.invoice_id)
        .having(func.sum(part.c.amount) > 0)
    )


def _numbers(office: Office, payment_ids: list[str]) -> dict[str, list[str]]:
    """Return, by payment, the numbers of the documents that its money went to."""
    part, document = table_of(Allocation), table_of(Invoice)
    query = (
        select(part.c.payment_id, document.c.number)
        .join(document, (document.c.business_id == part.c.business_id) & (document.c.id == part.c.invoice_id))
        .where(office.mine(Allocation), part.c.payment_id == func.any(payment_ids))
        .group_by(part.c.payment_id, document.c.number)
        .having(func.sum(part.c.amount) > 0)
        .order_by(document.c.number)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for payment_id, number in office.connection.execute(query) if payment_ids else ():
        found[payment_id].append(number)
    return found
