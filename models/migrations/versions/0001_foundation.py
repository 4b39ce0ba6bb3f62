"""The foundation: tenants, clients, appointments, charges, documents, books, automations, messages."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table; the SQL beside this file is frozen."""
    op.execute((resources.files("models.migrations.versions") / "0001_foundation.sql").read_text())


def downgrade() -> None:
    """Refuse: books are never thrown away."""
    raise RuntimeError("The first version holds the books and can't be undone: restore a backup instead.")
