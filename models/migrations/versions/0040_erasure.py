"""What a payer wrote beside a payment may be emptied with its client, by the erasure alone."""

from alembic import op

from models.migrations.freezing import freeze

revision = "0040"
down_revision = "0039"

KEYS = ("business_id", "id", "recorded_at")
ONCE = ("provider", "provider_reference", "provider_fee", "actor")
WRITTEN = ("note", "answers")


def upgrade() -> None:
    """Let what was written be emptied where the transaction says that it erases the client."""
    for statement in freeze("payments", KEYS, once=ONCE, erasable=WRITTEN):
        op.execute(statement)


def downgrade() -> None:
    """Freeze it for good."""
    for statement in freeze("payments", KEYS, once=(*ONCE, *WRITTEN)):
        op.execute(statement)
