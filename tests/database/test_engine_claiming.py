"""Claiming due rows: one look per tenant in an index made for it, however many rows the others have (R23)."""

from collections.abc import Iterator
from typing import Any

import pytest

from models.db import transact
from tasks.claiming import claim_rows
from tasks.due import view
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story, wait

LOOKS = {
    "runs": ("due_at", "sequence"),
    "sessions": ("announce_at", "id"),
    "invoices": ("check_at", "id"),
    "messages": ("next_attempt_at", "sequence"),
}
MULTIPLY = """
INSERT INTO {table} SELECT r.* FROM {table} t CROSS JOIN generate_series(1, 20000) n
CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object(
    'business_id', 'b' || n % 40, 'id', t.id || n, 'number', n, 'sequence', n,
    '{due}', '2027-01-02 10:00Z'::timestamptz - n * interval '1 second'
)) r WHERE t.id = (SELECT min(id) FROM {table} WHERE {due} IS NOT NULL) ORDER BY md5(n::text)"""


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop that has one of everything that falls due."""
    story = Story(databases)
    story.automation("ask", "session.booked", ASK, wait(days=1), ASK)
    story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-01-06 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        yield at_work


@pytest.mark.parametrize("table", LOOKS)
def test_each_tenant_s_due_rows_are_found_in_their_own_index(work: AtWork, table: str) -> None:
    due, then = LOOKS[table]
    work.sql(MULTIPLY.format(table=table, due=due).replace("%", "%%"))
    work.sql(f"ANALYZE {table}")
    work.comes("2027-01-03 10:00")

    def scans(connection: Any) -> tuple[int, int]:
        names = (f"{table}_business_id_{due}_{then}_idx", table)
        row = connection.execute(
            "SELECT pg_stat_get_xact_numscans(%s::regclass), pg_stat_get_xact_numscans(%s::regclass)", names
        ).fetchone()
        return int(row[0]), int(row[1])

    def claim(connection: Any) -> tuple[int, int, int]:
        before = scans(connection)
        claimed = claim_rows(connection, table, view(work.shell, work.clock.at), 100)
        in_index, through_the_table = (
            after - at_first for after, at_first in zip(scans(connection), before, strict=True)
        )
        return len(claimed), in_index, through_the_table

    claimed, in_index, through_the_table = transact(work.engine, claim)
    assert claimed == 100
    assert in_index >= 4
    assert through_the_table == 0
