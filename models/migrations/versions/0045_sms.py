"""SMS: the mobile number of a client in E.164, what a business says of its gateway, the message beside a message."""

from alembic import op
from sqlalchemy import text

from models.phones import mobile

revision = "0045"
down_revision = "0044"

MANY = 5_000


def upgrade() -> None:
    """Create the columns, and work out the mobile numbers of who has told a phone."""
    op.execute("ALTER TABLE contacts ADD COLUMN mobile TEXT")
    op.execute("ALTER TABLE messages ADD COLUMN beside TEXT")
    op.execute("ALTER TABLE businesses ADD COLUMN sms JSONB")
    connection, last = op.get_bind(), ("", "")
    while rows := connection.execute(
        text(
            "SELECT c.business_id, c.id, c.phone, b.country FROM contacts c JOIN businesses b ON b.id = c.business_id"
            " WHERE c.phone <> '' AND (c.business_id, c.id) > (:business, :id) ORDER BY c.business_id, c.id LIMIT :many"
        ),
        {"business": last[0], "id": last[1], "many": MANY},
    ).fetchall():
        last = (rows[-1][0], rows[-1][1])
        found = [
            {"business": business, "id": id_, "mobile": number}
            for business, id_, phone, country in rows
            if (number := mobile(phone, country))
        ]
        if found:
            connection.execute(
                text("UPDATE contacts SET mobile = :mobile WHERE business_id = :business AND id = :id"), found
            )


def downgrade() -> None:
    """Forget the columns; what waits to go by SMS is given up."""
    op.execute(
        "UPDATE messages SET state = 'skipped', next_attempt_at = NULL, held_at = NULL"
        " WHERE channel = 'sms' AND state = 'prepared'"
    )
    op.execute("ALTER TABLE businesses DROP COLUMN sms")
    op.execute("ALTER TABLE messages DROP COLUMN beside")
    op.execute("ALTER TABLE contacts DROP COLUMN mobile")
