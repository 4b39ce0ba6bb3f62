"""Occurrences: the dates on which schedules start automations."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the table; no automation has had a schedule before."""
    op.execute(
        "CREATE TABLE occurrences (business_id TEXT NOT NULL, id TEXT NOT NULL, automation_id TEXT NOT NULL,"
        " day DATE NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, next_at TIMESTAMP WITH TIME ZONE,"
        " reached TEXT NOT NULL, clients BIGINT NOT NULL, runs BIGINT NOT NULL, outcome TEXT,"
        " ended_at TIMESTAMP WITH TIME ZONE, CONSTRAINT occurrences_pkey PRIMARY KEY (business_id, id),"
        " CONSTRAINT occurrences_outcome_check CHECK (outcome IN ('started', 'merged', 'paused', 'dropped')))"
    )
    op.execute(
        "CREATE INDEX occurrences_next_at_business_id_idx ON occurrences (next_at, business_id)"
        " WHERE next_at IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX occurrences_business_id_next_at_id_idx ON occurrences (business_id, next_at, id)"
        " WHERE next_at IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX occurrences_business_id_automation_id_day_idx ON occurrences (business_id, automation_id, day)"
    )


def downgrade() -> None:
    """Forget the dates; what they began stays."""
    op.execute("DROP TABLE occurrences")
