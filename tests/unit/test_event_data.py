"""What each type of event says, and which entities it names."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from msgspec import UNSET

from models import event_data as told
from models.event_data import EventData, Named
from models.event_shapes import Amount, Collect, Method, PaymentChoice, RefundChoice, SessionKind
from models.events import decode_data
from tests.samples import FULL, MINIMAL, Json, booking, contact, item, money, order_placed, payment_received, session

T = TypeVar("T", bound=EventData)


def read(shape: type[T], type_: str, data: Json) -> T:
    decoded = decode_data(type_, data)
    assert isinstance(decoded, shape)
    return decoded


def test_a_contact_tells_left_out_from_cleared() -> None:
    known = read(told.ContactUpdated, "contact.updated", {"contact": contact(name="Zoé", email=None)}).contact
    assert (known.name, known.email, known.phone) == ("Zoé", None, UNSET)


def test_nulls_elsewhere_count_as_left_out() -> None:
    data = order_placed(bookings=[booking(quantity=None, price=None, payment=None)], items=None, paid=None)
    data["contact"]["email"] = None
    told_order = read(told.OrderPlaced, "order.placed", data)
    assert told_order.order.bookings[0].quantity == 1
    assert told_order.order.items == ()
    assert told_order.contact.email is None


def test_a_full_order_is_read_to_the_last_key() -> None:
    order = read(told.OrderPlaced, "order.placed", FULL["order.placed"]).order
    seat, thing = order.bookings[0], order.items[0]
    assert (seat.quantity, seat.price, seat.payment) == (3, Amount(4000, "EUR"), PaymentChoice.AT_BOOKING)
    assert (seat.session.kind, seat.session.place) == (SessionKind.CLASS, "Atelier")
    assert seat.session.starts_at == datetime(2027, 3, 27, 9, tzinfo=UTC)
    assert seat.session.starts_at.tzinfo is UTC
    assert seat.policy
    assert seat.policy.accepted_at == datetime(2027, 3, 26, 8, 58, tzinfo=UTC)
    assert (thing.quantity, thing.tax_rate, thing.tax_included) == (Decimal("1.5"), Decimal("5.5"), False)
    assert order.paid == Amount(1000, "EUR")


def test_a_small_order_has_the_documented_defaults() -> None:
    order = read(told.OrderPlaced, "order.placed", order_placed(items=[item()])).order
    assert (order.items[0].quantity, order.items[0].tax_rate, order.items[0].tax_included) == (Decimal(1), None, True)
    assert (order.bookings, order.paid) == ((), None)


def test_an_order_may_mix_currencies() -> None:
    bookings = [booking("b1", price=money(1, "EUR")), booking("b2", price=money(1, "JPY"))]
    assert len(read(told.OrderPlaced, "order.placed", order_placed(bookings=bookings)).order.bookings) == 2


def test_a_session_may_end_as_it_starts() -> None:
    now = "2027-03-27T10:00:00Z"
    data = order_placed(bookings=[booking(session=session(starts_at=now, ends_at=now))])
    times = read(told.OrderPlaced, "order.placed", data).order.bookings[0].session
    assert times.starts_at == times.ends_at


def test_a_cancellation_keeps_money_and_silence_by_default() -> None:
    cancelled = read(told.BookingCancelled, "booking.cancelled", MINIMAL["booking.cancelled"])
    assert (cancelled.refund, cancelled.booking.reason) == (RefundChoice.NONE, None)
    assert (cancelled.notify.cancellation, cancelled.notify.refund) == (False, False)


@pytest.mark.parametrize(
    ("refund", "meant"),
    [("none", RefundChoice.NONE), ("full", RefundChoice.FULL), (money(1000), Amount(1000, "EUR"))],
)
def test_a_cancellation_may_give_money_back(refund: Any, meant: RefundChoice | Amount) -> None:
    data = {"session": {"id": "s1"}, "refund": refund, "notify": {"refund": True}}
    cancelled = read(told.SessionCancelled, "session.cancelled", data)
    assert (cancelled.refund, cancelled.notify.cancellation, cancelled.notify.refund) == (meant, False, True)


def test_an_appointment_moves_without_a_session_id() -> None:
    moved = read(told.BookingRescheduled, "booking.rescheduled", MINIMAL["booking.rescheduled"])
    assert (moved.session.id, moved.session.starts_at) == (None, datetime(2027, 4, 1, 14, tzinfo=UTC))


def test_a_payment_says_how_and_what_for() -> None:
    received = read(told.PaymentReceived, "payment.received", payment_received(target={"invoice": "2027-0001"}))
    assert (received.payment.amount, received.payment.method) == (Amount(4500, "EUR"), Method.CASH)
    assert received.target
    assert received.target.invoice == "2027-0001"
    assert read(told.PaymentReceived, "payment.received", payment_received()).target is None


@pytest.mark.parametrize(
    ("every", "anchor"),
    [("week", "sun"), ("month", 1), ("month", 31), ("month", "last"), ("year", "02-29"), ("year", None)],
)
def test_a_recurring_payment_has_an_anchor_of_its_period(every: str, anchor: int | str | None) -> None:
    data = FULL["recurring_payment.started"]
    keys = {"every": every, "anchor": anchor}
    started = read(
        told.RecurringPaymentStarted,
        "recurring_payment.started",
        data | {"recurring_payment": data["recurring_payment"] | keys},
    ).recurring_payment
    assert (started.every, started.anchor, started.collect) == (every, anchor, Collect.INVOICE)
    assert (started.starts_on, started.ends_on) == (date(2027, 4, 1), date(2028, 3, 31))


def test_unknown_keys_are_dropped() -> None:
    data = {"order": {"id": "o1", "channel": "web"}, "trace": [1, 2]}
    assert read(told.OrderPaid, "order.paid", data) == read(told.OrderPaid, "order.paid", {"order": {"id": "o1"}})


@pytest.mark.parametrize("data", [{}, {"contact": "zoe"}, {"contact": None}, {"contact": {"name": "Zoé"}}, {"a": []}])
def test_unknown_types_are_kept_whatever_they_say(data: Json) -> None:
    assert read(told.OtherData, "stock.counted", data) == told.OtherData()


def test_unknown_types_with_a_contact_are_about_it() -> None:
    other = read(told.OtherData, "gift.given", {"contact": contact("zoe", name="Zoé"), "gift": {"worth": 5}})
    assert other.contact
    assert other.contact.name == "Zoé"
    assert other.named() == Named(contacts=("zoe",))


NAMES = {
    "contact.updated": Named(contacts=("zoe", "head-office")),
    "contact.merged": Named(contacts=("zoe", "head-office", "zoe-2")),
    "service.updated": Named(services=("cut",)),
    "order.placed": Named(
        contacts=("zoe", "lea"), services=("cut",), sessions=("s1",), orders=("o1",), bookings=("b1",), charges=("i1",)
    ),
    "order.paid": Named(orders=("o1",)),
    "booking.rescheduled": Named(bookings=("b1",), sessions=("s2",)),
    "session.rescheduled": Named(sessions=("s1",)),
    "booking.cancelled": Named(bookings=("b1",)),
    "session.cancelled": Named(sessions=("s1",)),
    "booking.attendance": Named(bookings=("b1",)),
    "charge.added": Named(contacts=("zoe",), charges=("c1",)),
    "charge.cancelled": Named(charges=("c1",)),
    "payment.received": Named(contacts=("zoe",), payments=("p1",), charges=("b1", "i1")),
    "payment.reversed": Named(payments=("p1",)),
    "recurring_payment.started": Named(contacts=("zoe",), recurring_payments=("r1",)),
    "recurring_payment.cancelled": Named(recurring_payments=("r1",)),
}


@pytest.mark.parametrize("type_", FULL)
def test_an_event_names_its_entities(type_: str) -> None:
    assert decode_data(type_, FULL[type_]).named() == NAMES[type_]


def test_a_payment_names_its_target() -> None:
    def named(target: Json) -> Named:
        return decode_data("payment.received", payment_received(target=target)).named()

    assert named({"order": "o1"}).orders == ("o1",)
    assert named({"invoice": "2027-0001"}).invoices == ("2027-0001",)
