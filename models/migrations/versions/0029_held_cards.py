"""What a pause holds of cards is found by an index."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX card_attempts_business_id_idx ON card_attempts (business_id) WHERE held_at IS NOT NULL")


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP INDEX card_attempts_business_id_idx")
