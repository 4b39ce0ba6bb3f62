"""An order's rest may be collected more than once: all its stamps, oldest first."""

from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Keep a list where one stamp was."""
    op.execute("ALTER TABLE orders ADD COLUMN rest_stamps JSONB NOT NULL DEFAULT '[]'")
    op.execute("UPDATE orders SET rest_stamps = jsonb_build_array(rest_stamp) WHERE rest_stamp <> ''")
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamps DROP DEFAULT, DROP COLUMN rest_stamp")


def downgrade() -> None:
    """Keep the oldest stamp."""
    op.execute("ALTER TABLE orders ADD COLUMN rest_stamp TEXT NOT NULL DEFAULT ''")
    op.execute("UPDATE orders SET rest_stamp = coalesce(rest_stamps ->> 0, '')")
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamp DROP DEFAULT, DROP COLUMN rest_stamps")
