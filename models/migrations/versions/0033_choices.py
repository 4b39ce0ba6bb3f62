"""The newest yes or no of each client for a purpose and a channel."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Create the column; nobody has said anything yet."""
    op.execute("ALTER TABLE contacts ADD COLUMN choices JSONB NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE contacts ALTER COLUMN choices DROP DEFAULT")


def downgrade() -> None:
    """Forget the column; the consents themselves stay."""
    op.execute("ALTER TABLE contacts DROP COLUMN choices")
