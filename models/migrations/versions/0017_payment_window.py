"""Payment at booking: how long a seat waits for its money, and by when each must be paid."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the setting and the deadline; seats booked before have none."""
    op.execute("ALTER TABLE businesses ADD COLUMN payment_window_minutes BIGINT")
    op.execute("ALTER TABLE bookings ADD COLUMN pay_by TIMESTAMP WITH TIME ZONE")
    op.execute(
        "CREATE INDEX bookings_pay_by_business_id_idx ON bookings (pay_by, business_id) WHERE pay_by IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX bookings_business_id_pay_by_id_idx ON bookings (business_id, pay_by, id) WHERE pay_by IS NOT NULL"
    )


def downgrade() -> None:
    """Let no seat wait for its money."""
    op.execute("DROP INDEX bookings_business_id_pay_by_id_idx")
    op.execute("DROP INDEX bookings_pay_by_business_id_idx")
    op.execute("ALTER TABLE bookings DROP COLUMN pay_by")
    op.execute("ALTER TABLE businesses DROP COLUMN payment_window_minutes")
