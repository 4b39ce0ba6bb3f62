"""Delays: how late waiting runs go on, with many more waiting behind them, and how long a herd takes.

Lateness is the commit of a run's step, by the server's own commit timestamps, less the instant at which it was due.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from models.db import transact
from models.shop_file import automation_entry, read_shop
from models.yamlfile import decode
from tasks.opening import open_shop
from tests.benchmarks.mixes import CLIENTS, shop
from tests.benchmarks.stage import Stage, wait_for

SHOPS = 20
STEPS = """
automation: waits
trigger: {on: shop.pinged}
steps: [{delay: {days: 1}}, {add_tag: {tag: waited}}]
"""


def prepare(stage: Stage) -> None:
    """Open shops whose one automation waits a day and then tags the client."""
    now = datetime.now(UTC)
    for number in range(SHOPS):
        text = shop(f"waits-{number}", acting=False)
        shop_file = decode(text, "shop", lambda node: read_shop(node, now, lambda item: automation_entry(item, _none)))
        waits = decode(STEPS, "waits", lambda node: automation_entry(node, _none))
        assert waits is not None
        read = replace(shop_file, automations=(waits,))
        transact(stage.engine, lambda connection, read=read: open_shop(connection, read, now, actor="bench"))  # type: ignore[misc]


def _none(_node: Any, name: str) -> tuple[str, str]:
    return name, ""


def insert(stage: Stage, prefix: str, count: int, first: datetime, spacing: timedelta) -> None:
    """Insert waiting runs, the n-th due `n × spacing` after `first`; their start notes when they are due."""
    with psycopg.connect(stage.url) as connection:
        connection.execute(
            "INSERT INTO runs (business_id, id, automation_id, version, contact_id, state, started_at, trigger,"
            " fact_id, subjects, position, due_at, depth, effects, made, merged)"
            " SELECT 'waits-' || n %% %s, %s || n, 'waits', 1, 'c' || n / %s %% %s, 'waiting', d.at, 'shop.pinged',"
            " 'f', '{}', 1, d.at, 0, 0, '[]', '[]' FROM generate_series(0, %s - 1) n,"
            " LATERAL (SELECT %s::timestamptz + n * %s::interval AS at) d",
            (SHOPS, prefix, SHOPS, CLIENTS, count, first, spacing),
        )
    with psycopg.connect(stage.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE runs")


def measure(stage: Stage, waiting: int, seconds: int, per_second: int = 1_000) -> dict[str, Any]:
    """Return lateness with `waiting` runs that are not due and `per_second` that fall due each second."""
    prepare(stage)
    insert(stage, "far-", waiting, datetime.now(UTC) + timedelta(days=300), timedelta(milliseconds=100))
    worker = stage.worker("worker.app", "automations")
    stage.start("beat", "-m", "celery", "--app=worker.app", "beat", "--loglevel=WARNING")
    time.sleep(3)
    memory = _memory(worker)
    count = seconds * per_second
    spacing = timedelta(seconds=1) / per_second
    insert(stage, "due-", count, datetime.now(UTC) + timedelta(seconds=8), spacing)
    wait_for(lambda: _done(stage, "due-") == count, seconds + 120)
    late = stage.query(
        "SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY"
        " extract(epoch FROM pg_xact_commit_timestamp(xmin) - started_at)) FROM runs WHERE id LIKE 'due-%'"
    )[0]
    return {
        "benchmark": "delays",
        "waiting": waiting,
        "due_per_second": per_second,
        "seconds": seconds,
        "lateness_ms_p50": round(late[0] * 1000),
        "lateness_ms_p99": round(late[1] * 1000),
        "lateness_ms_max": round(late[2] * 1000),
        "worker_mib_before": memory,
        "worker_mib_after": _memory(worker),
    }


def herd(stage: Stage, count: int) -> dict[str, Any]:
    """Return how long it takes until a herd of runs, all due at once, has gone on; the worker of `measure` runs."""
    insert(stage, "herd-", count, datetime.now(UTC) - timedelta(seconds=1), timedelta(0))
    started = time.perf_counter()
    wait_for(lambda: _done(stage, "herd-") == count, 600)
    seconds = time.perf_counter() - started
    return {
        "benchmark": "herd",
        "due_at_once": count,
        "seconds": round(seconds, 1),
        "per_second": round(count / seconds),
    }


def _done(stage: Stage, prefix: str) -> int:
    return int(stage.query(f"SELECT count(*) FROM runs WHERE id LIKE '{prefix}%' AND state = 'done'")[0])  # noqa: S608


def _memory(worker: Any) -> float:
    """Return the resident memory of the worker's children, in MiB."""
    return float(round(sum(child.memory_info().rss for child in worker.children()) / 2**20, 1))
