"""Coupons, each use of one, and the code with which an order came."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the tables and the columns."""
    op.execute(
        "CREATE TABLE coupons (business_id TEXT NOT NULL, id TEXT NOT NULL,"
        " created_at TIMESTAMP WITH TIME ZONE NOT NULL, percent NUMERIC, amount BIGINT, currency TEXT,"
        " services JSONB NOT NULL, valid_from DATE, expires_on DATE, most_uses BIGINT, most_per_client BIGINT,"
        " used BIGINT NOT NULL, revoked_at TIMESTAMP WITH TIME ZONE, actor TEXT,"
        " CONSTRAINT coupons_pkey PRIMARY KEY (business_id, id),"
        " CONSTRAINT coupons_worth_check CHECK ((percent IS NULL) <> (amount IS NULL)))"
    )
    op.execute(
        "CREATE TABLE coupon_uses (business_id TEXT NOT NULL, coupon_id TEXT NOT NULL, subject TEXT NOT NULL,"
        " contact_id TEXT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, amount BIGINT NOT NULL,"
        " CONSTRAINT coupon_uses_pkey PRIMARY KEY (business_id, coupon_id, subject),"
        " CONSTRAINT coupon_uses_business_id_coupon_id_fkey FOREIGN KEY (business_id, coupon_id)"
        " REFERENCES coupons (business_id, id))"
    )
    op.execute("CREATE INDEX coupon_uses_business_id_contact_id_idx ON coupon_uses (business_id, contact_id)")
    op.execute("ALTER TABLE orders ADD COLUMN coupon TEXT, ADD COLUMN coupon_refused TEXT")


def downgrade() -> None:
    """Forget coupons; what they took off stays."""
    op.execute("ALTER TABLE orders DROP COLUMN coupon, DROP COLUMN coupon_refused")
    op.execute("DROP TABLE coupon_uses")
    op.execute("DROP TABLE coupons")
