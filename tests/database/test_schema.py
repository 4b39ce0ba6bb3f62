"""The schema: what the migrations make is what the rows say, to the last predicate."""

import psycopg
import pytest

from deploy.local.postgres import Postgres
from models.db import make_engine, migrate, require_schema, schema_versions
from models.errors import ConfigurationError
from models.rows import metadata
from tests.database.conftest import EMPTY

COLUMNS = """
SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"""
CONSTRAINTS = """
SELECT r.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
WHERE c.connamespace = 'public'::regnamespace"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
OPTIONS = "SELECT relname, relkind, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def declared(server: Postgres) -> str:
    """Return the URL of a database made from the rows alone."""
    url = server.create_database("declared")
    engine = make_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    return url


def asked(url: str, query: str) -> set[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(query).fetchall()
    return {tuple(map(str, row)) for row in rows if not row[0].startswith("alembic_version")}


@pytest.mark.parametrize(
    "query", [COLUMNS, CONSTRAINTS, INDEXES, OPTIONS], ids=["columns", "constraints", "indexes", "options"]
)
def test_the_migrated_schema_is_the_declared_one(server: Postgres, declared: str, query: str) -> None:
    assert asked(server.url_of(EMPTY), query) == asked(declared, query)


def test_a_migrated_database_stays_as_it_is(url: str) -> None:
    before = asked(url, COLUMNS)
    migrate(url)
    assert asked(url, COLUMNS) == before
    assert len(set(schema_versions(url))) == 1
    require_schema(url)


def test_a_database_without_schema_is_refused_with_the_mend(server: Postgres) -> None:
    with pytest.raises(ConfigurationError, match=r"at version none, this code needs .* Run `relance migrate`"):
        require_schema(server.create_database("without_schema"))
