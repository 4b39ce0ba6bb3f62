"""The shapes that events are made of: amounts, contacts, services, sessions, orders (also those of shop files).

Optional keys that are null count as left out, but in a contact, where null clears the value. Instants come out in UTC.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from models.booking import Attendance
from models.charge import FeeKind
from models.contact import PayerKind
from models.event_checks import (
    MAX_QUANTITY,
    check_anchor,
    check_date,
    check_once,
    check_quantity,
    check_rate,
    check_text,
    check_url,
    settle_instant,
    settle_times,
)
from models.money import UnknownCurrencyError, is_currency
from models.undecodable import Flaw, Refusal

MAX_AMOUNT = 10**12

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1)]
Kind = Annotated[str, Meta(min_length=1, max_length=64)]
Minor = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Seats = Annotated[int, Meta(ge=1, le=10_000)]
Quantity = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0, "maximum": MAX_QUANTITY})]
Rate = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, "exclusiveMaximum": 100})]
Instant = Annotated[datetime, Meta(tz=True)]


class PaymentChoice(StrEnum):
    """When a service is paid for."""

    FREE = "free"
    LATER = "later"
    AT_BOOKING = "at_booking"


class SessionKind(StrEnum):
    """One client's appointment, or a class with seats."""

    APPOINTMENT = "appointment"
    CLASS = "class"


class ItemKind(StrEnum):
    """What an order holds besides bookings."""

    PRODUCT = "product"
    PACKAGE = "package"
    VOUCHER = "voucher"
    OTHER = "other"


class VoucherPurpose(StrEnum):
    """Whether a voucher's VAT is known when it is sold (`single_purpose`), or it is money for anything (R10)."""

    SINGLE = "single_purpose"
    MULTI = "multi_purpose"


class Method(StrEnum):
    """How money arrived."""

    CARD = "card"
    CASH = "cash"
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    UPSTREAM = "upstream"
    OTHER = "other"


class RefundChoice(StrEnum):
    """What a cancellation gives back of the money received (R28), unless it names an amount."""

    NONE = "none"
    FULL = "full"


class Every(StrEnum):
    """How often a recurring payment falls due."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Collect(StrEnum):
    """How a recurring payment is asked for."""

    INVOICE = "invoice"
    CARD = "card"


class Shape(Struct, frozen=True, gc=False):
    """Base of everything in an event; unknown keys are allowed and dropped."""


class Reference(Shape, frozen=True, gc=False):
    """Something named by its upstream id."""

    id: Id

    def __post_init__(self) -> None:
        check_text(self.id, "id")


class Amount(Shape, frozen=True, gc=False):
    """Money: minor units of an ISO 4217 currency, never negative."""

    amount: Minor
    currency: str

    def __post_init__(self) -> None:
        if not is_currency(self.currency):
            reason = str(UnknownCurrencyError(self.currency)).rstrip(".")
            raise Refusal(Flaw.UNKNOWN_CURRENCY, f"is unknown: {reason}", "currency")


class CompanyData(Shape, frozen=True, gc=False):
    """The company that a contact stands for; it replaces the company known before as a whole."""

    name: str | None = None
    siren: str | None = None
    vat_number: str | None = None


class ContactData(Reference, frozen=True, gc=False):
    """A client. Keys that are left out stay as they are, null clears them."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    kind: PayerKind | UnsetType | None = UNSET
    company: CompanyData | UnsetType | None = UNSET
    address: str | dict[str, Any] | UnsetType | None = UNSET
    bill_to: Id | UnsetType | None = UNSET
    cc: list[str] | UnsetType | None = UNSET
    tags: list[str] | UnsetType | None = UNSET
    custom: dict[str, Any] | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        if self.bill_to:
            check_text(self.bill_to, "bill_to")


class ServiceData(Reference, frozen=True, gc=False):
    """A service as it is from the event's time on; without a tax rate it has the business's."""

    name: str | None = None
    category: str | None = None
    price: Amount | None = None
    tax_rate: Rate | None = None
    tax_included: bool = True
    payment: PaymentChoice | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        check_rate(self.tax_rate)
        check_url(self.url)


class SessionData(Reference, frozen=True, gc=False):
    """A slot in the diary; `service` is the service's id."""

    service: Id
    starts_at: Instant
    ends_at: Instant
    kind: SessionKind = SessionKind.APPOINTMENT
    place: str | None = None

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        check_text(self.service, "service")
        settle_times(self)


class NewTimes(Shape, frozen=True, gc=False, kw_only=True):
    """Where a booking moves to: another session if there is an id, else a new time of its appointment."""

    id: Id | None = None
    starts_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        check_text(self.id or "", "id")
        settle_times(self)


class SessionTimes(Reference, frozen=True, gc=False):
    """A session and its new time."""

    starts_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        settle_times(self)


class PolicyData(Reference, frozen=True, gc=False):
    """The cancellation policy that the client accepted, and when (R28)."""

    accepted_at: Instant

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        settle_instant(self, "accepted_at")


