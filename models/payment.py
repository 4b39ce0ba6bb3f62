"""Money received and given back: payments, where they went, refunds (R15-R17, R26, R27)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.rows import Json, Look, Ref, row
from models.states import transitions


class Purpose(StrEnum):
    """What a payment is for."""

    PAYMENT = "payment"
    DEPOSIT = "deposit"
    CREDIT = "credit"
    VOUCHER = "voucher"


class PaymentStatus(StrEnum):
    """A payment that proved not to exist is reversed by a row that names it, never deleted (R15)."""

    RECEIVED = "received"
    REVERSED = "reversed"


PAYMENT_TRANSITIONS = transitions(
    {
        PaymentStatus.RECEIVED: {PaymentStatus.REVERSED},
        PaymentStatus.REVERSED: set(),
    }
)


@row(
    "payments",
    looks=[
        Look(("business_id", "contact_id"), where="available > 0"),
        Look(("business_id", "target"), where="target IS NOT NULL"),
    ],
    checks={"available": "available >= 0 AND available <= amount"},
)
@dataclass(slots=True)
class Payment:
    """One receipt of money. `available` is the part not allocated: the payer's credit.

    `answers` is what the payer wrote into the fields of the page on which it was paid.
    `target` names what the payer said it is for (`order:…`, `invoice:…`, `charge:…`), kept while it is unknown.
    """

    business_id: str
    id: str
    contact_id: str | None
    amount: int
    currency: str
    method: str
    received_at: datetime
    recorded_at: datetime
    available: int
    purpose: Purpose = Purpose.PAYMENT
    target: str | None = None
    charge_ids: list[Any] = field(default_factory=list)
    status: PaymentStatus = PaymentStatus.RECEIVED
    stamp: str = ""
    reverse_stamp: str = ""
    reverse_reason: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    provider_fee: int | None = None
    actor: str | None = None
    note: str | None = None
    answers: Json | None = None


@row(
    "payment_charges",
    key=("business_id", "charge_id", "payment_id"),
    refs=[Ref(("business_id", "payment_id"), "payments")],
)
@dataclass(slots=True)
class PaymentCharge:
    """A charge that a payment names, known or not: by it the payment is found when the charge comes or changes."""

    business_id: str
    charge_id: str
    payment_id: str


@row(
    "allocations",
    looks=[Look(("business_id", "payment_id")), Look(("business_id", "charge_id"))],
    refs=[Ref(("business_id", "payment_id"), "payments")],
)
@dataclass(slots=True)
class Allocation:
    """Where a part of a payment went; negative when taken back.

    `taxes` is its split over VAT groups (R27); `credit` tells that the payer's credit was used (R10).
    """

    business_id: str
    id: str
    payment_id: str
    charge_id: str | None
    amount: int
    on_date: date
    at: datetime
    invoice_id: str | None = None
    taxes: Json | None = None
    credit: bool = False


@row("refunds", looks=[Look(("business_id", "payment_id"))])
@dataclass(slots=True)
class Refund:
    """Money given back; `credit_note_id` links the document that goes with it, where there is one.

    A person pays out what is `recorded`; what is `prepared` the card provider gives back, then it is `paid_out`.
    """

    business_id: str
    id: str
    payment_id: str | None
    contact_id: str | None
    amount: int
    currency: str
    method: str
    at: datetime
    status: str
    charge_id: str | None = None
    credit_note_id: str | None = None
    reason: str | None = None
    provider_reference: str | None = None
    actor: str | None = None
