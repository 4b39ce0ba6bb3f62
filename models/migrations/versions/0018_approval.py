"""Approval of what would touch many: a business's bounds, and what waits for a person to say yes."""

from alembic import op

revision = "0018"
down_revision = "0017"

BOUNDS = {"approval_contacts": 200, "approval_amount": 1_000_000}


def upgrade() -> None:
    """Add the columns; every business begins with the usual bounds."""
    for column, bound in BOUNDS.items():
        op.execute(f"ALTER TABLE businesses ADD COLUMN {column} BIGINT NOT NULL DEFAULT {bound}")
        op.execute(f"ALTER TABLE businesses ALTER COLUMN {column} DROP DEFAULT")
    op.execute("ALTER TABLE automations ADD COLUMN proposal JSONB")


def downgrade() -> None:
    """Drop them: what waited for approval stays a draft."""
    for column in BOUNDS:
        op.execute(f"ALTER TABLE businesses DROP COLUMN {column}")
    op.execute("ALTER TABLE automations DROP COLUMN proposal")
