"""What must be known for any order of events: what payments name, who told of times, what was told first."""

from alembic import op

revision = "0013"
down_revision = "0012"


TOLD = ("bookings", "charges")


def upgrade() -> None:
    """Create the table and the columns; of what is known, the newest telling was the first."""
    op.execute(
        "CREATE TABLE payment_charges (business_id TEXT NOT NULL, charge_id TEXT NOT NULL, payment_id TEXT NOT NULL,"
        " CONSTRAINT payment_charges_pkey PRIMARY KEY (business_id, charge_id, payment_id),"
        " CONSTRAINT payment_charges_business_id_payment_id_fkey FOREIGN KEY (business_id, payment_id)"
        " REFERENCES payments (business_id, id))"
    )
    op.execute(
        "INSERT INTO payment_charges"
        " SELECT DISTINCT business_id, jsonb_array_elements_text(charge_ids), id FROM payments"
    )
    op.execute("ALTER TABLE sessions ADD COLUMN told_times JSONB")
    for table in TOLD:
        op.execute(f"ALTER TABLE {table} ADD COLUMN first_stamp TEXT")
    op.execute("UPDATE bookings SET first_stamp = placed_stamp")
    op.execute("UPDATE charges SET first_stamp = stamp")
    for table in TOLD:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN first_stamp SET NOT NULL")


def downgrade() -> None:
    """Forget them: times that bookings gave stay with their sessions."""
    for table in TOLD:
        op.execute(f"ALTER TABLE {table} DROP COLUMN first_stamp")
    op.execute("ALTER TABLE sessions DROP COLUMN told_times")
    op.execute("DROP TABLE payment_charges")
