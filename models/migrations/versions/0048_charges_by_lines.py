"""Charges of a document are found by its lines: see docs/decisions/0015."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX charges_business_id_invoice_id_idx")


def downgrade() -> None:
    """Make it again."""
    op.execute(
        "CREATE INDEX charges_business_id_invoice_id_idx ON charges (business_id, invoice_id)"
        " WHERE invoice_id IS NOT NULL"
    )
