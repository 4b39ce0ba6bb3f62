"""What is kept for explaining: what a fact's gates saw, a run's way, and what each version of a rulebook said."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns and the table."""
    op.execute("ALTER TABLE facts ADD COLUMN inbox BIGINT, ADD COLUMN rules BIGINT, ADD COLUMN seen JSONB")
    op.execute("ALTER TABLE runs ADD COLUMN trace JSONB")
    op.execute(
        "CREATE TABLE rulebooks (business_id TEXT NOT NULL, version BIGINT NOT NULL,"
        " at TIMESTAMP WITH TIME ZONE NOT NULL, automations JSONB NOT NULL,"
        " CONSTRAINT rulebooks_pkey PRIMARY KEY (business_id, version))"
    )


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE rulebooks")
    op.execute("ALTER TABLE runs DROP COLUMN trace")
    op.execute("ALTER TABLE facts DROP COLUMN inbox, DROP COLUMN rules, DROP COLUMN seen")
