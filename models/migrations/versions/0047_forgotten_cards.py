"""When the provider of an erased client's saved card is told to forget it, and how often that was tried."""

from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Create the columns."""
    op.execute(
        "ALTER TABLE mandates ADD COLUMN forget_at TIMESTAMPTZ, ADD COLUMN forget_calls BIGINT NOT NULL DEFAULT 0"
    )
    op.execute("ALTER TABLE mandates ALTER COLUMN forget_calls DROP DEFAULT")
    op.execute("CREATE INDEX mandates_forget_at_idx ON mandates (forget_at) WHERE forget_at IS NOT NULL")


def downgrade() -> None:
    """Forget whom to tell: the references that are left are emptied."""
    op.execute("UPDATE mandates SET reference = '' WHERE forget_at IS NOT NULL")
    op.execute("ALTER TABLE mandates DROP COLUMN forget_at, DROP COLUMN forget_calls")
