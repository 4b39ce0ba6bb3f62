"""When messages may go: quiet hours of a channel, the send window, holidays."""

from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = ("quiet_channels", "send_window", "holidays")


def upgrade() -> None:
    """Add the columns to businesses."""
    for column in COLUMNS:
        op.execute(f"ALTER TABLE businesses ADD COLUMN {column} JSONB")


def downgrade() -> None:
    """Drop the columns."""
    for column in COLUMNS:
        op.execute(f"ALTER TABLE businesses DROP COLUMN {column}")
