"""The schema's history (Alembic); wire format, changed only by adding a version."""
