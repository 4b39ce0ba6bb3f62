"""Who told whether a client came, and when: every telling is kept."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the table; what is known of a booking is its last telling."""
    op.execute(
        "CREATE TABLE attendances (business_id TEXT NOT NULL, booking_id TEXT NOT NULL, stamp TEXT NOT NULL,"
        " attendance TEXT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, actor TEXT NOT NULL,"
        " CONSTRAINT attendances_pkey PRIMARY KEY (business_id, booking_id, stamp),"
        " CONSTRAINT attendances_attendance_check CHECK (attendance IN ('booked', 'checked_in', 'no_show')))"
    )
    op.execute(
        "INSERT INTO attendances SELECT business_id, id, attendance_stamp, attendance,"
        " timestamptz '0001-01-01 00:00Z' + left(attendance_stamp, 18)::bigint * interval '1 microsecond',"
        " split_part(attendance_stamp, chr(31), 2) FROM bookings WHERE attendance_stamp <> ''"
    )


def downgrade() -> None:
    """Forget all but the last."""
    op.execute("DROP TABLE attendances")
