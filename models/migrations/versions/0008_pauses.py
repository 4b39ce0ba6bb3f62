"""Pauses: what they hold is found and let go on; messages remember that one held them."""

from alembic import op

revision = "0008"
down_revision = "0007"

SCOPES = "scope IN ('everything', 'channel', 'money')"
ATTEMPT = "state NOT IN ('prepared', 'sending') OR next_attempt_at IS NOT NULL"


def upgrade() -> None:
    """Add the columns and the looks at what is held."""
    op.execute("ALTER TABLE pauses ADD COLUMN released_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE pauses DROP CONSTRAINT pauses_scope_check")
    op.execute(f"ALTER TABLE pauses ADD CONSTRAINT pauses_scope_check CHECK ({SCOPES})")
    op.execute("CREATE INDEX pauses_until_idx ON pauses (until) WHERE released_at IS NULL")
    op.execute("ALTER TABLE messages ADD COLUMN held_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE messages DROP CONSTRAINT messages_attempt_check")
    op.execute(f"ALTER TABLE messages ADD CONSTRAINT messages_attempt_check CHECK ({ATTEMPT} OR held_at IS NOT NULL)")
    op.execute(
        "CREATE INDEX messages_business_id_idx ON messages (business_id)"
        " WHERE held_at IS NOT NULL AND next_attempt_at IS NULL"
    )
    op.execute(
        "CREATE INDEX runs_business_id_automation_id_idx ON runs (business_id, automation_id) WHERE held_at IS NOT NULL"
    )


def downgrade() -> None:
    """Let every held message be due, and drop what was added."""
    op.execute("DROP INDEX runs_business_id_automation_id_idx")
    op.execute("DROP INDEX messages_business_id_idx")
    op.execute("UPDATE messages SET next_attempt_at = held_at WHERE state = 'prepared' AND next_attempt_at IS NULL")
    op.execute("ALTER TABLE messages DROP CONSTRAINT messages_attempt_check")
    op.execute(f"ALTER TABLE messages ADD CONSTRAINT messages_attempt_check CHECK ({ATTEMPT})")
    op.execute("ALTER TABLE messages DROP COLUMN held_at")
    op.execute("DROP INDEX pauses_until_idx")
    op.execute("ALTER TABLE pauses DROP CONSTRAINT pauses_scope_check")
    op.execute(
        "ALTER TABLE pauses ADD CONSTRAINT pauses_scope_check"
        " CHECK (scope IN ('everything', 'channel', 'money', 'automation'))"
    )
    op.execute("ALTER TABLE pauses DROP COLUMN released_at")
