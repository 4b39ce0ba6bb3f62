"""From which package a booking and its charge are taken."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Create the columns."""
    for table in ("bookings", "charges"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN package_id TEXT")


def downgrade() -> None:
    """Forget them; what was taken stays free."""
    for table in ("bookings", "charges"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN package_id")
