"""Appointments and classes: orders, their bookings, and the sessions they are for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.rows import Alarmed, Json, Look, row
from models.states import transitions


class BookingStatus(StrEnum):
    """Whether the seat is held."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


BOOKING_TRANSITIONS = transitions(
    {
        BookingStatus.BOOKED: {BookingStatus.CANCELLED},
        BookingStatus.CANCELLED: {BookingStatus.BOOKED},
    }
)
"""A cancelled seat is held after all when it turns out to have left the cancelled session before (R20)."""


class Attendance(StrEnum):
    """Whether the client came."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"


@row("attendances", key=("business_id", "booking_id", "stamp"))
@dataclass(slots=True)
class Attended:
    """One telling of whether the client of a booking came, kept for ever: who told it, and when."""

    business_id: str
    booking_id: str
    stamp: str
    attendance: Attendance
    at: datetime
    actor: str


@row(
    "sessions",
    looks=[
        Look(("announce_at", "business_id"), where="announce_at IS NOT NULL"),
        Look(("business_id", "announce_at", "id"), where="announce_at IS NOT NULL"),
        Look(("business_id", "service_id")),
    ],
    fillfactor=85,
    alarm="announce_at",
)
@dataclass(slots=True)
class Session(Alarmed):
    """A slot in the diary. `announce_at` is the next start or end that has not been announced to its participants.

    `told_times` are all times that hold of it as long as they are the newest, by who tells of them (`models.diary`);
    None where they are its own.
    """

    business_id: str
    id: str
    service_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    kind: str | None = None
    place: str | None = None
    cancel_reason: str | None = None
    cancel_refund: Json | None = None
    detail_stamp: str = ""
    time_stamp: str = ""
    cancel_stamp: str = ""
    announce_at: datetime | None = None
    told_times: Json | None = None

    @property
    def terms(self) -> dict[str, Any]:
        """What its cancellation says of money and messages."""
        return self.cancel_refund if isinstance(self.cancel_refund, dict) else {}


@row("orders", fillfactor=85)
@dataclass(slots=True)
class Order:
    """What a client took in one go; its contact is the payer (R8). Without a stamp it is only known by reference.

    `waits` until all its services are known; `booked` and `paid` tell which facts were raised; `rest_stamps` tell when
    upstream said that the open rest was paid, oldest first. `coupon` is the code with which it came, `coupon_refused`
    why it does not hold.
    """

    business_id: str
    id: str
    contact_id: str | None = None
    placed_at: datetime | None = None
    stamp: str = ""
    waits: bool = False
    booked: bool = False
    paid: bool = False
    paid_upstream: int | None = None
    paid_currency: str | None = None
    rest_stamps: list[Any] = field(default_factory=list)
    paid_stamp: str = ""
    coupon: str | None = None
    coupon_refused: str | None = None


@row(
    "bookings",
    looks=[
        Look(("business_id", "order_id")),
        Look(("business_id", "session_id")),
        Look(("pay_by", "business_id"), where="pay_by IS NOT NULL"),
        Look(("business_id", "pay_by", "id"), where="pay_by IS NOT NULL"),
    ],
    fillfactor=85,
    alarm="pay_by",
)
@dataclass(slots=True)
class Booking(Alarmed):
    """A seat of a session in an order. Placing, moving, cancelling, attendance: each has its own stamp (R20).

    `pay_by` is set while a seat that is paid at booking awaits its money: then it is given back.
    """

    business_id: str
    id: str
    order_id: str | None = None
    position: int = 0
    session_id: str | None = None
    contact_id: str | None = None
    quantity: int = 1
    price: int | None = None
    currency: str | None = None
    payment: str | None = None
    policy: Json | None = None
    attendance: Attendance = Attendance.BOOKED
    status: BookingStatus = BookingStatus.BOOKED
    cancel_reason: str | None = None
    cancel_refund: Json | None = None
    placed_at: datetime | None = None
    placed_stamp: str = ""
    move_stamp: str = ""
    cancel_stamp: str = ""
    attendance_stamp: str = ""
    moved_stamp: str = ""
    moved_starts: datetime | None = None
    moved_ends: datetime | None = None
    started: str = ""
    ended: str = ""
    first_stamp: str = ""
    pay_by: datetime | None = None
    package_id: str | None = None

    @property
    def live(self) -> bool:
        """Whether the seat is known and held."""
        return self.status == BookingStatus.BOOKED and bool(self.placed_stamp)

    @property
    def terms(self) -> dict[str, Any]:
        """What its own cancellation says of money and messages."""
        return self.cancel_refund if isinstance(self.cancel_refund, dict) else {}