class BookingData(Reference, frozen=True, gc=False):
    """Seats of a session; its own contact takes part, the order's pays. Price and payment default to the service's.

    `package` names the item from which it is taken: it is paid for already.
    """

    session: SessionData
    contact: ContactData | None = None
    quantity: Seats = 1
    price: Amount | None = None
    payment: PaymentChoice | None = None
    policy: PolicyData | None = None
    package: Id | None = None


class Line(Reference, frozen=True, gc=False, kw_only=True):
    """Something sold; the price is for one unit, the tax rate by default the business's."""

    description: Name
    price: Amount
    quantity: Quantity = Decimal(1)
    tax_rate: Rate | None = None
    tax_included: bool = True

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        check_rate(self.tax_rate)
        check_quantity(self.quantity)
        if self.price.amount * self.quantity > MAX_AMOUNT:
            raise Refusal(Flaw.OUT_OF_RANGE, f"costs more than {MAX_AMOUNT} in all")


class ItemData(Line, frozen=True, gc=False):
    """An item of an order."""

    kind: ItemKind = ItemKind.OTHER
    voucher: VoucherPurpose = VoucherPurpose.SINGLE


class ChargeData(Line, frozen=True, gc=False):
    """A charge outside any order; without `due_on` and `service_on` both are the local date of the event's time.

    `discount` is off the whole, `participant` the id of the contact for whom it was. A `fee` says what it is (R28): an
    indemnity stands outside VAT.
    """

    kind: Kind = "other"
    due_on: date | None = None
    service_on: date | None = None
    discount: Amount | None = None
    discount_reason: str | None = None
    participant: Id | None = None
    fee: FeeKind | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_date(self.due_on, "due_on")
        check_date(self.service_on, "service_on")
        check_text(self.participant or "", "participant")
        check_text(self.discount_reason or "", "discount_reason")
        if self.fee == FeeKind.INDEMNITY and self.tax_rate:
            raise Refusal(Flaw.OUT_OF_RANGE, "must be left out: an indemnity bears no VAT", "tax_rate")
        if self.discount is not None:
            self._check_discount(self.discount)

    def _check_discount(self, discount: Amount) -> None:
        if discount.currency != self.price.currency:
            raise Refusal(Flaw.UNKNOWN_VALUE, f"must be {self.price.currency}, as the price is", "discount.currency")
        if discount.amount > self.price.amount * self.quantity:
            raise Refusal(Flaw.OUT_OF_RANGE, "is more than the charge comes to", "discount.amount")


class OrderData(Reference, frozen=True, gc=False):
    """What a client took in one go. Every booking and item makes a charge of its id, so ids stand once."""

    bookings: tuple[BookingData, ...] = ()
    items: tuple[ItemData, ...] = ()
    paid: Amount | None = None
    coupon: str | None = None

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        check_text(self.coupon or "", "coupon")
        if not self.bookings and not self.items:
            raise Refusal(Flaw.NOTHING_ORDERED, "has neither bookings nor items")
        if len(self.bookings) + len(self.items) > 1:
            check_once(part.id for part in (*self.bookings, *self.items))


class Notify(Shape, frozen=True, gc=False):
    """Which messages a cancellation sends."""

    cancellation: bool = False
    refund: bool = False


class Ending(Reference, frozen=True, gc=False):
    """Something that ends, and why."""

    reason: str | None = None


class AttendanceData(Reference, frozen=True, gc=False):
    """Whether the client of a booking came."""

    attendance: Attendance


class PaymentData(Reference, frozen=True, gc=False):
    """Money that arrived; without `received_at` at the event's time. `actor` took it, `note` is what he noted (R15)."""

    amount: Amount
    method: Method
    received_at: Instant | None = None
    actor: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        if not self.amount.amount:
            raise Refusal(Flaw.OUT_OF_RANGE, "is 0: a payment of nothing is none", "amount.amount")
        if self.received_at:
            settle_instant(self, "received_at")


class Target(Shape, frozen=True, gc=False):
    """What a payment is for: an order, an invoice (its number or id), or charges."""

    order: Id | None = None
    invoice: Id | None = None
    charges: Annotated[tuple[Id, ...], Meta(min_length=1)] | None = None

    def __post_init__(self) -> None:
        named = [name for name in ("order", "invoice", "charges") if getattr(self, name)]
        if len(named) != 1:
            raise Refusal(Flaw.MISSING, "must name one of order, invoice and charges")
        for text in self.charges or (self.order or self.invoice or "",):
            check_text(text, named[0])


class RecurringPaymentData(Reference, frozen=True, gc=False, kw_only=True):
    """A payment that comes back.

    `anchor` is a weekday (`mon` …), a day of the month (1-31 or `last`), or of the year (`02-29`); without it the start
    is the anchor.
    """

    description: Name
    price: Amount
    every: Every
    anchor: int | str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    collect: Collect = Collect.INVOICE

    def __post_init__(self) -> None:
        check_text(self.id, "id")
        check_anchor(self.every, self.anchor)
        check_date(self.starts_on, "starts_on")
        check_date(self.ends_on, "ends_on")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Refusal(Flaw.ENDS_BEFORE_START, "is before starts_on", "ends_on")
