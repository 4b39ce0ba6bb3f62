"""Cards: attempts at taking and giving back money, what a saved card is called, how a business takes cards."""

from alembic import op

revision = "0016"
down_revision = "0015"

LIVE = "state IN ('prepared', 'sending', 'open', 'uncertain')"
LOOKS = (
    ("due_at", "due_at IS NOT NULL"),
    ("business_id, due_at, id", "due_at IS NOT NULL"),
    ("ask_at", "ask_at IS NOT NULL"),
    ("business_id, ask_at, id", "ask_at IS NOT NULL"),
    ("business_id, contact_id", None),
    ("business_id, payment_id", "payment_id IS NOT NULL"),
)
KEYS = (("business_id, refund_id", "refund_id IS NOT NULL"), ("business_id, target", f"kind = 'charge' AND {LIVE}"))


def upgrade() -> None:
    """Create the table and the columns."""
    op.execute(
        "CREATE TABLE card_attempts (business_id TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,"
        " provider TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,"
        " created_at TIMESTAMP WITH TIME ZONE NOT NULL, state TEXT NOT NULL, due_at TIMESTAMP WITH TIME ZONE,"
        " ask_at TIMESTAMP WITH TIME ZONE, held_at TIMESTAMP WITH TIME ZONE, lease TEXT, tries BIGINT NOT NULL,"
        " calls BIGINT NOT NULL, contact_id TEXT, target TEXT, charge_ids JSONB NOT NULL, invoice_id TEXT,"
        " link_id TEXT, payment_id TEXT, refund_id TEXT, mandate_id TEXT, description TEXT, answers JSONB, url TEXT,"
        " expires_at TIMESTAMP WITH TIME ZONE, reference TEXT, failure_code TEXT, failure_reason TEXT, cause JSONB,"
        " depth BIGINT NOT NULL, ended_at TIMESTAMP WITH TIME ZONE,"
        " CONSTRAINT card_attempts_pkey PRIMARY KEY (business_id, id),"
        " CONSTRAINT card_attempts_kind_check CHECK (kind IN ('checkout', 'charge', 'refund')),"
        " CONSTRAINT card_attempts_state_check CHECK (state IN ('prepared', 'sending', 'open', 'uncertain',"
        " 'succeeded', 'failed', 'expired', 'cancelled')),"
        " CONSTRAINT card_attempts_amount_check CHECK (amount > 0),"
        " CONSTRAINT card_attempts_attempt_check"
        " CHECK (state <> 'prepared' OR due_at IS NOT NULL OR held_at IS NOT NULL),"
        " CONSTRAINT card_attempts_doubt_check CHECK (state NOT IN ('sending', 'uncertain') OR ask_at IS NOT NULL))"
        " WITH (fillfactor = 70)"
    )
    for unique, looks in (("", LOOKS), ("UNIQUE ", KEYS)):
        for columns, where in looks:
            name = f"card_attempts_{columns.replace(', ', '_')}_idx"
            only = f" WHERE {where}" if where else ""
            op.execute(f"CREATE {unique}INDEX {name} ON card_attempts ({columns}){only}")
    op.execute("ALTER TABLE mandates ADD COLUMN label TEXT")
    op.execute("ALTER TABLE businesses ADD COLUMN cards JSONB")
    op.execute("ALTER TABLE payments ADD COLUMN answers JSONB")


def downgrade() -> None:
    """Forget them."""
    for table, column in (("payments", "answers"), ("businesses", "cards"), ("mandates", "label")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.execute("DROP TABLE card_attempts")
