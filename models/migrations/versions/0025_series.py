"""Number series of a business: prefixes by kind of document, tag and service, with or without a yearly reset."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the column; without it there is one series for each kind of document, reset every year."""
    op.execute("ALTER TABLE businesses ADD COLUMN series JSONB")


def downgrade() -> None:
    """Go back to one series for each kind."""
    op.execute("ALTER TABLE businesses DROP COLUMN series")
