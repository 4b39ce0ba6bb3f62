"""Delays: how late waiting runs go on, with many more waiting behind them, and how long a herd takes.

Each run waits for its second step, which queues a message. Lateness is the commit of that step, by the server's own
commit timestamps, less the instant at which the run was due.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.benchmarks.shops import CLIENTS, open_shops
from tests.benchmarks.stage import Stage, wait_for

PREFIX = "waits"
SHOPS = 20
AUTOMATION = {
    "automation": "waits",
    "trigger": {"on": "shop.pinged"},
    "steps": [{"delay": {"days": 1}}, {"send_email": {"subject": "Bonjour", "message": "Merci {{ contact.name }}"}}],
}
INSERTED_A_SECOND = 15_000
"""How many runs are surely inserted in a second; they are due when all of them are there."""


def open_waiting_shops(stage: Stage) -> None:
    """Open shops whose one automation waits a day and then writes to the client; let the worker get to know them."""
    open_shops(stage.engine, PREFIX, SHOPS, [AUTOMATION])
    _all_at_once(stage, "known", 2_000)


def measure(stage: Stage, waiting: int, seconds: int, per_second: int = 1_000) -> dict[str, Any]:
    """Return lateness with `waiting` runs that are not due and `per_second` that fall due each second."""
    alone = stage.worker_mib()
    insert(stage, "far", waiting, datetime.now(UTC) + timedelta(days=300), timedelta(milliseconds=100))
    tidy(stage)
    count = seconds * per_second
    first = datetime.now(UTC) + timedelta(seconds=2 + count / INSERTED_A_SECOND)
    last = insert(stage, "due", count, first, timedelta(seconds=1) / per_second)
    sleep_until(first)
    meter = stage.meter()
    sleep_until(last)
    _wait_until_done(stage, last)
    spent = meter.read(count)
    late = stage.query(
        "SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY"
        " extract(epoch FROM pg_xact_commit_timestamp(xmin) - started_at)) FROM runs WHERE id LIKE 'due-%'"
    )[0]
    return {
        "benchmark": "delays",
        "waiting": waiting,
        "due_per_second": per_second,
        "seconds": seconds,
        "gone_on": gone_on(stage, "due"),
        "lateness_ms_p50": round(late[0] * 1000),
        "lateness_ms_p99": round(late[1] * 1000),
        "lateness_ms_max": round(late[2] * 1000),
        "worker_mib_with_none_waiting": alone,
        "worker_mib_after": stage.worker_mib(),
        **spent,
    }


def herd(stage: Stage, count: int) -> dict[str, Any]:
    """Return how long it takes until runs that were all due at one instant have gone on."""
    seconds, spent = _all_at_once(stage, "herd", count)
    return {
        "benchmark": "herd",
        "due_at_once": count,
        "gone_on": gone_on(stage, "herd"),
        "seconds": round(seconds, 1),
        "per_second": round(count / seconds),
        "worker_mib_after": stage.worker_mib(),
        **spent,
    }


def _all_at_once(stage: Stage, name: str, count: int) -> tuple[float, dict[str, Any]]:
    """Let runs fall due at one instant; return the seconds from then until the last has gone on, and the meter."""
    due = datetime.now(UTC) + timedelta(seconds=2 + count / INSERTED_A_SECOND)
    insert(stage, name, count, due, timedelta(0))
    tidy(stage)
    sleep_until(due)
    meter = stage.meter()
    _wait_until_done(stage, due)
    return (datetime.now(UTC) - due).total_seconds(), meter.read(count)


def _wait_until_done(stage: Stage, last: datetime) -> None:
    left = f"SELECT EXISTS (SELECT FROM runs WHERE due_at <= '{last}')"  # noqa: S608  # ours
    wait_for(lambda: not stage.query(left)[0], 900)


def sleep_until(instant: datetime) -> None:
    """Return at that instant; at once if it has passed, which makes figures worse and never better."""
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


def insert(stage: Stage, name: str, count: int, first: datetime, spacing: timedelta) -> datetime:
    """Insert waiting runs, the n-th due `n × spacing` after `first`, which its start notes; return the last instant."""
    with psycopg.connect(stage.url) as connection:
        connection.execute(
            "INSERT INTO runs (business_id, id, automation_id, version, contact_id, state, started_at, trigger,"
            " fact_id, subjects, position, due_at, depth, effects, made, merged)"
            " SELECT 'waits-' || n %% %s, %s || '-' || n, 'waits', 1, 'c' || n / %s %% %s, 'waiting', d.at,"
            " 'shop.pinged', 'f', '{}', 1, d.at, 0, 0, '[]', '[]' FROM generate_series(0, %s - 1) n,"
            " LATERAL (SELECT %s::timestamptz + n * %s::interval AS at) d",
            (SHOPS, name, SHOPS, CLIENTS, count, first, spacing),
        )
    return first + (count - 1) * spacing


def insert_due(stage: Stage, count: int) -> None:
    """Insert runs that have been due for a moment, for a process that is watched."""
    insert(stage, "watched", count, datetime.now(UTC) - timedelta(milliseconds=1), timedelta(0))
    tidy(stage)


def tidy(stage: Stage) -> None:
    """Do at once what the server would have done by itself while so many runs gathered."""
    stage.order("VACUUM ANALYZE runs")


def gone_on(stage: Stage, name: str) -> int:
    """Count the runs that are done, each with its message."""
    return int(
        stage.query(
            "SELECT count(DISTINCT m.id) FROM runs r JOIN messages m ON m.business_id = r.business_id"  # noqa: S608  # ours
            f" AND m.run_id = r.id WHERE r.id LIKE '{name}-%' AND r.state = 'done'"
        )[0]
    )
