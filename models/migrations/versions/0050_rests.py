"""An order's rest may be collected more than once: all its stamps, oldest first."""

from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Keep a list where one stamp was."""
    op.execute(
        "ALTER TABLE orders ALTER COLUMN rest_stamp TYPE JSONB"
        " USING CASE rest_stamp WHEN '' THEN '[]' ELSE jsonb_build_array(rest_stamp) END"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamp DROP NOT NULL")
    op.execute("ALTER TABLE orders RENAME COLUMN rest_stamp TO rest_stamps")
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamps SET NOT NULL")


def downgrade() -> None:
    """Keep the oldest stamp."""
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamps DROP NOT NULL")
    op.execute("ALTER TABLE orders RENAME COLUMN rest_stamps TO rest_stamp")
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamp TYPE TEXT USING coalesce(rest_stamp ->> 0, '')")
    op.execute("ALTER TABLE orders ALTER COLUMN rest_stamp SET NOT NULL")
