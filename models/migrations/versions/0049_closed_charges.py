"""Whether a charge is closed, and room to change one where it lies: see docs/decisions/0015."""

from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Add the column, let the index of what is due go by it, and keep half of each page free from now on."""
    op.execute("ALTER TABLE charges ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE")
    op.execute("ALTER TABLE charges ALTER COLUMN closed DROP DEFAULT")
    op.execute("UPDATE charges SET closed = TRUE WHERE state IN ('settled', 'cancelled')")
    op.execute(
        "ALTER TABLE charges ADD CONSTRAINT charges_closed_check CHECK (closed = (state IN ('settled', 'cancelled')))"
    )
    op.execute("DROP INDEX charges_business_id_contact_id_due_on_idx")
    op.execute(
        "CREATE INDEX charges_business_id_contact_id_due_on_idx ON charges (business_id, contact_id, due_on)"
        " WHERE NOT closed"
    )
    op.execute("ALTER TABLE charges SET (fillfactor = 50)")


def downgrade() -> None:
    """Let the index go by the state again."""
    op.execute("ALTER TABLE charges SET (fillfactor = 85)")
    op.execute("DROP INDEX charges_business_id_contact_id_due_on_idx")
    op.execute("ALTER TABLE charges DROP COLUMN closed")
    op.execute(
        "CREATE INDEX charges_business_id_contact_id_due_on_idx ON charges (business_id, contact_id, due_on)"
        " WHERE state = 'due'"
    )
