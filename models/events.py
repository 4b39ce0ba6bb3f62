"""CloudEvents: the envelope around what upstream tells us, the catalogue of its types, and the names of our own facts.

An event is read in two steps, so that one whose envelope is sound can be stored before its data is looked at:
`decode_envelope`, then `decode_data`. Both raise `UndecodableError` and nothing else (R22).
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from models import event_data
from models.event_checks import check_text, settle_instant
from models.event_data import EventData, OtherData
from models.strict_json import read_object
from models.undecodable import Flaw, Refusal, UndecodableError, undecodable

LEAD = timedelta(hours=24)
"""How far an event's time may lie after its arrival."""

Attribute = Annotated[str, Meta(min_length=1, max_length=256)]


class Fact(StrEnum):
    """Domain events of ours: each is raised once, when the fact is first true; what triggers automations."""

    SESSION_BOOKED = "session.booked"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_CHECKED_IN = "booking.checked_in"
    BOOKING_NO_SHOW = "booking.no_show"
    ORDER_PAID = "order.paid"
    CHARGE_ADDED = "charge.added"
    INVOICE_DRAFTED = "invoice.drafted"
    INVOICE_SENT = "invoice.sent"
    INVOICE_DUE_SOON = "invoice.due_soon"
    INVOICE_OVERDUE = "invoice.overdue"
    INVOICE_PARTIALLY_PAID = "invoice.partially_paid"
    INVOICE_PAID = "invoice.paid"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_WRITTEN_OFF = "invoice.written_off"
    PAYMENT_LINK_SENT = "payment_link.sent"
    QUOTE_ACCEPTED = "quote.accepted"
    QUOTE_DECLINED = "quote.declined"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_REVERSED = "payment.reversed"
    RECURRING_PAYMENT_STARTED = "recurring_payment.started"
    RECURRING_PAYMENT_CANCELLED = "recurring_payment.cancelled"
    BILLING_COMPLETED = "billing.completed"
    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    SCHEDULE_DUE = "schedule.due"


CATALOGUE: Mapping[str, type[EventData]] = {
    "contact.updated": event_data.ContactUpdated,
    "contact.merged": event_data.ContactMerged,
    "service.updated": event_data.ServiceUpdated,
    "order.placed": event_data.OrderPlaced,
    "order.paid": event_data.OrderPaid,
    "booking.rescheduled": event_data.BookingRescheduled,
    "session.rescheduled": event_data.SessionRescheduled,
    "booking.cancelled": event_data.BookingCancelled,
    "session.cancelled": event_data.SessionCancelled,
    "booking.attendance": event_data.BookingAttendance,
    "charge.added": event_data.ChargeAdded,
    "charge.cancelled": event_data.ChargeCancelled,
    "payment.received": event_data.PaymentReceived,
    "payment.reversed": event_data.PaymentReversed,
    "recurring_payment.started": event_data.RecurringPaymentStarted,
    "recurring_payment.cancelled": event_data.RecurringPaymentCancelled,
}
"""Every type that upstream may send and that means something to us, with the shape of its data."""

INPUT_EVENTS = frozenset(CATALOGUE)
DOMAIN_EVENTS: frozenset[str] = frozenset(Fact)
RESERVED = DOMAIN_EVENTS - INPUT_EVENTS
"""Types that only we raise: upstream can't send them."""


class Envelope(Struct, frozen=True, gc=False):
    """A CloudEvent 1.x. `data` is plain JSON, `time` UTC; (business, source, id) names the event (R20)."""

    specversion: str
    id: Attribute
    source: Attribute
    type: Attribute
    time: Annotated[datetime, Meta(tz=True)]
    business: Attribute
    data: dict[str, Any]

    def __post_init__(self) -> None:
        if self.specversion != "1.0" and not re.fullmatch(r"1\.\d+", self.specversion):
            raise Refusal(Flaw.UNKNOWN_VERSION, f"is {self.specversion!r}; only 1.0 is known", "specversion")
        if not f"{self.id}{self.source}{self.type}{self.business}".isprintable():
            for key in ("id", "source", "type", "business"):
                check_text(getattr(self, key), key)
        settle_instant(self, "time")


class Glimpse(Struct, frozen=True):
    """What can be told of an event that can't be decoded."""

    business: str | None = None
    source: str | None = None
    id: str | None = None
    type: str | None = None


def decode_envelope(raw: bytes, arrived: datetime) -> Envelope:
    """Read an event as it arrived at the instant `arrived`, which is its time if it names none."""
    document = read_object(raw)
    if document.get("data_base64") is not None:
        raise UndecodableError("data_base64 is not taken: send the data as a JSON object in data.", Flaw.BASE64_DATA)
    if document.get("time") is None:
        document["time"] = arrived
    try:
        envelope = msgspec.convert(document, Envelope)
    except msgspec.ValidationError as error:
        raise undecodable(error, Envelope, "") from None
    if envelope.time > arrived + LEAD:
        raise UndecodableError("time is more than 24 hours after the event's arrival.", Flaw.IN_THE_FUTURE)
    if envelope.type in RESERVED:
        raise UndecodableError(f"type is {envelope.type!r}, which only this system raises.", Flaw.RESERVED_TYPE)
    return envelope


def decode_data(type_: str, data: dict[str, Any]) -> EventData:
    """Read the data of an event of the given type; data of an unknown type may be any object."""
    shape = CATALOGUE.get(type_)
    if shape is None:
        return _other(data)
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        if "`null`" not in str(error):
            raise undecodable(error, shape, "data") from None
    try:
        return msgspec.convert(_without_nulls(data), shape)
    except msgspec.ValidationError as error:
        raise undecodable(error, shape, "data") from None


def _other(data: dict[str, Any]) -> OtherData:
    """Read data of an unknown type: its contact counts if it is an object with an id."""
    contact = data.get("contact")
    if not isinstance(contact, dict) or "id" not in contact:
        return OtherData()
    try:
        return msgspec.convert({"contact": contact}, OtherData)
    except msgspec.ValidationError as error:
        raise undecodable(error, OtherData, "data") from None


def _without_nulls(value: Any) -> Any:
    """Leave out keys that are null, but those of contacts, where null clears a value."""
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: item if key == "contact" else _without_nulls(item) for key, item in value.items() if item is not None}


def glimpse(raw: bytes) -> Glimpse:
    """Return what a refused event says about itself, as far as it can be stored; never an error."""
    try:
        document = read_object(raw)
    except UndecodableError:
        return Glimpse()
    known = {key: document.get(key) for key in Glimpse.__struct_fields__}
    return Glimpse(**{key: value for key, value in known.items() if isinstance(value, str) and len(value) <= 256})
