"""Who let an occurrence of billing go on over the bound of a day."""

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE billing_occurrences ADD COLUMN allowed_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE billing_occurrences DROP COLUMN allowed_at")
