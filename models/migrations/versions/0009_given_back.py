"""Money given back of a charge although nothing was cancelled."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE charges ADD COLUMN given_back JSONB")


def downgrade() -> None:
    """Drop the column."""
    op.execute("ALTER TABLE charges DROP COLUMN given_back")
