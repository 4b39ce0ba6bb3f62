"""A look at the runs of an automation in the order in which they began."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "CREATE INDEX runs_business_id_automation_id_started_at_idx ON runs (business_id, automation_id, started_at)"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX runs_business_id_automation_id_started_at_idx")
