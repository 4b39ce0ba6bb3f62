"""Events that can't be understood (F5), with the code of the flaw that must be found: for every door."""

import json
from typing import Any

from models.undecodable import Flaw
from tests.samples import (
    Json,
    booking,
    charge_added,
    contact,
    encoded,
    event,
    item,
    money,
    order_paid,
    order_placed,
    payment_received,
    recurring_payment_started,
    session,
    times,
)

PAID = order_paid()


def paid(**attributes: Any) -> bytes:
    """Return a small event with attributes replaced; None takes one away."""
    whole = event("order.paid", PAID) | attributes
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


def written(text: str) -> bytes:
    """Return a small event with `text` put, as it is, in front of its attributes."""
    return b"{" + text.encode() + b"," + paid()[1:]


def ordered(**keys: Any) -> bytes:
    """Return an order with one booking, some of whose keys are replaced."""
    return encoded("order.placed", order_placed(bookings=[booking(**keys)]))


def charged(**keys: Any) -> bytes:
    return encoded("charge.added", charge_added(**keys))


def recurring(**keys: Any) -> bytes:
    return encoded("recurring_payment.started", recurring_payment_started(**keys))


def received(**keys: Any) -> bytes:
    return encoded("payment.received", payment_received(**keys))


def other(data: Json) -> bytes:
    return encoded("stock.counted", data)


POISON_ENVELOPES: dict[str, tuple[bytes, Flaw]] = {
    "nothing": (b"", Flaw.NOT_JSON),
    "bytes": (b"\xff\xfe\x00\x80", Flaw.NOT_UTF8),
    "words": (b"hello", Flaw.NOT_JSON),
    "half an event": (paid()[:80], Flaw.NOT_JSON),
    "two events": (paid() + paid(), Flaw.NOT_JSON),
    "byte order mark": (b"\xef\xbb\xbf" + paid(), Flaw.NOT_JSON),
    "UTF-16": (paid().decode().encode("utf-16"), Flaw.NOT_UTF8),
    "Latin-1": (paid(subject="x").replace(b'"x"', b'"\xe9"'), Flaw.NOT_UTF8),
    "surrogate in UTF-8": (paid(subject="x").replace(b'"x"', b'"\xed\xa0\x80"'), Flaw.NOT_UTF8),
    "a number": (b"42", Flaw.NOT_AN_OBJECT),
    "a text": (b'"order.paid"', Flaw.NOT_AN_OBJECT),
    "null": (b"null", Flaw.NOT_AN_OBJECT),
    "a list": (b"[]", Flaw.NOT_AN_OBJECT),
    "a batch": (b"[" + paid() + b"]", Flaw.NOT_AN_OBJECT),
    "an empty object": (b"{}", Flaw.MISSING),
    "deep lists": (b"[" * 100_000, Flaw.TOO_DEEP),
    "deep objects": (b'{"a":' * 40_000, Flaw.TOO_DEEP),
    "deep data": (other({}).replace(b"{}", b'{"a":' * 70 + b"1" + b"}" * 70), Flaw.TOO_DEEP),
    "huge": (paid(subject="x" * 300_000), Flaw.TOO_LARGE),
    "NaN": (written('"x": NaN'), Flaw.BAD_NUMBER),
    "minus infinity": (written('"x": -Infinity'), Flaw.BAD_NUMBER),
    "enormous number": (written('"x": 1e999999'), Flaw.OUT_OF_RANGE),
    "integer of 10,000 digits": (written('"x": ' + "9" * 10_000), Flaw.OUT_OF_RANGE),
    "lone surrogate": (written('"x": "\\ud800"'), Flaw.NOT_UTF8),
    "surrogates in the wrong order": (written('"x": "\\udc00\\ud800"'), Flaw.NOT_UTF8),
    "NUL": (written('"x": "a\\u0000b"'), Flaw.CONTROL_CHARACTER),
    "NUL in a key": (written('"\\u0000": 1'), Flaw.CONTROL_CHARACTER),
    "bare control character": (written('"x": "\x01"'), Flaw.NOT_JSON),
    "key twice": (written('"id": "1"'), Flaw.DUPLICATE_KEY),
    "key twice, once with an escape": (written('"\\u0069d": "1"'), Flaw.DUPLICATE_KEY),
    "key twice, hidden by escaped colons": (written('"id": "\\u003a"'), Flaw.DUPLICATE_KEY),
    "key twice in data": (other({}).replace(b"{}", b'{"amount": 1, "amount": 100}'), Flaw.DUPLICATE_KEY),
    "no specversion": (paid(specversion=None), Flaw.MISSING),
    "no id": (paid(id=None), Flaw.MISSING),
    "no source": (paid(source=None), Flaw.MISSING),
    "no type": (paid(type=None), Flaw.MISSING),
    "no business": (paid(business=None), Flaw.MISSING),
    "no data": (paid(data=None), Flaw.MISSING),
    "other version": (paid(specversion="0.3"), Flaw.UNKNOWN_VERSION),
    "version 10": (paid(specversion="10.0"), Flaw.UNKNOWN_VERSION),
    "version as a number": (paid(specversion=1.0), Flaw.WRONG_TYPE),
    "empty id": (paid(id=""), Flaw.EMPTY),
    "empty business": (paid(business=""), Flaw.EMPTY),
    "number as id": (paid(id=42), Flaw.WRONG_TYPE),
    "long id": (paid(id="x" * 257), Flaw.TOO_LONG),
    "long source": (paid(source="x" * 257), Flaw.TOO_LONG),
    "new line in id": (paid(id="a\nb"), Flaw.CONTROL_CHARACTER),
    "bell in type": (paid(type="order.paid\a"), Flaw.CONTROL_CHARACTER),
    "list as type": (paid(type=["order.paid"]), Flaw.WRONG_TYPE),
    "list as data": (paid(data=[]), Flaw.WRONG_TYPE),
    "text as data": (paid(data="{}"), Flaw.WRONG_TYPE),
    "data in base64": (paid(data=None, data_base64="e30="), Flaw.BASE64_DATA),
    "time as a number": (paid(time=1_806_051_600), Flaw.WRONG_TYPE),
    "time in words": (paid(time="yesterday"), Flaw.BAD_DATE),
    "time without a zone": (paid(time="2027-03-26T09:00:00"), Flaw.BAD_DATE),
    "30 February": (paid(time="2027-02-30T09:00:00Z"), Flaw.BAD_DATE),
    "year 1": (paid(time="0001-01-01T00:00:00+14:00"), Flaw.BAD_DATE),
    "year 9999": (paid(time="9999-12-31T23:59:59-14:00"), Flaw.BAD_DATE),
    "two days ahead": (paid(time="2027-03-28T09:00:00Z"), Flaw.IN_THE_FUTURE),
    "our own fact": (paid(type="invoice.paid"), Flaw.RESERVED_TYPE),
}

