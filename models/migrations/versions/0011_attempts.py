"""Attempts: what a process is deciding, so that what kills it is found; setbacks that also tell among how many."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables; counts of the old kind are forgotten."""
    op.execute(
        "CREATE TABLE attempts (business_id TEXT NOT NULL, id TEXT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " in_hand JSONB NOT NULL, reason TEXT, CONSTRAINT attempts_pkey PRIMARY KEY (business_id, id))"
    )
    op.execute("DROP TABLE setbacks")
    op.execute(
        "CREATE TABLE setbacks (business_id TEXT NOT NULL, subject TEXT NOT NULL, attempts BIGINT NOT NULL,"
        " among BIGINT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, until TIMESTAMP WITH TIME ZONE NOT NULL,"
        " reason TEXT NOT NULL, CONSTRAINT setbacks_pkey PRIMARY KEY (business_id, subject))"
    )
    op.execute("ALTER TABLE waiting DROP COLUMN attempts")


def downgrade() -> None:
    """Go back to counts of rows that failed alone."""
    op.execute("DROP TABLE attempts")
    op.execute("ALTER TABLE setbacks DROP COLUMN among, DROP COLUMN until")
    op.execute("ALTER TABLE waiting ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0")
