"""The diary's pages: who pays and who comes on a day, what was noted of a booking, how many came in a period."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from models.booking import Attended, Booking
from models.contact import Contact
from models.periods import start_of_day
from tasks.reading.office import Line, Office, columns
from tasks.reading.people import People, merged_people, people_of

_DAY = text("""
SELECT s.id AS session, s.service_id AS service, s.starts_at, s.ends_at, s.place, b.id AS booking, b.quantity,
       b.contact_id AS participant, i.contact_id AS billed_to, o.contact_id AS ordered_by,
       b.attendance, b.pay_by, coalesce(c.currency, b.currency, t.currency) AS currency,
       coalesce(c.kept, c.owed, 0) AS price, coalesce(c.settled, 0) AS paid,
       coalesce(c.kept, c.owed, 0) - coalesce(c.settled, 0) AS open, i.number AS document, o.id AS order
  FROM sessions s
  JOIN bookings b ON (b.business_id, b.session_id) = (s.business_id, s.id) AND b.status = 'booked'
  JOIN businesses t ON t.id = s.business_id
  LEFT JOIN orders o ON (o.business_id, o.id) = (b.business_id, b.order_id)
  LEFT JOIN charges c ON (c.business_id, c.id) = (b.business_id, b.id)
  LEFT JOIN invoices i ON (i.business_id, i.id) = (c.business_id, c.invoice_id)
 WHERE s.business_id = :tenant AND s.starts_at >= :first AND s.starts_at < :end AND b.placed_stamp <> ''
 ORDER BY s.starts_at, s.id, b.placed_at, b.id""")

_KEYS: Mapping[str, str] = {
    "client": "b.contact_id",
    "service": "s.service_id",
    "day": "to_char(s.starts_at AT TIME ZONE :zone, 'YYYY-MM-DD')",
    "month": "to_char(s.starts_at AT TIME ZONE :zone, 'YYYY-MM')",
}


def day_of(office: Office, day: date) -> list[Line]:
    """Return the seats of a local day's sessions with who takes part, who pays, what is paid and on which document.

    Amounts are minor units with tax.
    """
    found = [dict(row) for row in office.connection.execute(_DAY, _span(office, day, day)).mappings()]
    people = people_of(office, {row[name] for row in found for name in ("participant", "billed_to", "ordered_by")})
    return [_seat(office, people, row) for row in found]


def _seat(office: Office, people: People, row: Line) -> Line:
    """Return a seat with its people as they go on since they were merged."""
    billed_to, ordered_by = row.pop("billed_to"), row.pop("ordered_by")
    comes = people.left(row["participant"]) if row["participant"] else None
    pays = people.left(billed_to) if billed_to else people.payer(ordered_by) if ordered_by else None
    times = {name: office.local(row[name]) for name in ("starts_at", "ends_at", "pay_by")}
    return row | times | _named("participant", comes) | _named("payer", pays)


def _named(role: str, contact: Contact | None) -> Line:
    return {role: contact.id if contact else None, f"{role}_name": contact.name if contact else None}


def _span(office: Office, first: date, last: date) -> dict[str, Any]:
    end = start_of_day(last + timedelta(days=1), office.zone)
    return {"tenant": office.id, "first": start_of_day(first, office.zone), "end": end}


def attendance_of(office: Office, booking_id: str) -> list[Line]:
    """Return every telling of whether the client of a booking came, in the order of their times."""
    office.require(Booking, booking_id, "booking", " `relance bookings list` shows them.")
    about = columns(Attended)
    told = office.rows(Attended, about.booking_id == booking_id, order=[about.stamp])
    return [{"at": office.local(one.at), "attendance": one.attendance, "by": one.actor} for one in told]


def attendance_report(office: Office, per: str, first: date, last: date, contact: str | None = None) -> list[Line]:
    """Count the bookings of sessions from one local day to another, by `client`, `service`, `day` or `month`.

    `not_noted` are over and nobody told who came; `came_percent` is of those that were told.
    """
    clients = None if contact is None else office.ids_of_client(contact)
    only = "" if contact is None else " AND b.contact_id = ANY(:clients)"
    query = text(
        f"SELECT {_KEYS[per]} AS {per}, count(*) FILTER (WHERE b.status = 'booked') AS booked,"  # noqa: S608  # ours
        " count(*) FILTER (WHERE b.status = 'booked' AND b.attendance = 'checked_in') AS checked_in,"
        " count(*) FILTER (WHERE b.status = 'booked' AND b.attendance = 'no_show') AS no_show,"
        " count(*) FILTER (WHERE b.status = 'booked' AND b.attendance = 'booked' AND s.ends_at <= :now) AS not_noted,"
        " count(*) FILTER (WHERE b.status = 'cancelled') AS cancelled"
        " FROM bookings b JOIN sessions s ON (s.business_id, s.id) = (b.business_id, b.session_id)"
        " WHERE b.business_id = :tenant AND b.placed_stamp <> '' AND s.starts_at >= :first AND s.starts_at < :end"
        f"{only} GROUP BY 1 ORDER BY 1"
    )
    values = _span(office, first, last) | {"now": office.now, "zone": office.business.timezone, "clients": clients}
    found = [dict(row) for row in office.connection.execute(query, values).mappings()]
    return [_with_share(line) for line in (_as_left(office, found) if per == "client" else found)]


def _as_left(office: Office, found: list[Line]) -> list[Line]:
    """Return one line for each client who is left, which also counts the bookings of those merged into it."""
    people, lines = merged_people(office), dict[str, Line]()
    for one in found:
        id_ = people.left(one["client"]).id if one["client"] else one["client"]
        before = lines.get(id_, {})
        counts = {key: value + before.get(key, 0) for key, value in one.items() if key != "client"}
        lines[id_] = {"client": id_} | counts
    return sorted(lines.values(), key=lambda line: line["client"] or "")


def _with_share(line: Line) -> Line:
    told = line["checked_in"] + line["no_show"]
    return line | {"came_percent": round(100 * line["checked_in"] / told) if told else None}
