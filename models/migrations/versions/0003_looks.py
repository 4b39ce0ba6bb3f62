"""Looks at noted charges by their contact, and at contacts by their payer."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the indexes."""
    op.execute("CREATE INDEX noted_charges_business_id_contact_id_idx ON noted_charges (business_id, contact_id)")
    op.execute(
        "CREATE INDEX contacts_business_id_bill_to_idx ON contacts (business_id, bill_to) WHERE bill_to IS NOT NULL"
    )


def downgrade() -> None:
    """Drop the indexes."""
    op.execute("DROP INDEX noted_charges_business_id_contact_id_idx")
    op.execute("DROP INDEX contacts_business_id_bill_to_idx")
