"""Quotes."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        "CREATE TABLE quotes (business_id TEXT NOT NULL, id TEXT NOT NULL, contact_id TEXT NOT NULL,"
        " title TEXT NOT NULL, currency TEXT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " created_on DATE NOT NULL, valid_until DATE NOT NULL, lines JSONB NOT NULL, state TEXT NOT NULL,"
        " sent_at TIMESTAMP WITH TIME ZONE, answered_at TIMESTAMP WITH TIME ZONE,"
        " CONSTRAINT quotes_pkey PRIMARY KEY (business_id, id),"
        " CONSTRAINT quotes_state_check CHECK (state IN ('draft', 'sent', 'accepted', 'declined')))"
    )
    op.execute("CREATE INDEX quotes_business_id_contact_id_idx ON quotes (business_id, contact_id)")


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE quotes")
