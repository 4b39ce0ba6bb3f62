"""Webhooks of card providers, kept as they came until they are read."""

from alembic import op

revision = "0042"
down_revision = "0041"

TABLE = """
CREATE TABLE webhooks (business_id TEXT NOT NULL, id TEXT NOT NULL, provider TEXT NOT NULL, event_id TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL, raw BYTEA NOT NULL, headers JSONB NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE, read_at TIMESTAMP WITH TIME ZONE, error TEXT, calls BIGINT NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT webhooks_business_id_provider_event_id_key UNIQUE (business_id, provider, event_id),
    CONSTRAINT webhooks_due_check CHECK (due_at IS NULL OR read_at IS NULL))"""
INDEXES = (
    "webhooks_due_at_idx ON webhooks (due_at) WHERE due_at IS NOT NULL",
    "webhooks_business_id_due_at_id_idx ON webhooks (business_id, due_at, id) WHERE due_at IS NOT NULL",
    "webhooks_business_id_received_at_idx ON webhooks (business_id, received_at) WHERE read_at IS NULL",
    "webhooks_received_at_idx ON webhooks (received_at) WHERE raw <> ''",
)


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLE)
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")


def downgrade() -> None:
    """Drop it; what was not read then is asked for where it matters."""
    op.execute("DROP TABLE webhooks")
