"""The oldest event of each tenant that waits, for ticks that give way to it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX waiting_business_id_arrived_at_idx ON waiting (business_id, arrived_at)")


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX waiting_business_id_arrived_at_idx")
