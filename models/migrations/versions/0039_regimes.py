"""How a seller stands to VAT, dated with the business; the rate that a charge bears where its seller is not exempt."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Create the columns, and drop the table that nothing filled."""
    op.execute("ALTER TABLE businesses ADD COLUMN regimes JSONB")
    op.execute("ALTER TABLE charges ADD COLUMN full_rate NUMERIC")
    op.execute("DROP TABLE business_regimes")


def downgrade() -> None:
    """Forget the dates, and put the table back."""
    op.execute("ALTER TABLE businesses DROP COLUMN regimes")
    op.execute("ALTER TABLE charges DROP COLUMN full_rate")
    op.execute(
        "CREATE TABLE business_regimes (business_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,"
        " valid_from DATE NOT NULL, valid_to DATE,"
        " CONSTRAINT business_regimes_pkey PRIMARY KEY (business_id, kind, valid_from))"
    )
