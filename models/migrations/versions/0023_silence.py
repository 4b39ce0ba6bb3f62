"""The alerts that an automation has fallen silent, found while it is."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "CREATE INDEX alerts_business_id_id_idx ON alerts (business_id, id) WHERE reason = 'silent' AND seen_at IS NULL"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX alerts_business_id_id_idx")
