"""Lines and VAT groups of documents without foreign keys: see docs/decisions/0013."""

from alembic import op

revision = "0044"
down_revision = "0043"

TABLES = ("invoice_lines", "invoice_taxes")


def upgrade() -> None:
    """Take the foreign keys away; the rule of the books `lines_document` asks for all of them at once."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_business_id_invoice_id_fkey")


def downgrade() -> None:
    """Ask again with each row."""
    for table in TABLES:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_business_id_invoice_id_fkey"
            " FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id)"
        )
