"""kill -9 of billing workers, and of the PostgreSQL backends that they use, while two runs of one period go on at once.

After it every client has one document, numbers are 1..n, the books balance, and nobody had to do anything (R3, R13).
"""

import os
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from models.db import make_engine, transact
from tasks.billing import by_hand
from tasks.books import check_books
from tests.benchmarks import debts
from tests.system.test_kills import system  # noqa: F401  # the same fixture

CLIENTS, CHARGES = 150, 3
SECONDS = 120
AT_WORK = (
    "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    " AND (query LIKE '%bill_%' OR query LIKE '%invoice%')"
)


class Witness:
    """Looks at the database, also after it has gone away."""

    def __init__(self, url: str) -> None:
        self.url = url

    def one(self, sql: str) -> Any:
        """Return the first column of the first row, however often the server goes away."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    row = connection.execute(sql.encode()).fetchone()
                    return row[0] if row else None
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def backend_at_work(self) -> int | None:
        """Return a backend that bills at this moment, or None if billing ends before one is seen."""
        while self.one("SELECT count(*) FROM charges WHERE state = 'due' AND business_id LIKE 'owed-%'"):
            with suppress(psycopg.OperationalError), psycopg.connect(self.url, autocommit=True) as connection:
                for _ in range(200):
                    found = connection.execute(AT_WORK.encode()).fetchone()
                    if found:
                        return int(found[0])
                    time.sleep(0.01)
        return None


def kill_workers_of(home: Path) -> None:
    """Kill the worker's main process and its children at once."""
    for process in psutil.process_iter(["cmdline"]):
        if {"worker.app", "worker"} <= {part.removeprefix("--app=") for part in process.info["cmdline"] or ()}:
            with suppress(psutil.Error):
                if process.environ().get("RELANCE_HOME") == str(home):
                    process.kill()


def let_owe(url: str, names: list[str]) -> None:
    """Open shops, and let their clients owe what is due."""
    engine = make_engine(url)
    debts.open_shops(engine, names)
    now = datetime.now(UTC)
    month = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    transact(engine, lambda c: debts.let_owe(c, names, CLIENTS, CHARGES, month, now - timedelta(days=1)))
    engine.dispose()


@pytest.mark.parametrize(("kills", "shops"), [(4, 12), pytest.param(20, 60, marks=pytest.mark.faults)], ids=str)
def test_kill_9_in_the_middle_of_billing_makes_one_document_each(
    kills: int,
    shops: int,
    system: tuple[Path, dict[str, str]],  # noqa: F811
) -> None:
    home, addresses = system
    url = addresses["database"]
    witness = Witness(url)
    names = [f"owed-{kills}-{number:02}" for number in range(shops)]
    let_owe(url, names)
    listed = ", ".join(f"'{name}'" for name in names)
    with psycopg.connect(url) as connection:
        now = datetime.now(UTC)
        for name in names[:3]:
            by_hand.begin(connection, name, now.date(), now, actor="tests")
        connection.execute(
            "UPDATE billing_schedules SET next_at = now(), day = current_date WHERE business_id = ANY(%s)", (names,)
        )
    in_the_act = 0
    for kill in range(kills):
        backend = witness.backend_at_work()
        if backend is None:
            break
        in_the_act += 1
        if kill % 2:
            with suppress(ProcessLookupError):
                os.kill(backend, signal.SIGKILL)
        else:
            kill_workers_of(home)
    done = f"SELECT count(*) FROM billing_occurrences WHERE business_id IN ({listed}) AND outcome = 'billed'"  # noqa: S608  # ours
    deadline = time.monotonic() + SECONDS
    while witness.one(done) < shops + 3:
        assert time.monotonic() < deadline, f"{witness.one(done)} of {shops + 3} occurrences have ended"
        time.sleep(0.2)

    assert in_the_act >= min(kills, 3)
    mine = f"FROM invoices WHERE business_id IN ({listed})"
    assert witness.one(f"SELECT count(DISTINCT (business_id, contact_id)) {mine}") == shops * CLIENTS
    assert witness.one(f"SELECT count(*) {mine}") == shops * CLIENTS
    last = f"SELECT max(sequence) AS last {mine} GROUP BY business_id"
    assert witness.one(f"SELECT count(*) FROM ({last}) s WHERE last <> {CLIENTS}") == 0  # noqa: S608  # ours
    assert witness.one(f"SELECT count(*) FROM charges WHERE business_id IN ({listed}) AND state = 'due'") == 0  # noqa: S608  # ours
    assert witness.one(f"SELECT count(*) FROM messages WHERE business_id IN ({listed})") == shops * CLIENTS  # noqa: S608  # ours
    engine = make_engine(url)
    assert transact(engine, check_books) == []
    engine.dispose()
