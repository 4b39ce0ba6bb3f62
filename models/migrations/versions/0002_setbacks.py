"""Setbacks: how often a due row could not be decided."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        "CREATE TABLE setbacks (business_id TEXT NOT NULL, subject TEXT NOT NULL, attempts BIGINT NOT NULL,"
        " at TIMESTAMP WITH TIME ZONE NOT NULL, reason TEXT NOT NULL,"
        " CONSTRAINT setbacks_pkey PRIMARY KEY (business_id, subject))"
    )


def downgrade() -> None:
    """Forget the table."""
    op.execute("DROP TABLE setbacks")
