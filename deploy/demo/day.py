"""A day at the salon: the events that upstream publishes, and what must come of each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo.shop import BUSINESS

Event = dict[str, Any]
CLASS_LASTS = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Expected:
    """One sentence of the story: who must have got how many mails whose subject holds these words."""

    sentence: str
    to: str
    words: str
    count: int = 1


def event(id_: str, type_: str, data: dict[str, Any], *, time: datetime | None = None) -> Event:
    """Return a CloudEvent of the booking service."""
    envelope: Event = {"specversion": "1.0", "id": id_, "source": "/booking", "type": type_, "business": BUSINESS}
    if time is not None:
        envelope["time"] = time.isoformat()
    return envelope | {"data": data}


def booking(id_: str, service: str, starts_at: datetime, *, session: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a booking of an order."""
    lasts = CLASS_LASTS if session else timedelta(hours=1)
    slot = {
        "id": session or f"s-{id_}",
        "service": service,
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + lasts).isoformat(),
        "kind": "class" if session else "appointment",
        "place": "Paris 20e",
    }
    return {"id": id_, "session": slot} | more


def order(id_: str, contact: str, *bookings: dict[str, Any], **more: Any) -> Event:
    """Return the event of an order."""
    data = {"contact": {"id": contact}, "order": {"id": id_, "bookings": list(bookings)} | more}
    return event(f"placed-{id_}", "order.placed", data)


def long_ago(now: datetime) -> list[Event]:
    """What happened three weeks ago: Léa booked, was invoiced and has not paid."""
    return [order("old", "lea", booking("old-1", "colour", now + timedelta(days=2)))]


def today(now: datetime) -> list[Event]:
    """What happens today. The class ends two seconds from now."""
    soon = now + timedelta(days=3)
    class_starts = now + timedelta(seconds=2) - CLASS_LASTS
    three = [booking(f"zoe-{n}", "cut", soon + timedelta(days=7 * n)) for n in range(3)]
    return [
        order("zoe-1", "zoe", *three),
        *(
            order(f"yoga-{who}", who, booking(f"y-{who}", "yoga", class_starts, session="yoga-1"))
            for who in ("emma", "ines", "hugo")
        ),
        order("paid", "paul", booking("paid-1", "colour", soon), paid={"amount": 8900, "currency": "EUR"}),
        order("hugo-1", "hugo", booking("hugo-1", "cut", soon)),
        order("hugo-2", "hugo", booking("hugo-2", "colour", soon + timedelta(days=1))),
        order("ines-1", "ines", booking("ines-1", "cut", soon)),
        order("zoe-1", "zoe", *three),
    ]


def afterwards() -> list[Event]:
    """What follows once the invoices are out: Inès cancels, Emma pays for the class."""
    return [
        event("cancel", "booking.cancelled", {"booking": {"id": "ines-1", "reason": "malade"}}),
        event(
            "emma-pays",
            "payment.received",
            {
                "contact": {"id": "emma"},
                "payment": {"id": "p-emma", "amount": {"amount": 1800, "currency": "EUR"}, "method": "card"},
                "for": {"charges": ["y-emma"]},
            },
        ),
    ]


BROKEN = b'{"specversion": "1.0", "id": "broken", "source": "/booking", "type": "order.placed", "business": "atelier"'
"""A publisher's mistake: the text ends too early."""

FIRST = (
    Expected("An order of three appointments: one invoice.", "zoe", "Votre facture"),
    Expected("The class ends: an invoice for each participant (Emma reads English).", "emma", "Invoice"),
    Expected("The class ends: an invoice for each participant (Inès).", "ines", "Facture"),
    Expected("The class ends: an invoice for each participant (Hugo).", "hugo", "Facture"),
    Expected("An order paid in full: a receipt at once.", "paul", "Reçu"),
    Expected("An order paid in full: its invoice, paid, asking for nothing.", "paul", "Facture"),
    Expected("An appointment booked: its invoice by mail (Hugo).", "hugo", "Votre facture"),
    Expected("An appointment booked: its invoice by mail (Inès).", "ines", "Votre facture"),
    Expected("An invoice three weeks old is overdue: a reminder.", "lea", "Rappel"),
)

THEN = (Expected("Emma has paid: a word of thanks.", "emma", "Merci"),)

DIFFERENT = 10
"""Events of the day, the repeated one counted once, the broken one not at all."""

LATEST = timedelta(seconds=90)


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
