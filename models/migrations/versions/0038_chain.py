"""Chain: the journal's seals in bulk, as an aggregate over entries in order (see `models.chain`)."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add the aggregate: of the seal before the first entry, and of canonical entries, it is the seal of the last."""
    op.execute(
        "CREATE FUNCTION seal_next(seal text, head text, entry text) RETURNS text LANGUAGE plpgsql IMMUTABLE"
        " PARALLEL SAFE AS $$ BEGIN"
        " RETURN encode(sha256(convert_to(coalesce(seal, head) || chr(10) || entry, 'UTF8')), 'hex'); END $$"
    )
    op.execute("CREATE AGGREGATE seal(head text, entry text) (SFUNC = seal_next, STYPE = text)")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP AGGREGATE seal(text, text)")
    op.execute("DROP FUNCTION seal_next(text, text, text)")
