"""Events that are well formed: builders with defaults, and for each type the least and the most that it may say."""

import json
from typing import Any

Json = dict[str, Any]


def event(type_: str, data: Json, **attributes: Any) -> Json:
    """Return a CloudEvent for the shop `atelier`; `attributes` replace those of the envelope."""
    return {
        "specversion": "1.0",
        "id": f"event-{type_}",
        "source": "/booking-service",
        "type": type_,
        "time": "2027-03-26T09:00:00Z",
        "business": "atelier",
        "data": data,
    } | attributes


def encoded(type_: str, data: Json, **attributes: Any) -> bytes:
    """Return a CloudEvent as upstream publishes it."""
    return json.dumps(event(type_, data, **attributes)).encode()


def money(amount: int = 4500, currency: str = "EUR") -> Json:
    return {"amount": amount, "currency": currency}


def contact(id_: str = "zoe", **keys: Any) -> Json:
    return {"id": id_, **keys}


def service(id_: str = "cut", **keys: Any) -> Json:
    return {"id": id_, **keys}


def session(id_: str = "s1", **keys: Any) -> Json:
    return {"id": id_, "service": "cut", **times(), **keys}


def times(starts_at: str = "2027-03-27T10:00:00+01:00", ends_at: str = "2027-03-27T10:45:00+01:00") -> Json:
    return {"starts_at": starts_at, "ends_at": ends_at}


def booking(id_: str = "b1", **keys: Any) -> Json:
    return {"id": id_, "session": session(), **keys}


def item(id_: str = "i1", **keys: Any) -> Json:
    return {"id": id_, "kind": "product", "description": "Shampoo", "price": money(1200), **keys}


def order_placed(id_: str = "o1", *, of: str = "zoe", **keys: Any) -> Json:
    """Return an order, of one booking unless `bookings` or `items` are given."""
    order = keys or {"bookings": [booking()]}
    return {"contact": contact(of), "order": {"id": id_, **order}}


def order_paid(id_: str = "o1") -> Json:
    return {"order": {"id": id_}}


def booking_rescheduled(id_: str = "b1", **keys: Any) -> Json:
    return {"booking": {"id": id_}, "session": {**times("2027-04-01T14:00:00Z", "2027-04-01T15:00:00Z"), **keys}}


def session_rescheduled(id_: str = "s1", **keys: Any) -> Json:
    return {"session": {"id": id_, **times("2027-04-01T14:00:00Z", "2027-04-01T15:00:00Z"), **keys}}


def booking_cancelled(id_: str = "b1", *, reason: str | None = None, **keys: Any) -> Json:
    return {"booking": _ending(id_, reason), **keys}


def session_cancelled(id_: str = "s1", *, reason: str | None = None, **keys: Any) -> Json:
    return {"session": _ending(id_, reason), **keys}


def booking_attendance(id_: str = "b1", attendance: str = "no_show") -> Json:
    return {"booking": {"id": id_, "attendance": attendance}}


def charge_added(id_: str = "c1", *, of: str = "zoe", **keys: Any) -> Json:
    charge = {"id": id_, "kind": "fee", "description": "Key lost", "price": money(2500), **keys}
    return {"contact": contact(of), "charge": charge}


def charge_cancelled(id_: str = "c1") -> Json:
    return {"charge": {"id": id_}}


def payment_received(id_: str = "p1", *, of: str = "zoe", target: Json | None = None, **keys: Any) -> Json:
    payment = {"id": id_, "amount": money(), "method": "cash", "received_at": "2027-03-26T08:59:00Z", **keys}
    return {"contact": contact(of), "payment": payment} | ({"for": target} if target else {})


def payment_reversed(id_: str = "p1", reason: str = "The cheque bounced") -> Json:
    return {"payment": {"id": id_, "reason": reason}}


def recurring_payment_started(id_: str = "r1", *, of: str = "zoe", **keys: Any) -> Json:
    recurring = {"id": id_, "description": "Membership", "price": money(), "every": "month", "collect": "invoice"}
    return {"contact": contact(of), "recurring_payment": recurring | keys}


def recurring_payment_cancelled(id_: str = "r1", *, reason: str | None = None) -> Json:
    return {"recurring_payment": _ending(id_, reason)}


def _ending(id_: str, reason: str | None) -> Json:
    return {"id": id_, "reason": reason} if reason else {"id": id_}


FULL_CONTACT = contact(
    name="Zoé Müller",
    email="zoe@example.org",
    phone="+33612345678",
    locale="fr",
    kind="business",
    company={"name": "Zoé SARL", "siren": "732829320", "vat_number": "FR44732829320"},
    address={"line1": "1 rue des Lilas", "postcode": "75011", "city": "Paris", "country": "FR"},
    bill_to="head-office",
    cc=["books@example.org"],
    tags=["vip"],
    custom={"vip": True, "visits": 12},
)

MINIMAL: dict[str, Json] = {
    "contact.updated": {"contact": contact()},
    "contact.merged": {"contact": contact(), "into": "zoe-2"},
    "service.updated": {"service": service()},
    "order.placed": order_placed(),
    "order.paid": order_paid(),
    "booking.rescheduled": booking_rescheduled(),
    "session.rescheduled": session_rescheduled(),
    "booking.cancelled": booking_cancelled(),
    "session.cancelled": session_cancelled(),
    "booking.attendance": booking_attendance(),
    "charge.added": charge_added(),
    "charge.cancelled": charge_cancelled(),
    "payment.received": payment_received(),
    "payment.reversed": payment_reversed(),
    "recurring_payment.started": recurring_payment_started(),
    "recurring_payment.cancelled": recurring_payment_cancelled(),
}

FULL: dict[str, Json] = MINIMAL | {
    "contact.updated": {"contact": FULL_CONTACT},
    "contact.merged": {"contact": FULL_CONTACT, "into": "zoe-2"},
    "service.updated": {
        "service": service(
            name="Coupe",
            category="hair",
            price=money(),
            tax_rate="20",
            tax_included=True,
            payment="later",
        )
    },
    "order.placed": order_placed(
        bookings=[
            booking(
                session=session(kind="class", place="Atelier"),
                contact=contact("lea", name="Léa"),
                quantity=3,
                price=money(4000),
                payment="at_booking",
                policy={"id": "policy-1", "accepted_at": "2027-03-26T08:58:00Z"},
            )
        ],
        items=[item(quantity=1.5, tax_rate=5.5, tax_included=False)],
        paid=money(1000),
    ),
    "booking.rescheduled": booking_rescheduled(id="s2"),
    "booking.cancelled": booking_cancelled(
        reason="Ill", refund=money(1000), notify={"cancellation": True, "refund": True}
    ),
    "session.cancelled": session_cancelled(reason="Storm", refund="full", notify={"cancellation": True}),
    "charge.added": charge_added(
        quantity="2",
        tax_rate="20",
        tax_included=True,
        due_on="2027-04-30",
        service_on="2027-03-25",
        discount=money(500),
        discount_reason="Regular client",
        participant="lea",
        fee="price_kept",
    ),
    "payment.received": payment_received(target={"charges": ["b1", "i1"]}),
    "recurring_payment.started": recurring_payment_started(
        anchor=31,
        starts_on="2027-04-01",
        ends_on="2028-03-31",
    ),
    "recurring_payment.cancelled": recurring_payment_cancelled(reason="Moved away"),
}