POISON_DATA: dict[str, tuple[bytes, Flaw, str]] = {
    "no order": (paid(data={}), Flaw.MISSING, "data.order"),
    "text as order": (paid(data={"order": "o1"}), Flaw.WRONG_TYPE, "data.order"),
    "null as order": (paid(data={"order": None}), Flaw.MISSING, "data.order"),
    "order without id": (paid(data={"order": {}}), Flaw.MISSING, "data.order.id"),
    "number as order id": (paid(data={"order": {"id": 7}}), Flaw.WRONG_TYPE, "data.order.id"),
    "empty order id": (paid(data={"order": {"id": ""}}), Flaw.EMPTY, "data.order.id"),
    "long order id": (paid(data={"order": {"id": "x" * 129}}), Flaw.TOO_LONG, "data.order.id"),
    "tab in an order id": (paid(data={"order": {"id": "a\tb"}}), Flaw.CONTROL_CHARACTER, "data.order.id"),
    "order of nothing": (encoded("order.placed", order_placed(items=[])), Flaw.NOTHING_ORDERED, "data.order"),
    "booking twice": (
        encoded("order.placed", order_placed(bookings=[booking(), booking()])),
        Flaw.DUPLICATE_ID,
        "data.order",
    ),
    "booking and item of one id": (
        encoded("order.placed", order_placed(bookings=[booking("x")], items=[item("x")])),
        Flaw.DUPLICATE_ID,
        "data.order",
    ),
    "item of unknown kind": (
        encoded("order.placed", order_placed(items=[item(kind="produkt")])),
        Flaw.UNKNOWN_VALUE,
        "data.order.items[0].kind",
    ),
    "no contact": (encoded("order.placed", {"order": order_placed()["order"]}), Flaw.MISSING, "data.contact"),
    "amount with a point": (
        ordered(price=money() | {"amount": 45.0}),
        Flaw.WRONG_TYPE,
        "data.order.bookings[0].price.amount",
    ),
    "amount as text": (
        ordered(price=money() | {"amount": "4500"}),
        Flaw.WRONG_TYPE,
        "data.order.bookings[0].price.amount",
    ),
    "true as amount": (
        ordered(price=money() | {"amount": True}),
        Flaw.WRONG_TYPE,
        "data.order.bookings[0].price.amount",
    ),
    "negative amount": (ordered(price=money(-1)), Flaw.OUT_OF_RANGE, "data.order.bookings[0].price.amount"),
    "vast amount": (ordered(price=money(10**12 + 1)), Flaw.OUT_OF_RANGE, "data.order.bookings[0].price.amount"),
    "unknown currency": (
        ordered(price=money(1, "EUX")),
        Flaw.UNKNOWN_CURRENCY,
        "data.order.bookings[0].price.currency",
    ),
    "small letters": (ordered(price=money(1, "eur")), Flaw.UNKNOWN_CURRENCY, "data.order.bookings[0].price.currency"),
    "no seats": (ordered(quantity=0), Flaw.OUT_OF_RANGE, "data.order.bookings[0].quantity"),
    "half a seat": (ordered(quantity=0.5), Flaw.WRONG_TYPE, "data.order.bookings[0].quantity"),
    "unknown payment": (ordered(payment="never"), Flaw.UNKNOWN_VALUE, "data.order.bookings[0].payment"),
    "unknown session kind": (
        ordered(session=session(kind="party")),
        Flaw.UNKNOWN_VALUE,
        "data.order.bookings[0].session.kind",
    ),
    "session without a zone": (
        ordered(session=session(starts_at="2027-03-27T10:00:00")),
        Flaw.BAD_DATE,
        "data.order.bookings[0].session.starts_at",
    ),
    "session that ends before it starts": (
        ordered(session=session(ends_at="2027-03-27T09:59:59+01:00")),
        Flaw.ENDS_BEFORE_START,
        "data.order.bookings[0].session.ends_at",
    ),
    "session in the year 9999": (
        ordered(session=session(**times("9999-12-31T10:00:00Z", "9999-12-31T23:59:59-12:00"))),
        Flaw.BAD_DATE,
        "data.order.bookings[0].session.starts_at",
    ),
    "policy accepted in words": (
        ordered(policy={"id": "p", "accepted_at": "yes"}),
        Flaw.BAD_DATE,
        "data.order.bookings[0].policy.accepted_at",
    ),
    "unknown payer kind": (
        encoded("contact.updated", {"contact": contact(kind="person")}),
        Flaw.UNKNOWN_VALUE,
        "data.contact.kind",
    ),
    "number as phone": (
        encoded("contact.updated", {"contact": contact(phone=33612345678)}),
        Flaw.WRONG_TYPE,
        "data.contact.phone",
    ),
    "merged into itself": (
        encoded("contact.merged", {"contact": contact("zoe"), "into": "zoe"}),
        Flaw.DUPLICATE_ID,
        "data.into",
    ),
    "quantity of nothing": (charged(quantity=0), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "negative quantity": (charged(quantity=-1), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "quantity of five decimals": (charged(quantity="0.00001"), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "quantity that is not a number": (charged(quantity="NaN"), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "quantity without end": (charged(quantity="Infinity"), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "quantity in words": (charged(quantity="three"), Flaw.BAD_NUMBER, "data.charge.quantity"),
    "vast quantity": (charged(quantity="1e999999"), Flaw.OUT_OF_RANGE, "data.charge.quantity"),
    "vast total": (charged(price=money(10**12), quantity=2), Flaw.OUT_OF_RANGE, "data.charge"),
    "tax of 100": (charged(tax_rate="100"), Flaw.OUT_OF_RANGE, "data.charge.tax_rate"),
    "negative tax": (charged(tax_rate=-1), Flaw.OUT_OF_RANGE, "data.charge.tax_rate"),
    "due in the year 9999": (charged(due_on="9999-12-31"), Flaw.BAD_DATE, "data.charge.due_on"),
    "due at an instant": (charged(due_on="2027-04-30T00:00:00Z"), Flaw.BAD_DATE, "data.charge.due_on"),
    "no description": (charged(description=""), Flaw.EMPTY, "data.charge.description"),
    "payment of nothing": (received(amount=money(0)), Flaw.OUT_OF_RANGE, "data.payment.amount.amount"),
    "unknown method": (received(method="gold"), Flaw.UNKNOWN_VALUE, "data.payment.method"),
    "payment for two things": (received(target={"order": "o1", "invoice": "1"}), Flaw.MISSING, "data.for"),
    "payment for no charges": (received(target={"charges": []}), Flaw.EMPTY, "data.for.charges"),
    "number as invoice": (received(target={"invoice": 20270001}), Flaw.WRONG_TYPE, "data.for.invoice"),
    "unknown refund": (
        encoded("booking.cancelled", {"booking": {"id": "b1"}, "refund": "half"}),
        Flaw.UNKNOWN_VALUE,
        "data.refund",
    ),
    "refund in an unknown currency": (
        encoded("booking.cancelled", {"booking": {"id": "b1"}, "refund": money(1, "XXZ")}),
        Flaw.UNKNOWN_CURRENCY,
        "data.refund.currency",
    ),
    "notify as text": (
        encoded("session.cancelled", {"session": {"id": "s1"}, "notify": {"refund": "yes"}}),
        Flaw.WRONG_TYPE,
        "data.notify.refund",
    ),
    "attendance unknown": (
        encoded("booking.attendance", {"booking": {"id": "b1", "attendance": "late"}}),
        Flaw.UNKNOWN_VALUE,
        "data.booking.attendance",
    ),
    "32nd of the month": (recurring(anchor=32), Flaw.UNKNOWN_VALUE, "data.recurring_payment.anchor"),
    "weekday of the month": (recurring(anchor="mon"), Flaw.UNKNOWN_VALUE, "data.recurring_payment.anchor"),
    "ends before it starts": (
        recurring(starts_on="2027-04-01", ends_on="2027-03-31"),
        Flaw.ENDS_BEFORE_START,
        "data.recurring_payment.ends_on",
    ),
    "contact of an unknown type without a text id": (
        other({"contact": {"id": 42}}),
        Flaw.WRONG_TYPE,
        "data.contact.id",
    ),
}
