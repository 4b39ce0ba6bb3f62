"""A session taken from a package is settled from the start; it is closed once a document shows it (R10)."""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Let what is settled stay open to a document, and settle what was taken from packages."""
    op.execute("ALTER TABLE charges DROP CONSTRAINT charges_closed_check")
    op.execute(
        "UPDATE charges SET state = 'settled', closed = invoice_id IS NOT NULL"
        " WHERE package_id IS NOT NULL AND kept IS NULL AND owed = 0 AND settled = 0 AND state <> 'cancelled'"
    )
    op.execute(
        "ALTER TABLE charges ADD CONSTRAINT charges_closed_check CHECK (closed <= (state IN ('settled', 'cancelled')))"
    )


def downgrade() -> None:
    """Let it be due, claimed or invoiced again."""
    op.execute("ALTER TABLE charges DROP CONSTRAINT charges_closed_check")
    op.execute(
        "UPDATE charges SET closed = FALSE, state = CASE WHEN invoice_id IS NOT NULL THEN 'invoiced'"
        " WHEN draft_id IS NOT NULL THEN 'claimed' ELSE 'due' END"
        " WHERE package_id IS NOT NULL AND kept IS NULL AND owed = 0 AND state = 'settled'"
    )
    op.execute(
        "ALTER TABLE charges ADD CONSTRAINT charges_closed_check CHECK (closed = (state IN ('settled', 'cancelled')))"
    )
