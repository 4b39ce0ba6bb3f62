"""Contacts: the clients of a business, who pays for them, and what they allowed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.rows import Json, Look, row


class PayerKind(StrEnum):
    """Who is asked (R24); unknown counts as consumer."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    PUBLIC = "public"


class HoldKind(StrEnum):
    """Why no reminder may go out (R25)."""

    DISPUTE = "dispute"
    PAUSE = "pause"
    PROMISE = "promise"
    INSOLVENCY = "insolvency"
    DECEASED = "deceased"
    EXPIRED = "expired"


@row(
    "contacts",
    looks=[
        Look(("business_id", "bill_to"), where="bill_to IS NOT NULL"),
        Look(("business_id", "merged_into"), where="merged_into IS NOT NULL"),
        Look(("business_id", "billing"), where="billing IS NOT NULL"),
    ],
)
@dataclass(slots=True)
class Contact:
    """One client. `stamps` holds, key by key, which event set the value (R20): the greatest stamp wins.

    `choices` holds, for a purpose and a channel, the newest consent: when, yes or no, its id (R19). `phone` is what was
    told, `mobile` the same in E.164 where it is a valid mobile number of the business's country or names its own;
    `phone_bad` says that the SMS gateway knows no such number.
    """

    business_id: str
    id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    kind: PayerKind = PayerKind.CONSUMER
    country: str | None = None
    legal_name: str | None = None
    siren: str | None = None
    vat_number: str | None = None
    vat_checked_at: datetime | None = None
    address: Json | None = None
    bill_to: str | None = None
    cc: list[Any] = field(default_factory=list)
    tags: list[Any] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    order_reference: str | None = None
    billing: Json | None = None
    merged_into: str | None = None
    email_bad: bool = False
    phone_bad: bool = False
    stamps: dict[str, Any] = field(default_factory=dict)
    reminded_at: datetime | None = None
    choices: dict[str, Any] = field(default_factory=dict)
    mobile: str | None = None


@row("holds", looks=[Look(("business_id", "contact_id"))])
@dataclass(slots=True)
class Hold:
    """A stop on dunning of a contact, or of the one invoice of the contact's that is named (R25)."""

    business_id: str
    id: str
    kind: HoldKind
    since: date
    contact_id: str | None = None
    invoice_id: str | None = None
    until: date | None = None
    ended_at: datetime | None = None


@row("consents", looks=[Look(("business_id", "contact_id"))])
@dataclass(slots=True)
class Consent:
    """A client's yes or no for a purpose on a channel, with the text that was shown (R19)."""

    business_id: str
    id: str
    contact_id: str
    purpose: str
    channel: str
    state: str
    source: str
    text_version: str
    at: datetime


@row("mandates", looks=[Look(("business_id", "contact_id")), Look(("forget_at",), where="forget_at IS NOT NULL")])
@dataclass(slots=True)
class Mandate:
    """A client's permission to charge a saved card: the text agreed to, when, and up to how much a time.

    `reference` is the provider's name for the card. `forget_at` is when the provider is told to forget it, for the
    `forget_calls` plus first time; once it has, the reference is empty.
    """

    business_id: str
    id: str
    contact_id: str
    provider: str
    reference: str
    text_version: str
    agreed_at: datetime
    cap: int | None = None
    currency: str | None = None
    ended_at: datetime | None = None
    label: str | None = None
    forget_at: datetime | None = None
    forget_calls: int = 0
