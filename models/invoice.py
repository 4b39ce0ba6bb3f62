"""Documents: invoices, credit notes, deposits and receipts, with their lines and VAT groups (EN 16931 names).

Issue freezes a document: seller, payer, tax and texts are snapshots that nothing later reaches (R13).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.rows import Alarmed, Json, Look, Ref, row
from models.states import transitions


class DocumentKind(StrEnum):
    """UNTDID 1001 codes where there is one."""

    INVOICE = "380"
    CREDIT_NOTE = "381"
    DEPOSIT = "386"
    RECEIPT = "receipt"
    NOTE = "note"
    REMINDER = "reminder"
    FORMAL_NOTICE = "formal_notice"


class DocumentStatus(StrEnum):
    """Pending, overdue and partially paid are not states: they are read off the balance and the dates."""

    DRAFT = "draft"
    ISSUED = "issued"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


DOCUMENT_TRANSITIONS = transitions(
    {
        DocumentStatus.DRAFT: {DocumentStatus.ISSUED, DocumentStatus.PAID, DocumentStatus.VOID},
        DocumentStatus.ISSUED: {DocumentStatus.PAID, DocumentStatus.VOID, DocumentStatus.WRITTEN_OFF},
        DocumentStatus.PAID: {DocumentStatus.ISSUED, DocumentStatus.VOID},
        DocumentStatus.VOID: set(),
        DocumentStatus.WRITTEN_OFF: {DocumentStatus.PAID, DocumentStatus.VOID},
    }
)
"""What was paid is open again when the money proves not to exist (R15); what a credit note undid stays undone (R13)."""


@row(
    "invoices",
    looks=[
        Look(("business_id", "contact_id")),
        Look(("business_id", "of_id"), where="of_id IS NOT NULL"),
        Look(("business_id", "number"), where="number IS NOT NULL", unique=True),
        Look(("check_at", "business_id"), where="check_at IS NOT NULL"),
        Look(("business_id", "check_at", "id"), where="check_at IS NOT NULL"),
    ],
    checks={
        "number": "(status <> 'draft' OR number IS NULL)"
        " AND (status IN ('draft', 'void') OR number IS NOT NULL OR kind IN ('note', 'reminder'))",
        "dates": "due_on IS NULL OR issued_on IS NULL OR due_on >= issued_on OR status = 'paid' OR kind = '386'",
    },
    fillfactor=85,
    alarm="check_at",
)
@dataclass(slots=True)
class Invoice(Alarmed):
    """One document. `total` is what its lines sum to with tax, `amount_due` what is left to pay now (R10).

    `reminders` counts how often its payer was reminded of it.
    `check_at` is the next instant at which its dates matter: due soon, overdue (R11), of a draft that its owner is
    reminded of it. A draft has no number, and `revision` counts its edits; thrown away, it is void without one (R14).
    `page_serial` counts how often the addresses of its page were revoked.
    """

    business_id: str
    id: str
    kind: DocumentKind
    status: DocumentStatus
    contact_id: str
    payer_kind: str
    currency: str
    created_at: datetime
    net: int
    tax: int
    total: int
    amount_due: int
    series: str | None = None
    year: int | None = None
    sequence: int | None = None
    number: str | None = None
    issued_on: date | None = None
    issued_at: datetime | None = None
    due_on: date | None = None
    service_from: date | None = None
    service_to: date | None = None
    language: str = "en"
    seller: Json = field(default_factory=dict)
    payer: Json = field(default_factory=dict)
    notes: Json = field(default_factory=dict)
    law_ids: Json = field(default_factory=list)
    of_id: str | None = None
    of_number: str | None = None
    of_date: date | None = None
    preceding: Json = field(default_factory=list)
    tax_currency: str | None = None
    tax_in_currency: int | None = None
    exchange_rate: Decimal | None = None
    exchange_source: str | None = None
    exchange_date: date | None = None
    prepaid: int = 0
    due_at_issue: int = 0
    credited: int = 0
    terms_days: int = 0
    order_reference: str | None = None
    order_id: str | None = None
    cause: Json | None = None
    check_at: datetime | None = None
    due_soon_for: date | None = None
    overdue_for: date | None = None
    sent_at: datetime | None = None
    file_hash: str | None = None
    renderer: str | None = None
    test: bool = False
    reminders: int = 0
    reminded_at: datetime | None = None
    revision: int = 0
    page_serial: int | None = None


@row(
    "invoice_lines",
    key=("business_id", "invoice_id", "position"),
    looks=[Look(("business_id", "charge_id"), where="charge_id IS NOT NULL")],
)
@dataclass(slots=True)
class InvoiceLine:
    """One line: a charge as agreed, its stored net and its share of VAT (R18)."""

    business_id: str
    invoice_id: str
    position: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: int
    amount: int
    tax_included: bool
    net: int
    tax: int
    gross: int
    category: str
    rate: Decimal
    charge_id: str | None = None
    service_from: date | None = None
    service_to: date | None = None
    place: str | None = None
    participant: str | None = None
    nature: str = "services"
    discount: int = 0
    discount_reason: str | None = None


@row(
    "invoice_taxes",
    key=("business_id", "invoice_id", "position"),
)
@dataclass(slots=True)
class InvoiceTax:
    """One VAT group of a document: what payments have closed of its gross (R27), what credit notes took back (R18)."""

    business_id: str
    invoice_id: str
    position: int
    category: str
    rate: Decimal
    net: int
    tax: int
    exemption_code: str | None = None
    exemption_text: str | None = None
    settled: int = 0
    credited_net: int = 0
    credited_tax: int = 0


@row("counters", key=("business_id", "series", "year"))
@dataclass(slots=True)
class Counter:
    """The last number and date of a series in a year (R13); locked by the issuing transaction."""

    business_id: str
    series: str
    year: int
    last: int
    last_on: date


@row("write_offs", refs=[Ref(("business_id", "invoice_id"), "invoices")])
@dataclass(slots=True)
class WriteOff:
    """A debt that is given up: ends dunning, leaves document and debt as they are (R13)."""

    business_id: str
    id: str
    invoice_id: str
    at: datetime
    net: int
    tax: int
    reason: str
    actor: str
    proof: str | None = None
