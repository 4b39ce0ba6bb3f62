"""What a document is linked to: bookings, orders, sessions, charges, payments, links, automations, other documents."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, bindparam, text

from models.errors import BadInputError
from models.invoice import Invoice
from tasks.reading.office import Office, columns

_BY_CHARGES = "SELECT l.invoice_id FROM invoice_lines l WHERE l.business_id = :tenant AND l.charge_id IN ({charges})"
_LINKS: Mapping[str, str] = {
    "charge": _BY_CHARGES.format(charges=":id"),
    "booking": _BY_CHARGES.format(
        charges="SELECT c.id FROM charges c WHERE c.business_id = :tenant AND :id IN (c.id, c.booking_id)"
    ),
    "order": _BY_CHARGES.format(
        charges="SELECT c.id FROM charges c WHERE c.business_id = :tenant AND c.order_id = :id"
    ),
    "session": _BY_CHARGES.format(
        charges="SELECT b.id FROM bookings b WHERE b.business_id = :tenant AND b.session_id = :id"
    ),
    "recurring": _BY_CHARGES.format(
        charges="SELECT c.id FROM charges c WHERE c.business_id = :tenant AND c.recurring_id = :id"
    ),
    "link": _BY_CHARGES.format(
        charges="SELECT jsonb_array_elements_text(p.charge_ids) FROM payment_links p"
        " WHERE p.business_id = :tenant AND p.id = :id"
    ),
    "payment": "SELECT a.invoice_id FROM allocations a WHERE a.business_id = :tenant AND a.payment_id = :id",
    "automation": "SELECT i.id FROM invoices i WHERE i.business_id = :tenant AND i.cause ->> 'automation' = :id",
    "invoice": "SELECT i.id FROM invoices i WHERE i.business_id = :tenant AND :id IN (i.of_number, i.of_id)"
    " UNION SELECT i.of_id FROM invoices i WHERE i.business_id = :tenant AND :id IN (i.number, i.id)",
}


def linked_to(office: Office, name: str) -> ColumnElement[bool]:
    """Return the condition that a document is linked to a thing: `booking:b1`, or an id of whatever kind.

    A charge's documents are those that it ever stood on; an invoice's are its credit notes and notices, theirs is it.
    """
    kind, found, id_ = name.partition(":")
    if found and kind not in _LINKS:
        raise BadInputError(
            f"{name!r} names nothing: write one of {', '.join(_LINKS)} before the colon, or only an id."
        )
    queries = [_LINKS[kind]] if found else _LINKS.values()
    query = " UNION ".join(f"({one})" for one in queries)
    about = text(query).bindparams(bindparam("tenant", office.id), bindparam("id", id_ if found else name))
    linked: ColumnElement[bool] = columns(Invoice).id.in_(about)
    return linked
