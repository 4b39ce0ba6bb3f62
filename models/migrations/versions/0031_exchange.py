"""Rates of exchange that a business knows, dated, for the VAT of documents in another currency."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Create the column."""
    op.execute("ALTER TABLE businesses ADD COLUMN exchange_rates JSONB")


def downgrade() -> None:
    """Forget the rates; what documents state stays."""
    op.execute("ALTER TABLE businesses DROP COLUMN exchange_rates")
