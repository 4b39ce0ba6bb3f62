"""Shelves: rows by their ids, what became of them since they were loaded, and whose alarm was set."""

from datetime import UTC, datetime

import pytest

from models.automation import Run, RunState, RunSubject
from models.errors import ConflictError
from models.rows import Alarmed, alarm_of, columns_of, row_classes
from models.shelf import Shelf
from models.tables import ROW_MODULES

assert ROW_MODULES

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 6, 12, tzinfo=UTC)


def a_run(id_: str = "r1", due_at: datetime | None = NOON) -> Run:
    return Run("atelier", id_, "ask", 1, "zoe", RunState.WAITING, NOON, "order.paid", "f1", {}, due_at=due_at)


def values_of(run: Run) -> tuple[object, ...]:
    return tuple(getattr(run, name) for name in columns_of(Run))


def test_a_shelf_learns_of_every_alarm_that_is_set() -> None:
    shelf = Shelf(Run)
    shelf.load(values_of(a_run("r1")))
    assert shelf.rung == []
    shelf["r1"].due_at = LATER
    added = shelf.add(a_run("r2"))
    assert shelf.rung == [shelf["r1"], added]


def test_a_row_that_stands_nowhere_rings_nowhere() -> None:
    run = a_run()
    run.due_at = LATER
    assert run.due_at == LATER
    assert run == a_run(due_at=LATER)


def test_a_row_is_loaded_once_however_often_it_is_read() -> None:
    shelf = Shelf(Run)
    shelf.load(values_of(a_run()))
    shelf["r1"].due_at = LATER
    shelf.load(values_of(a_run()))
    assert shelf["r1"].due_at == LATER
    shelf.drop(shelf["r1"])
    shelf.load(values_of(a_run()))
    assert "r1" not in shelf
    assert len(shelf.dropped) == 1


def test_a_row_that_was_taken_away_and_put_back_is_neither_new_nor_gone() -> None:
    shelf = Shelf(RunSubject, by=("subject",), key=("subject", "run_id"))
    shelf.load(("atelier", "order:o1", "r1"))
    shelf.drop(shelf["order:o1", "r1"])
    shelf.add(RunSubject("atelier", "order:o1", "r1"))
    assert (list(shelf.fresh), list(shelf.dropped), shelf.changed()) == ([], [], [])
    assert len(shelf.by("subject", "order:o1")) == 1


def test_a_new_row_that_is_taken_away_leaves_nothing() -> None:
    shelf = Shelf(RunSubject, by=("subject",), key=("subject", "run_id"))
    shelf.drop(shelf.add(RunSubject("atelier", "order:o1", "r1")))
    assert (list(shelf.fresh), list(shelf.dropped), len(shelf)) == ([], [], 0)


def test_the_same_id_cannot_be_given_twice() -> None:
    shelf = Shelf(Run)
    shelf.add(a_run())
    with pytest.raises(ConflictError, match="runs has r1 already"):
        shelf.add(a_run())


def test_every_row_with_an_alarm_can_ring() -> None:
    alarmed = {name for name, cls in row_classes().items() if alarm_of(cls)}
    assert alarmed == {name for name, cls in row_classes().items() if issubclass(cls, Alarmed)}
    assert {"runs", "sessions", "invoices", "messages", "noted_charges"} <= alarmed
