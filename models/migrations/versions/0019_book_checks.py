"""When the books of each business were last looked at."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        "CREATE TABLE book_checks (business_id TEXT NOT NULL, checked_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " breaches BIGINT NOT NULL, CONSTRAINT book_checks_pkey PRIMARY KEY (business_id))"
    )


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP TABLE book_checks")
