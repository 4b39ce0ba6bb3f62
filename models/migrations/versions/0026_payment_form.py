"""The fields that a business adds to its pay pages."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE businesses ADD COLUMN payment_form JSONB")


def downgrade() -> None:
    """Drop the column."""
    op.execute("ALTER TABLE businesses DROP COLUMN payment_form")
