"""A client's card: who it is, what it booked, paid, got and was sent, and what was noted of it."""

from sqlalchemy import text

from models.card import DEAD_CARD, CardAttempt
from models.card_declines import said_by
from models.charge import Charge
from models.contact import Consent, Hold, Mandate
from models.coupon import CouponUse
from models.standing import debt_standing
from tasks.reading.clients import contact, payments
from tasks.reading.conversation import conversation
from tasks.reading.documents import documents
from tasks.reading.office import Line, Office, columns
from tasks.reading.records import files_of, notes_of
from tasks.reading.recurring import recurring_payments

_BOOKINGS = text("""
SELECT b.id, b.placed_at, s.service_id AS service, s.starts_at, s.ends_at, s.place, b.quantity, b.status, b.attendance,
       coalesce(c.currency, b.currency, t.currency) AS currency, coalesce(c.kept, c.owed, 0) AS price,
       coalesce(c.settled, 0) AS paid, i.number AS document,
       coalesce((SELECT sum(r.amount) FROM refunds r WHERE (r.business_id, r.charge_id) = (b.business_id, b.id)), 0
               )::bigint AS refunded
  FROM bookings b
  JOIN businesses t ON t.id = b.business_id
  LEFT JOIN sessions s ON (s.business_id, s.id) = (b.business_id, b.session_id)
  LEFT JOIN charges c ON (c.business_id, c.id) = (b.business_id, b.id)
  LEFT JOIN invoices i ON (i.business_id, i.id) = (c.business_id, c.invoice_id)
 WHERE b.business_id = :tenant AND b.contact_id = ANY(:client) AND b.placed_stamp <> ''
 ORDER BY s.starts_at, b.placed_at, b.id""")


def card(office: Office, id_: str) -> Line:
    """Return a client with all that belongs to it, also from those that were merged into it; amounts in minor units."""
    booked = _bookings(office, id_)
    over = [one["starts_at"] is not None and one["starts_at"] <= office.now for one in booked]
    return contact(office, id_) | {
        "bookings_coming": [one for one, past in zip(booked, over, strict=True) if not past],
        "bookings_past": [one for one, past in zip(booked, over, strict=True) if past],
        "payments": payments(office, contact=id_),
        "recurring_payments": recurring_payments(office, contact=id_),
        "saved_cards": _saved_cards(office, id_),
        "documents": list(documents(office, kind=None, contact=id_)),
        "messages": conversation(office, id_),
        "coupons": _coupons(office, id_),
        "notes": notes_of(office, id_),
        "files": files_of(office, id_),
        "holds": _holds(office, id_),
        "consents": consents(office, id_),
    }


def _bookings(office: Office, id_: str) -> list[Line]:
    """Return a client's bookings by the time of their sessions, with how their money stands."""
    values = {"tenant": office.id, "client": office.ids_of_client(id_)}
    found = [dict(row) for row in office.connection.execute(_BOOKINGS, values).mappings()]
    for one in found:
        one["standing"] = str(debt_standing(one["price"], one["paid"], one["refunded"]))
        one |= {key: office.local(one[key]) for key in ("placed_at", "starts_at", "ends_at")}
    return found


def _saved_cards(office: Office, id_: str) -> list[Line]:
    """Return the cards that a client lets be charged; `dead` is why one can't be charged any more, if that is known."""
    about = columns(Mandate)
    live = about.ended_at.is_(None)
    found = office.rows(Mandate, about.contact_id == office.client(id_), live, order=[about.agreed_at])
    dead = _dead_cards(office, [one.id for one in found])
    names = ("label", "provider", "cap", "currency")
    return [
        {name: getattr(one, name) for name in names} | {"since": office.local(one.agreed_at), "dead": dead.get(one.id)}
        for one in found
    ]


def _dead_cards(office: Office, ids: list[str]) -> dict[str, str]:
    """Return why cards are known to be lost, stolen or expired, by the ids of their mandates."""
    about = columns(CardAttempt)
    told = office.rows(CardAttempt, about.mandate_id.in_(ids), about.failure_code.in_(DEAD_CARD)) if ids else []
    return {str(one.mandate_id): said_by(one) for one in told if one.card_is_dead}


def _holds(office: Office, id_: str) -> list[Line]:
    """Return what stops reminders of a client or of its documents today (R25)."""
    about = columns(Hold)
    found = office.rows(Hold, about.contact_id == office.client(id_), about.ended_at.is_(None), order=[about.since])
    return [
        {"kind": one.kind, "since": one.since, "until": one.until, "invoice": one.invoice_id}
        for one in found
        if one.until is None or one.until >= office.today
    ]


def _coupons(office: Office, id_: str) -> list[Line]:
    """Return the coupons that a client has used, with what they took off, in minor units."""
    about, charge = columns(CouponUse), columns(Charge)
    found = office.rows(CouponUse, about.contact_id == office.client(id_), order=[about.at, about.coupon_id])
    of = {one.subject.partition(":")[2] for one in found}
    owed = office.rows(Charge, charge.order_id.in_(of) | charge.id.in_(of)) if of else []
    currencies = {key: one.currency for one in owed for key in (f"order:{one.order_id}", f"charge:{one.id}")}
    return [
        {
            "coupon": one.coupon_id,
            "at": office.local(one.at),
            "of": one.subject,
            "amount": one.amount,
            "currency": currencies.get(one.subject, office.business.currency),
        }
        for one in found
    ]


def consents(office: Office, id_: str) -> list[Line]:
    """Return every yes and no of a client in the order in which they were given (R19)."""
    about = columns(Consent)
    found = office.rows(Consent, about.contact_id == office.client(id_), order=[about.at, about.id])
    names = ("purpose", "channel", "state", "source", "text_version")
    return [{"at": office.local(one.at)} | {name: getattr(one, name) for name in names} for one in found]
