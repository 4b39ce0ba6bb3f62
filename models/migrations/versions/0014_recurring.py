"""Occurrences of recurring payments: what was told of them, when the next falls due, the charges they made."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the tellings; what is known of an agreement is its only telling. Its dates are looked at once more."""
    op.execute("ALTER TABLE recurring_payments ADD COLUMN tellings JSONB")
    op.execute(
        "UPDATE recurring_payments SET tellings = CASE WHEN started THEN jsonb_build_array(jsonb_build_object("
        "'stamp', stamp, 'contact', contact_id, 'description', description, 'price', price, 'currency', currency,"
        " 'every', every, 'anchor', anchor, 'starts_on', starts_on, 'ends_on', ends_on, 'collect', collect))"
        " ELSE '[]' END, next_run_at = CASE WHEN started AND cancel_stamp = '' THEN now() END"
    )
    op.execute("ALTER TABLE recurring_payments ALTER COLUMN tellings SET NOT NULL")
    op.execute("DROP INDEX recurring_payments_next_run_at_idx")
    op.execute(
        "CREATE INDEX recurring_payments_next_run_at_business_id_idx ON recurring_payments (next_run_at, business_id)"
        " WHERE next_run_at IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX recurring_payments_business_id_next_run_at_id_idx"
        " ON recurring_payments (business_id, next_run_at, id) WHERE next_run_at IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX charges_business_id_recurring_id_idx ON charges (business_id, recurring_id)"
        " WHERE recurring_id IS NOT NULL"
    )


def downgrade() -> None:
    """Forget the tellings but the newest; charges that were made stay."""
    op.execute("DROP INDEX charges_business_id_recurring_id_idx")
    op.execute("DROP INDEX recurring_payments_business_id_next_run_at_id_idx")
    op.execute("DROP INDEX recurring_payments_next_run_at_business_id_idx")
    op.execute(
        "CREATE INDEX recurring_payments_next_run_at_idx ON recurring_payments (next_run_at)"
        " WHERE next_run_at IS NOT NULL"
    )
    op.execute("ALTER TABLE recurring_payments DROP COLUMN tellings")
