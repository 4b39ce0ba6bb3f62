"""Payment links."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table, and the setting for how long a link lasts."""
    op.execute(
        "CREATE TABLE payment_links (business_id TEXT NOT NULL, id TEXT NOT NULL, contact_id TEXT NOT NULL,"
        " amount BIGINT NOT NULL, currency TEXT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL,"
        " expires_at TIMESTAMP WITH TIME ZONE NOT NULL, state TEXT NOT NULL, charge_ids JSONB NOT NULL, purpose TEXT,"
        " direct BOOLEAN NOT NULL, payer JSONB, superseded_by TEXT, sent_at TIMESTAMP WITH TIME ZONE, cause JSONB,"
        " CONSTRAINT payment_links_pkey PRIMARY KEY (business_id, id),"
        " CONSTRAINT payment_links_state_check CHECK (state IN ('open', 'superseded', 'revoked')))"
    )
    op.execute(
        "CREATE INDEX payment_links_business_id_contact_id_created_at_idx"
        " ON payment_links (business_id, contact_id, created_at)"
    )
    op.execute("ALTER TABLE businesses ADD COLUMN link_days BIGINT")
    op.execute("UPDATE businesses SET link_days = 90")
    op.execute("ALTER TABLE businesses ALTER COLUMN link_days SET NOT NULL")


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE businesses DROP COLUMN link_days")
    op.execute("DROP TABLE payment_links")
