"""The link of a service, under which clients book it."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Create the column."""
    op.execute("ALTER TABLE service_versions ADD COLUMN url TEXT")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE service_versions DROP COLUMN url")
