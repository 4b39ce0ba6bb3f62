"""How a seller stands to VAT, in words; texts of the law are dated data of the code; answers of payers are frozen."""

from alembic import op

from models.migrations.freezing import freeze

revision = "0020"
down_revision = "0019"


RENAMED = """DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'businesses_{before}_not_null') THEN
        ALTER TABLE businesses RENAME CONSTRAINT businesses_{before}_not_null TO businesses_{after}_not_null;
    END IF;
END $$"""
"""Since PostgreSQL 18 a column that must not be null has a constraint with a name."""
TOLD_ONCE = ("provider", "provider_reference", "provider_fee", "actor", "note")
REGIMES = "CHECK (vat_regime IN ('normal', 'franchise', 'exempt'))"


def upgrade() -> None:
    """Put the regime in the place of a yes or no, and drop the table that nothing filled."""
    op.execute(
        "ALTER TABLE businesses ALTER COLUMN vat_exempt TYPE TEXT"
        " USING CASE WHEN vat_exempt THEN 'franchise' ELSE 'normal' END"
    )
    op.execute("ALTER TABLE businesses RENAME COLUMN vat_exempt TO vat_regime")
    op.execute(RENAMED.format(before="vat_exempt", after="vat_regime"))
    op.execute(f"ALTER TABLE businesses ADD CONSTRAINT businesses_vat_regime_check {REGIMES}")
    op.execute("ALTER TABLE businesses ADD COLUMN vat_due_on TEXT, ADD COLUMN exemption_text TEXT")
    op.execute("UPDATE businesses SET vat_due_on = 'receipts'")
    op.execute(
        "ALTER TABLE businesses ALTER COLUMN vat_due_on SET NOT NULL,"
        " ADD CONSTRAINT businesses_vat_due_on_check CHECK (vat_due_on IN ('receipts', 'debits'))"
    )
    op.execute("DROP TABLE law_texts")
    for statement in freeze("payments", ("business_id", "id", "recorded_at"), once=(*TOLD_ONCE, "answers")):
        op.execute(statement)


def downgrade() -> None:
    """Keep only whether a seller is exempt."""
    for statement in freeze("payments", ("business_id", "id", "recorded_at"), once=TOLD_ONCE):
        op.execute(statement)
    op.execute("ALTER TABLE businesses DROP CONSTRAINT businesses_vat_regime_check")
    op.execute("ALTER TABLE businesses ALTER COLUMN vat_regime TYPE BOOLEAN USING vat_regime <> 'normal'")
    op.execute("ALTER TABLE businesses RENAME COLUMN vat_regime TO vat_exempt")
    op.execute(RENAMED.format(before="vat_regime", after="vat_exempt"))
    op.execute("ALTER TABLE businesses DROP COLUMN vat_due_on, DROP COLUMN exemption_text")
    op.execute(
        "CREATE TABLE law_texts (id TEXT NOT NULL, country TEXT NOT NULL, subject TEXT NOT NULL,"
        " language TEXT NOT NULL, valid_from DATE NOT NULL, text TEXT NOT NULL, payer_kind TEXT, regime TEXT,"
        " value NUMERIC, valid_to DATE, CONSTRAINT law_texts_pkey PRIMARY KEY (id))"
    )
