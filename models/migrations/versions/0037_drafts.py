"""Drafts: charges know the one that has claimed them; how often it was edited; thrown away, it is void (R14)."""

from alembic import op

from models.migrations.freezing import freeze

revision = "0037"
down_revision = "0036"

DOCUMENT = (
    "business_id", "id", "kind", "payer_kind", "currency", "created_at", "net", "tax", "total", "series",
    "year", "sequence", "number", "issued_on", "issued_at", "service_from", "service_to", "language", "seller", "payer",
    "notes", "law_ids", "of_id", "of_number", "of_date", "preceding", "tax_currency", "tax_in_currency",
    "exchange_rate", "exchange_source", "exchange_date", "prepaid", "due_at_issue", "terms_days", "order_reference",
    "order_id", "cause", "test",
)  # fmt: skip
ONCE = ("sent_at", "file_hash", "renderer")
ISSUED = "OLD.status <> 'draft'"
UNNUMBERED = "status IN ('draft', 'void') OR number IS NOT NULL OR kind IN ('note', 'reminder')"

THROWN_AWAY = "d.number IS NULL AND d.status IN ('draft', 'void') AND d.kind = '380'"


def upgrade() -> None:
    """Create the columns, and let void drafts be."""
    op.execute("ALTER TABLE charges ADD COLUMN draft_id TEXT")
    op.execute(
        "ALTER TABLE charges DROP CONSTRAINT charges_document_check, ADD CONSTRAINT charges_document_check"
        " CHECK (((state = 'invoiced') <= (invoice_id IS NOT NULL))"
        " AND ((state = 'claimed') <= (draft_id IS NOT NULL)))"
    )
    op.execute(
        "CREATE INDEX charges_business_id_draft_id_idx ON charges (business_id, draft_id) WHERE draft_id IS NOT NULL"
    )
    op.execute("ALTER TABLE invoices ADD COLUMN revision BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE invoices ALTER COLUMN revision DROP DEFAULT")
    _check(f"(status <> 'draft' OR number IS NULL) AND ({UNNUMBERED})")
    for statement in freeze("invoices", (*DOCUMENT, "revision"), once=ONCE, where=ISSUED):
        op.execute(statement)


def downgrade() -> None:
    """Forget them; what drafts have claimed is free again."""
    for statement in freeze("invoices", DOCUMENT, once=ONCE, where=ISSUED):
        op.execute(statement)
    op.execute("UPDATE charges SET state = 'due' WHERE state = 'claimed'")
    op.execute("ALTER TABLE invoices DISABLE TRIGGER USER")
    for part in ("invoice_lines", "invoice_taxes"):
        op.execute(
            f"DELETE FROM {part} p USING invoices d WHERE (d.business_id, d.id) = (p.business_id, p.invoice_id)"  # noqa: S608  # ours
            f" AND {THROWN_AWAY}"
        )
    op.execute(f"DELETE FROM invoices d WHERE {THROWN_AWAY}")  # noqa: S608  # ours
    op.execute("ALTER TABLE invoices ENABLE TRIGGER USER")
    _check("(status = 'draft') = (number IS NULL) OR kind IN ('note', 'reminder')")
    op.execute("ALTER TABLE invoices DROP COLUMN revision")
    op.execute("ALTER TABLE charges DROP CONSTRAINT charges_document_check")
    op.execute("ALTER TABLE charges DROP COLUMN draft_id")
    op.execute(
        "ALTER TABLE charges ADD CONSTRAINT charges_document_check"
        " CHECK ((state IN ('claimed', 'invoiced')) <= (invoice_id IS NOT NULL))"
    )


def _check(rule: str) -> None:
    op.execute(
        "ALTER TABLE invoices DROP CONSTRAINT invoices_number_check,"
        f" ADD CONSTRAINT invoices_number_check CHECK ({rule})"
    )
