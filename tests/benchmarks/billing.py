"""Billing: a month of many shops' clients, beside the bare copying of the same rows and beside an ORM.

The worker's two children bill what falls due at one instant. The floor copies the rows that came of it, by as many
connections, into tables with the same columns, constraints and indexes.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.benchmarks import debts, orm
from tests.benchmarks.stage import Stage, wait_for

CHARGES = 5
WRITTEN = ("invoices", "invoice_lines", "invoice_taxes", "journal", "messages")
HANDS = 2
"""Children of the worker, and connections of the floor."""
SHARE_OF_ORM = 100
"""One in so many clients is billed by the ORM."""
PATIENCE = 3_600
CLIENTS_BESIDE = 100
ENDED = "SELECT count(*) FROM billing_occurrences WHERE business_id {which} AND outcome = 'billed'"
COPY = "INSERT INTO floor_{table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} WHERE business_id = %s"


def measure(stage: Stage, clients: int, shops: int) -> list[dict[str, Any]]:
    """Return the figures of billing so many clients, of the floor, and of the ORM for one client in a hundred."""
    shops = max(2, min(shops, clients // 50))
    names = [f"billed-{number:03}" for number in range(shops)]
    each = clients // shops
    debts.open_shops(stage.engine, names)
    month = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)
    _prepare(stage, names, each, month)
    billed = _bill(stage, names, each * shops)
    floor = _floor(stage, names)
    billed["times_the_floor"] = round(billed["seconds"] / floor["seconds"], 2)
    by_orm = orm.measure(stage, max(20, clients // SHARE_OF_ORM), month)
    by_orm["times_as_long"] = round(by_orm["us_per_client"] / billed["us_per_client"], 1)
    return [billed, floor, by_orm]


def beside_a_flood(stage: Stage, clients: int) -> dict[str, Any]:
    """Return how late a small shop is billed that falls due a second after one of so many clients."""
    flood, small = "flood", "beside"
    debts.open_shops(stage.engine, [flood, small])
    month = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)
    _prepare(stage, [flood], clients, month)
    _prepare(stage, [small], CLIENTS_BESIDE, month)
    began = _let_come(stage, f"= '{flood}'")
    due = _let_come(stage, f"= '{small}'")
    wait_for(lambda: stage.query(ENDED.format(which=f"= '{small}'"))[0] >= 1, PATIENCE)
    late = (datetime.now(UTC) - due).total_seconds()
    left = not stage.query(ENDED.format(which=f"= '{flood}'"))[0]
    wait_for(lambda: stage.query(ENDED.format(which=f"= '{flood}'"))[0] >= 1, PATIENCE)
    return {
        "benchmark": "billing_beside_a_flood",
        "clients_of_the_flood": clients,
        "seconds_of_the_flood": round((datetime.now(UTC) - began).total_seconds(), 1),
        "clients_beside": CLIENTS_BESIDE,
        "done_before_the_flood": left,
        "seconds_late": round(late, 2),
    }


def _let_come(stage: Stage, which: str) -> datetime:
    """Let the date of schedules come in a second; return that instant when it has come."""
    due = datetime.now(UTC) + timedelta(seconds=1)
    when = f"next_at = '{due}', day = '{due.date()}'"
    stage.order(f"UPDATE billing_schedules SET {when} WHERE business_id {which}")  # noqa: S608  # ours
    time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
    return due


def _prepare(stage: Stage, names: Sequence[str], each: int, month: date) -> None:
    """Let everybody owe something, each connection for its share of the shops."""
    recorded = datetime.now(UTC) - timedelta(days=1)

    def fill(share: Sequence[str]) -> None:
        with psycopg.connect(stage.url) as connection:
            for name in share:
                debts.let_owe(connection, [name], each, CHARGES, month, recorded)

    _by_hands(fill, names)
    for table in ("contacts", "charges"):
        stage.order(f"VACUUM ANALYZE {table}")


def _by_hands(work: Any, names: Sequence[str]) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(work, [names[first::HANDS] for first in range(HANDS)]))


def _bill(stage: Stage, names: Sequence[str], clients: int) -> dict[str, Any]:
    """Let the date of all schedules come at once; return what it took until every occurrence has ended."""
    stage.order("CHECKPOINT")
    before = stage.query("SELECT pg_current_wal_lsn()")[0]
    wait_for(lambda: len(psutil.Process(stage.worker.pid).children()) >= HANDS, PATIENCE)
    meter = stage.meter()
    _let_come(stage, "LIKE 'billed-%'")
    began = time.perf_counter()
    wait_for(lambda: stage.query(ENDED.format(which="LIKE 'billed-%'"))[0] >= len(names), PATIENCE, every=0.2)
    seconds = time.perf_counter() - began
    wal = stage.query(f"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{before}')")[0]
    rows = {table: _count(stage, table) for table in WRITTEN}
    return {
        "benchmark": "billing",
        "clients": clients,
        "charges": clients * CHARGES,
        "shops": len(names),
        "seconds": round(seconds, 1),
        "us_per_client": round(seconds / clients * 1e6, 1),
        "rows": rows,
        "wal_mib": round(float(wal) / 2**20),
        "wal_bytes_per_client": round(float(wal) / clients),
        "peak_mib_of_workers": _peaks(stage),
        **meter.read(clients),
    }


def _count(stage: Stage, table: str) -> int:
    return int(stage.query(f"SELECT count(*) FROM {table} WHERE business_id LIKE 'billed-%'")[0])  # noqa: S608  # ours


def _peaks(stage: Stage) -> list[int]:
    """Return the most memory that each of the worker's processes has ever held, in MiB."""
    worker = psutil.Process(stage.worker.pid)
    return [_peak(process.pid) for process in (worker, *worker.children(recursive=True))]


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return round(int(line.split()[1]) / 1024)


def _floor(stage: Stage, names: Sequence[str]) -> dict[str, Any]:
    """Copy the rows into tables like theirs; return what it took."""
    for table in WRITTEN:
        stage.order(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
    stage.order("CHECKPOINT")
    began = time.perf_counter()

    def copy(share: Sequence[str]) -> None:
        with psycopg.connect(stage.url, autocommit=True) as connection:
            for name in share:
                for table in WRITTEN:
                    connection.execute(COPY.format(table=table).encode(), (name,))

    _by_hands(copy, names)
    seconds = time.perf_counter() - began
    rows = {table: int(stage.query(f"SELECT count(*) FROM floor_{table}")[0]) for table in WRITTEN}  # noqa: S608  # ours
    return {"benchmark": "billing_floor", "seconds": round(seconds, 1), "rows": rows}
