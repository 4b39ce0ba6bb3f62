"""Find the contacts that were merged into another."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "CREATE INDEX contacts_business_id_merged_into_idx ON contacts (business_id, merged_into)"
        " WHERE merged_into IS NOT NULL"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX contacts_business_id_merged_into_idx")
