"""Consolidated billing: schedules with the date that each comes to next, and the occurrences that they make."""

from alembic import op

revision = "0041"
down_revision = "0040"

SCHEDULES = (
    "CREATE TABLE billing_schedules (business_id TEXT NOT NULL, id TEXT NOT NULL, cycle JSONB NOT NULL,"
    " since TIMESTAMP WITH TIME ZONE NOT NULL, day DATE NOT NULL, next_at TIMESTAMP WITH TIME ZONE,"
    " held_at TIMESTAMP WITH TIME ZONE, CONSTRAINT billing_schedules_pkey PRIMARY KEY (business_id, id))"
)
OCCURRENCES = (
    "CREATE TABLE billing_occurrences (business_id TEXT NOT NULL, id TEXT NOT NULL, schedule_id TEXT NOT NULL,"
    " day DATE NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, before TIMESTAMP WITH TIME ZONE NOT NULL,"
    " next_at TIMESTAMP WITH TIME ZONE, reached TEXT NOT NULL, clients BIGINT NOT NULL, documents BIGINT NOT NULL,"
    " amounts JSONB, outcome TEXT, ended_at TIMESTAMP WITH TIME ZONE, held_at TIMESTAMP WITH TIME ZONE,"
    " parked_at TIMESTAMP WITH TIME ZONE, actor TEXT,"
    " CONSTRAINT billing_occurrences_pkey PRIMARY KEY (business_id, id),"
    " CONSTRAINT billing_occurrences_outcome_check CHECK (outcome IN ('billed', 'merged')))"
)


def upgrade() -> None:
    """Create the tables."""
    op.execute(
        "CREATE INDEX contacts_business_id_billing_idx ON contacts (business_id, billing) WHERE billing IS NOT NULL"
    )
    op.execute(SCHEDULES)
    op.execute(OCCURRENCES)
    op.execute("ALTER TABLE pauses DROP CONSTRAINT pauses_scope_check")
    op.execute(f"ALTER TABLE pauses ADD CONSTRAINT pauses_scope_check CHECK ({_SCOPES.format(more=_BILLING)})")
    for table in ("billing_schedules", "billing_occurrences"):
        op.execute(f"CREATE INDEX {table}_next_at_business_id_idx ON {table} (next_at, business_id) {_WAITING}")
        op.execute(f"CREATE INDEX {table}_business_id_next_at_id_idx ON {table} (business_id, next_at, id) {_WAITING}")
    op.execute(
        "CREATE INDEX billing_occurrences_business_id_schedule_id_day_idx"
        " ON billing_occurrences (business_id, schedule_id, day)"
    )


_WAITING = "WHERE next_at IS NOT NULL"
_SCOPES = "scope IN ('everything', 'channel', 'money'{more})"
_BILLING = ", 'billing'"


def downgrade() -> None:
    """Forget when anybody was billed, and what was on hold; what was made stays."""
    op.execute("DELETE FROM pauses WHERE scope = 'billing'")
    op.execute("ALTER TABLE pauses DROP CONSTRAINT pauses_scope_check")
    op.execute(f"ALTER TABLE pauses ADD CONSTRAINT pauses_scope_check CHECK ({_SCOPES.format(more='')})")
    op.execute("DROP INDEX contacts_business_id_billing_idx")
    op.execute("DROP TABLE billing_occurrences")
    op.execute("DROP TABLE billing_schedules")
