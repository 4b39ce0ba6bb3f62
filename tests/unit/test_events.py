"""The envelope, the catalogue, and what can't be understood (R22, F5)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events import (
    CATALOGUE,
    DOMAIN_EVENTS,
    INPUT_EVENTS,
    RESERVED,
    Fact,
    Glimpse,
    decode_data,
    decode_envelope,
    glimpse,
)
from models.undecodable import Flaw, UndecodableError
from tests.poison import POISON_DATA, POISON_ENVELOPES
from tests.samples import FULL, MINIMAL, encoded, event, order_paid

ARRIVED = datetime(2027, 3, 26, 9, tzinfo=UTC)
PAID = order_paid()


def test_an_envelope_says_who_what_and_when() -> None:
    envelope = decode_envelope(encoded("order.paid", PAID, time="2027-03-26T10:30:00+02:00"), ARRIVED)
    assert (envelope.business, envelope.source, envelope.id) == ("atelier", "/booking-service", "event-order.paid")
    assert envelope.time == datetime(2027, 3, 26, 8, 30, tzinfo=UTC)
    assert envelope.time.tzinfo is UTC
    assert (envelope.type, envelope.data) == ("order.paid", PAID)


@pytest.mark.parametrize("given_time", [{}, {"time": None}])
def test_time_defaults_to_arrival(given_time: dict[str, None]) -> None:
    whole = event("order.paid", PAID)
    del whole["time"]
    assert decode_envelope(json.dumps(whole | given_time).encode(), ARRIVED).time == ARRIVED


def test_an_event_may_be_ahead_of_our_clock_by_a_day() -> None:
    ahead = (ARRIVED + timedelta(hours=24)).isoformat()
    assert decode_envelope(encoded("order.paid", PAID, time=ahead), ARRIVED).time == ARRIVED + timedelta(hours=24)


def test_an_event_may_be_old() -> None:
    assert decode_envelope(encoded("order.paid", PAID, time="1999-12-31T23:59:59Z"), ARRIVED).time.year == 1999


def test_other_attributes_are_allowed() -> None:
    extensions = {"datacontenttype": "application/json", "subject": "o1", "traceparent": "00-1-2-01", "attempt": 3}
    assert decode_envelope(encoded("order.paid", PAID, **extensions), ARRIVED).data == PAID


def test_later_minor_versions_are_read() -> None:
    assert decode_envelope(encoded("order.paid", PAID, specversion="1.1"), ARRIVED).specversion == "1.1"


@pytest.mark.parametrize(
    "text", ["a:b", '{"id": 1, "id": 2}', "\\u0000", "\N{SNOWMAN}\n\t", "\\", '":"', "\U0001f600", "\u3000"]
)
def test_texts_may_hold_what_looks_like_json(text: str) -> None:
    for raw in (encoded("order.paid", PAID, subject=text), json.dumps(event("x", {text: text}), indent=2).encode()):
        assert decode_envelope(raw, ARRIVED).specversion == "1.0"


def test_escaped_colons_are_no_duplicate_keys() -> None:
    raw = encoded("order.paid", PAID, subject="a:b").replace(b"a:b", b"a\\u003ab")
    assert decode_envelope(raw, ARRIVED).data == PAID


def test_ids_may_be_words_of_any_language() -> None:
    assert decode_envelope(encoded("order.paid", PAID, id="名前 é\u200d\u00a0"), ARRIVED).id == "名前 é\u200d\u00a0"


@pytest.mark.parametrize("name", POISON_ENVELOPES)
def test_a_poisoned_envelope_is_refused_with_its_reason(name: str) -> None:
    raw, flaw = POISON_ENVELOPES[name]
    with pytest.raises(UndecodableError) as caught:
        decode_envelope(raw, ARRIVED)
    assert caught.value.code == flaw
    assert_sentence(caught.value)


@pytest.mark.parametrize("name", POISON_DATA)
def test_poisoned_data_is_refused_with_its_place(name: str) -> None:
    raw, flaw, place = POISON_DATA[name]
    envelope = decode_envelope(raw, ARRIVED)
    with pytest.raises(UndecodableError) as caught:
        decode_data(envelope.type, envelope.data)
    assert (caught.value.code, caught.value.reason.split()[0]) == (flaw, place)
    assert_sentence(caught.value)


def assert_sentence(error: UndecodableError) -> None:
    assert isinstance(error.code, Flaw)
    assert str(error) == error.reason
    assert error.reason.endswith(".")
    assert not error.reason.endswith("..")
    assert len(error.reason) < 400
    assert "`" not in error.reason
    assert "None" not in error.reason


def test_reasons_say_how_to_mend_it() -> None:
    def reason(name: str) -> str:
        raw, _, _ = POISON_DATA[name]
        envelope = decode_envelope(raw, ARRIVED)
        with pytest.raises(UndecodableError) as caught:
            decode_data(envelope.type, envelope.data)
        return caught.value.reason

    assert reason("item of unknown kind") == (
        "data.order.items[0].kind has the unknown value 'produkt'. Did you mean product?"
        " It is one of product, package, voucher, other."
    )
    assert reason("amount with a point") == (
        "data.order.bookings[0].price.amount is a number with a decimal point, but must be a whole number:"
        " money is counted in minor units, 45.00 EUR as 4500."
    )
    assert reason("number as order id") == ("data.order.id is a whole number, but must be a text: write it in quotes.")
    assert reason("unknown refund") == "data.refund has the unknown value 'half'. It is one of none, full."
    assert reason("session without a zone") == (
        "data.order.bookings[0].session.starts_at has no time zone: end it with Z or an offset."
    )
    assert "Did you mean" in reason("unknown currency")


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_decoded_or_refused(raw: bytes) -> None:
    understood(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_any_json_is_decoded_or_refused(value: Any, escape: bool) -> None:
    understood(json.dumps(value, ensure_ascii=escape).encode(errors="surrogatepass"))


@given(st.sampled_from(sorted(CATALOGUE)), st.data())
def test_samples_with_anything_anywhere_are_decoded_or_refused(type_: str, data: st.DataObject) -> None:
    whole = event(type_, json.loads(json.dumps(FULL[type_])))
    node: Any = whole
    for _ in range(data.draw(st.integers(0, 6))):
        keys = sorted(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or not node[key]:
            break
        node = node[key]
    key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(JSON | st.sampled_from(["", "NaN", "9999-12-31T23:59:59Z", "0001-01-01", -1, 10**20]))
    understood(json.dumps(whole).encode())


def understood(raw: bytes) -> bool:
    """Whether an event is understood; anything but an UndecodableError is a bug."""
    seen = glimpse(raw)
    try:
        envelope = decode_envelope(raw, ARRIVED)
        decode_data(envelope.type, envelope.data).named()
    except UndecodableError as error:
        assert_sentence(error)
        return False
    assert seen == Glimpse(envelope.business, envelope.source, envelope.id, envelope.type)
    return True


def test_nothing_is_glimpsed_of_what_is_not_json() -> None:
    assert glimpse(b"\x00") == glimpse(b"[]") == glimpse(b"{}") == Glimpse()


def test_the_usable_part_of_a_refused_event_is_glimpsed() -> None:
    raw = encoded("order.paid", PAID, specversion="0.3", source=None, id=7)
    assert glimpse(raw) == Glimpse(business="atelier", type="order.paid")


def test_every_type_has_its_samples_and_each_decodes() -> None:
    assert MINIMAL.keys() == FULL.keys() == CATALOGUE.keys()
    for samples in (MINIMAL, FULL):
        for type_, data in samples.items():
            envelope = decode_envelope(encoded(type_, data), ARRIVED)
            assert isinstance(decode_data(envelope.type, envelope.data), CATALOGUE[type_])


def test_types_are_wire_format() -> None:
    assert len(INPUT_EVENTS) == 16
    assert len(DOMAIN_EVENTS) == 30
    assert {
        "order.paid",
        "booking.rescheduled",
        "booking.cancelled",
        "charge.added",
        "payment.reversed",
        "recurring_payment.started",
        "recurring_payment.cancelled",
    } == INPUT_EVENTS & DOMAIN_EVENTS
    assert Fact.INVOICE_PAID in RESERVED
    assert "order.paid" not in RESERVED
