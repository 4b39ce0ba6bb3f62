"""`relance bookings list`: who booked what."""

from tasks.reading.clients import bookings
from worker.cli.desk import Business, Contact, Json, Limit, listed, read

COLUMNS = {
    "booking": "id",
    "contact": "contact",
    "service": "service",
    "starts": "starts_at",
    "status": "status",
    "attendance": "attendance",
    "seats": "quantity",
    "order": "order",
    "placed": "placed_at",
}


def list_(contact: Contact = None, limit: Limit = None, business: Business = None, as_json: Json = False) -> None:
    """List bookings in the order in which they were placed."""
    listed(
        lambda most: read(business, lambda office: bookings(office, contact=contact, limit=most)),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing="There are no such bookings.",
    )
