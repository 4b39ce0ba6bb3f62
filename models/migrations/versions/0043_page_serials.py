"""How often the addresses of a page were revoked: of an invoice, a payment link, a quote."""

from alembic import op

revision = "0043"
down_revision = "0042"

PAGED = ("invoices", "payment_links", "quotes")


def upgrade() -> None:
    """Create the columns."""
    for table in PAGED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN page_serial BIGINT")


def downgrade() -> None:
    """Forget it: what was revoked opens again, what was given out since does not."""
    for table in PAGED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN page_serial")
