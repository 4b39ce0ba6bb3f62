"""Notes about clients, and the files that they shared."""

from alembic import op

revision = "0030"
down_revision = "0029"

OF_CLIENT = (
    "business_id TEXT NOT NULL, id TEXT NOT NULL, contact_id TEXT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL,"
    " actor TEXT NOT NULL"
)


def upgrade() -> None:
    """Create the tables; what files hold is compressed already."""
    _create("client_notes", "text TEXT NOT NULL")
    _create(
        "client_files",
        "name TEXT NOT NULL, media_type TEXT NOT NULL, size BIGINT NOT NULL, digest TEXT NOT NULL,"
        " content BYTEA NOT NULL",
    )
    op.execute("ALTER TABLE client_files ALTER COLUMN content SET STORAGE EXTERNAL")


def _create(name: str, own: str) -> None:
    op.execute(
        f"CREATE TABLE {name} ({OF_CLIENT}, {own}, CONSTRAINT {name}_pkey PRIMARY KEY (business_id, id),"
        f" CONSTRAINT {name}_business_id_contact_id_fkey FOREIGN KEY (business_id, contact_id)"
        " REFERENCES contacts (business_id, id))"
    )
    op.execute(f"CREATE INDEX {name}_business_id_contact_id_idx ON {name} (business_id, contact_id)")


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE client_files")
    op.execute("DROP TABLE client_notes")
