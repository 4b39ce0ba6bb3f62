"""When a payer was last reminded, and how often of each document."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the columns; reminders of before are not counted."""
    op.execute("ALTER TABLE contacts ADD COLUMN reminded_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE invoices ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE invoices ALTER COLUMN reminders DROP DEFAULT")
    op.execute("ALTER TABLE invoices ADD COLUMN reminded_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE invoices DROP COLUMN reminded_at")
    op.execute("ALTER TABLE invoices DROP COLUMN reminders")
    op.execute("ALTER TABLE contacts DROP COLUMN reminded_at")
