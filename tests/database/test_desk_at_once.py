"""Many people at the desk at once: one books the debt, the others are told that it is paid (R15, R17)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from models.db import make_engine, transact
from models.marking import Taken
from models.refusals import RefusedError
from tasks.desk.acting import Desk
from tasks.desk.payments import mark_as_paid
from tasks.engine import lock
from tasks.gateways.clock import SystemClock
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream

PEOPLE = 8


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk and invoice a cut of 45 €."""
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.invoices()
    return desk


def test_only_one_of_many_marks_a_document_as_paid(desk: FrontDesk, url: str) -> None:
    engine = make_engine(url, pool_size=PEOPLE)

    def mark(number: int) -> bool:
        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            now = SystemClock().now()
            mark_as_paid(Desk(connection, "atelier", now, f"person {number}"), desk.number, Taken("cash"))

        try:
            transact(engine, work)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(PEOPLE) as people:
        marked = list(people.map(mark, range(PEOPLE)))
    engine.dispose()
    assert marked.count(True) == 1
    assert [one["amount"] for one in desk.listed("payments", "list")] == [4500]
    assert desk.balanced()
