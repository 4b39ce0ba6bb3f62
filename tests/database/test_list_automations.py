"""The list of automations: what became of their runs is right, found without a look at each run, and chosen from."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tasks.reading.automations import automations
from tasks.reading.office import Line, open_office
from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import ASK, Databases, Story, mail, wait

MULTIPLY = """
INSERT INTO runs SELECT r.* FROM runs t CROSS JOIN generate_series(1, 20000) n
CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object(
    'id', t.id || n, 'sequence', n + 100, 'state', 'done', 'due_at', NULL,
    'started_at', '2026-12-31 10:00Z'::timestamptz - n * interval '1 second'
)) r WHERE t.id = (SELECT min(id) FROM runs WHERE automation_id = 'hello')"""
SCANS = "SELECT coalesce(idx_tup_fetch, 0), seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'runs'"


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop at work: one run waits, one is done, one was cancelled, one request waits for its window's end."""
    story = Story(databases)
    story.automation("hello", "session.booked", wait(days=3), mail("Bonjour"))
    story.file["automations"][0]["name"] = "Été à Paris"
    story.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    story.automation("never", "invoice.overdue", mail("Nie"))
    first = story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-01-09 10:00")
    story.books("zoe", "cut", at="2027-01-02 11:00", when="2027-01-09 12:00")
    story.cancels(first.booking, at="2027-01-02 12:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        for hour in (10, 11, 12):
            at_work.drains(f"2027-01-02 {hour}:00")
        yield at_work


def listed(work: AtWork, search: str | None = None) -> dict[str, Line]:
    with work.engine.connect() as connection:
        office = open_office(connection, None, datetime.now(UTC))
        return {line["automation"]: line for line in automations(office, search=search)}


def told(line: Line) -> tuple[object, ...]:
    return line["runs"], *(at and f"{at:%d %H:%M}" for at in (line["last_fired"], line["next_due"]))


def test_runs_are_counted_and_the_last_start_and_the_next_due_instant_are_found(work: AtWork) -> None:
    lines = listed(work)
    assert told(lines["hello"]) == ({"cancelled": 1, "waiting": 1}, "02 11:00", "05 11:00")
    assert told(lines["ask"]) == ({"done": 1}, "02 10:00", "03 10:00")
    assert told(lines["never"]) == ({}, None, None)


def test_what_is_held_is_not_due(work: AtWork) -> None:
    work.sql("UPDATE automations SET state = 'paused'")
    work.sql("UPDATE runs SET held_at = due_at, due_at = NULL")
    assert [line["next_due"] for line in listed(work).values()] == [None, None, None]


def test_of_many_runs_only_the_index_is_counted(work: AtWork) -> None:
    work.sql(MULTIPLY)
    with work.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM (ANALYZE) runs")
    with work.engine.connect() as connection:
        lines = {one["automation"]: one for one in automations(open_office(connection, None, datetime.now(UTC)))}
        fetched, through_the_table = connection.exec_driver_sql(SCANS).one()
    assert told(lines["hello"]) == ({"cancelled": 1, "done": 20000, "waiting": 1}, "02 11:00", "05 11:00")
    assert through_the_table < 100
    assert fetched < 100


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["ask", "birthday", "class", "remind"]),
        (["--state", "active"], ["ask", "birthday", "class", "remind"]),
        (["--state", "paused", "--state", "draft"], []),
        (["--trigger", "session.booked"], ["ask", "birthday"]),
        (["--search", "BIRTH"], ["birthday"]),
        (["--search", "s", "--trigger", "session.ended"], ["class"]),
    ],
)
def test_automations_are_chosen(in_salon: Relance, options: list[str], names: list[str]) -> None:
    assert [line["automation"] for line in in_salon("automations", "list", "--json", *options).lines] == names


def test_a_search_minds_neither_case_nor_accents(work: AtWork) -> None:
    assert list(listed(work, search="ETE A")) == ["hello"]
    assert list(listed(work, search="été à paris")) == ["hello"]


def test_a_choice_without_any_says_so(in_salon: Relance) -> None:
    assert in_salon("automations", "list", "--search", "nothing").out == "There are no such automations.\n"
