"""What was issued or booked is frozen by the database itself: documents, journal, payments and where they went."""

from alembic import op

from models.migrations.freezing import REFUSE, REFUSE_EMPTYING, REFUSE_PART, freeze, keep

revision = "0015"
down_revision = "0014"

ISSUED = "OLD.status <> 'draft'"
DOCUMENT = (
    "business_id", "id", "kind", "payer_kind", "currency", "created_at", "net", "tax", "total", "series",
    "year", "sequence", "number", "issued_on", "issued_at", "service_from", "service_to", "language", "seller", "payer",
    "notes", "law_ids", "of_id", "of_number", "of_date", "preceding", "tax_currency", "tax_in_currency",
    "exchange_rate", "exchange_source", "exchange_date", "prepaid", "due_at_issue", "terms_days", "order_reference",
    "order_id", "cause", "test",
)  # fmt: skip
LINE = (
    "business_id", "invoice_id", "position", "description", "quantity", "unit", "unit_price", "amount", "tax_included",
    "net", "tax", "gross", "category", "rate", "charge_id", "service_from", "service_to", "place", "participant",
    "nature", "discount", "discount_reason",
)  # fmt: skip
TAX = (
    "business_id", "invoice_id", "position", "category", "rate", "net", "tax", "exemption_code", "exemption_text",
)  # fmt: skip
ENTRY = (
    "business_id", "sequence", "previous", "hash", "kind", "at", "actor", "content", "software", "row_id", "test",
)  # fmt: skip
CLOSING = ("business_id", "id", "period_from", "period_to", "totals", "grand_total", "hash", "at")
ALLOCATION = ("business_id", "id", "payment_id", "charge_id", "amount", "on_date", "at", "credit")
REFUND = ("business_id", "id", "payment_id", "amount", "currency", "at", "charge_id", "actor")
WRITE_OFF = ("business_id", "id", "invoice_id", "at", "net", "tax", "reason", "actor", "proof")
RISING = (
    "CREATE TRIGGER rising BEFORE UPDATE OF last, last_on ON counters FOR EACH ROW"
    " WHEN (NEW.last < OLD.last OR NEW.last_on < OLD.last_on) EXECUTE FUNCTION refuse_change()"
)
OWN = "OLD.actor IS NOT NULL OR OLD.provider IS NOT NULL"
"""Money that upstream tells of may be told again, better; what people book or a provider reports stays as it is."""


def upgrade() -> None:
    """Create the triggers."""
    for statement in (
        REFUSE, REFUSE_EMPTYING, REFUSE_PART,
        *freeze("invoices", DOCUMENT, once=("sent_at", "file_hash", "renderer"), where=ISSUED),
        *keep("invoices", where=ISSUED),
        *freeze("invoice_lines", LINE, part=True), *keep("invoice_lines", part=True),
        *freeze("invoice_taxes", TAX, part=True), *keep("invoice_taxes", part=True),
        *freeze("journal", ENTRY), *keep("journal"),
        *freeze("closings", CLOSING), *keep("closings"),
        *freeze("allocations", ALLOCATION, once=("invoice_id", "taxes")), *keep("allocations"),
        *freeze("payments", ("business_id", "id", "recorded_at"),
                once=("provider", "provider_reference", "provider_fee", "actor", "note")),
        *freeze("payments", ("amount", "currency", "method", "received_at", "purpose"), where=OWN, name="frozen_own"),
        *keep("payments"),
        *freeze("refunds", REFUND, once=("credit_note_id", "provider_reference")), *keep("refunds"),
        *freeze("write_offs", WRITE_OFF), *keep("write_offs"),
        RISING,
        *keep("counters"),
    ):  # fmt: skip
        op.execute(statement)


def downgrade() -> None:
    """Let everything be changed again."""
    for function in ("refuse_change", "refuse_change_of_part", "refuse_emptying"):
        op.execute(f"DROP FUNCTION {function} CASCADE")
