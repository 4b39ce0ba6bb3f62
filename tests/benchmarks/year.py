"""A year of a shop: clients who book, move, cancel, come, pay or don't, under ten automations.

`scenario` makes the file that `relance simulate` reads; the same seed makes the same file.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.scenarios.story import ASK, REMIND, automation, euros, holds, mail, remind, wait, when

Data = dict[str, Any]

START = datetime(2027, 1, 1, tzinfo=UTC)
DAYS = 365
SERVICES = (("cut", 4500), ("colour", 8900), ("massage", 6500), ("yoga", 1800), ("pilates", 2200))
CLASSES = ("yoga", "pilates")
METHODS = ("card", "transfer", "cash", "cheque")


def scenario(bookings: int = 10_000, clients: int = 200, *, days: int = DAYS, seed: int = 1) -> Data:
    """Return a scenario file of that many bookings, spread over the days."""
    return {
        "business": business(),
        "contacts": [contact(number) for number in range(clients)],
        "services": [{"id": id_, "name": id_.capitalize(), "price": euros(price)} for id_, price in SERVICES],
        "automations": automations(),
        "start": START.isoformat(),
        "until": (START + timedelta(days=days)).isoformat(),
        "events": sorted(happenings(bookings, clients, days, seed), key=lambda happening: happening["at"]),
    }


def business() -> Data:
    """Return a shop that gives two weeks to pay and is silent at night."""
    return {
        "id": "studio",
        "name": "Studio Lumière",
        "email": "owner@studio.example",
        "timezone": "Europe/Paris",
        "locale": "fr",
        "country": "FR",
        "tax_rate": "20",
        "payment_terms": {"days": 14},
        "due_soon": {"days": 3},
        "quiet_hours": {"from": "21:00", "to": "08:00"},
    }


def contact(number: int) -> Data:
    """Return a client; every tenth is a business, some have no address."""
    known = {"id": f"c{number}", "name": f"Client {number}", "locale": ("fr", "en")[number % 4 == 0]}
    known |= {"email": f"c{number}@clients.example"} if number % 25 else {}
    return known | ({"kind": "business"} if number % 10 == 1 else {})


def automations() -> list[Data]:
    """Return ten automations: requests, reminders, thanks, and words before and after a session."""
    unpaid = {"stop_when": ["invoice.paid", "invoice.voided"]}
    return [
        automation(
            "ask", "session.booked", ASK, services=["cut", "colour"], limit={"times": 1, "per": "24h"}, **unpaid
        ),
        automation("class", "session.ended", ASK, wait(days=7), REMIND, services=list(CLASSES), **unpaid),
        automation("paid", "order.paid", {"issue_paid_invoice": {}}),
        automation("soon", "invoice.due_soon", remind("Bientôt"), **unpaid),
        automation("late", "invoice.overdue", REMIND, wait(days=7), REMIND, wait(days=20), REMIND, **unpaid),
        automation(
            "big", "invoice.overdue", when(holds("invoice.amount_due", "greater_than", 60), {"notify_staff": {}})
        ),
        automation("thanks", "invoice.paid", mail("Merci {{ contact.name }}"), limit={"times": 1, "per": "7d"}),
        automation("before", "session.booked", wait(until="session.starts_at", minus={"hours": 24}), mail("À demain")),
        automation("after", "session.ended", wait(hours=2), mail("Merci !"), limit={"times": 1, "per": "month"}),
        automation("again", "booking.cancelled", wait(days=1), {"add_tag": {"tag": "cancelled"}}, mail("Une autre ?")),
    ]


def happenings(bookings: int, clients: int, days: int, seed: int) -> Iterator[Data]:
    """Yield what upstream tells and people do, in no order."""
    dice = random.Random(seed)
    last = START + timedelta(days=days)
    for number in range(bookings):
        at = START + timedelta(minutes=dice.randrange(60, days * 24 * 60 - 60))
        for happening in _booking(number, at, f"c{dice.randrange(clients)}", dice):
            if datetime.fromisoformat(happening["at"]) < last:
                yield happening


def _booking(number: int, at: datetime, client: str, dice: random.Random) -> Iterator[Data]:
    """Yield an order of one seat and what becomes of it."""
    service = dice.choice(SERVICES)[0]
    starts = _opening(at + timedelta(days=dice.randrange(1, 21)), dice)
    seat = {"id": f"b{number}", "session": session(number, service, starts)}
    order = {"id": f"o{number}", "bookings": [seat]}
    yield _tell(at, "order.placed", {"contact": {"id": client}, "order": order})
    fate = dice.random()
    if fate < 0.08:
        cancelled = starts - timedelta(hours=dice.randrange(1, 72))
        yield _tell(max(cancelled, at + timedelta(minutes=5)), "booking.cancelled", {"booking": {"id": f"b{number}"}})
    elif fate < 0.14 and service not in CLASSES:
        later = _opening(starts + timedelta(days=3), dice)
        moved = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
        told = {"booking": {"id": f"b{number}"}, "session": moved}
        yield _tell(at + timedelta(hours=3), "booking.rescheduled", told)
    elif fate < 0.18:
        told = {"booking": {"id": f"b{number}", "attendance": "no_show"}}
        yield _tell(starts + timedelta(minutes=30), "booking.attendance", told)
    yield from _payment(number, at, starts, client, dice)


def _payment(number: int, at: datetime, starts: datetime, client: str, dice: random.Random) -> Iterator[Data]:
    """Yield how an order is paid: at once, by upstream, after the session, by hand, late, or not at all."""
    way = dice.random()
    price = dict(SERVICES)["cut"]
    if way < 0.5:
        amount = price if way < 0.05 else 20_000
        paid_at = at + timedelta(minutes=10) if way < 0.2 else starts + timedelta(days=dice.randrange(1, 40))
        money = {"id": f"p{number}", "amount": euros(amount), "method": dice.choice(METHODS)}
        told = {"contact": {"id": client}, "payment": money, "for": {"order": f"o{number}"}}
        yield _tell(paid_at, "payment.received", told)
    elif way < 0.7:
        yield _tell(starts + timedelta(hours=1), "order.paid", {"order": {"id": f"o{number}"}})
    elif way < 0.85:
        yield {"at": (starts + timedelta(days=dice.randrange(1, 30))).isoformat(), "do": "pay", "contact": client}


def session(number: int, service: str, starts: datetime) -> Data:
    """Return a session: an appointment of its own, or the class of that hour."""
    id_ = f"{service}-{starts:%m%d%H}" if service in CLASSES else f"s{number}"
    span = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    return {"id": id_, "service": service, **span}


def _opening(day: datetime, dice: random.Random) -> datetime:
    return day.replace(hour=dice.randrange(7, 19), minute=0)


def _tell(at: datetime, type_: str, data: Data) -> Data:
    return {"at": at.isoformat(), "type": type_, "data": data}
