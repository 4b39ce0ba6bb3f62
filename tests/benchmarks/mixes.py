"""The mixes: *stored* (50 automations evaluated, none matches) and *acting* (3 of 50 match).

Both are orders of one booking. Acting issues an invoice with line, VAT group, number and journal entry, and queues
three messages; mails are not sent here. Events lie on the stream before the worker starts.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psutil

from models.db import transact
from models.shop_file import automation_entry, read_shop
from models.yamlfile import decode
from tasks.opening import open_shop
from tests.benchmarks.stage import Stage, cpu_seconds, wait_for

AUTOMATIONS = 50
CLIENTS = 200
ACTING = (
    {"request_payment": {"document": "invoice"}},
    {"send_email": {"subject": "Bonjour", "message": "Merci {{ contact.name }}"}},
    {"notify_staff": {"subject": "Réservé", "message": "{{ contact.name }}"}},
)


def automations(*, acting: bool) -> list[dict[str, Any]]:
    """Return 50 automations on `session.booked`: half filter by service, half by a condition."""
    made = [
        {"automation": f"act-{number}", "trigger": {"on": "session.booked", "services": ["cut"]}, "steps": [step]}
        for number, step in enumerate(ACTING if acting else ())
    ]
    for number in range(len(made), AUTOMATIONS):
        trigger: dict[str, Any] = {"on": "session.booked"}
        if number % 2:
            trigger["services"] = [f"other-{number}"]
        else:
            trigger["where"] = {"property": "contact.name", "operator": "equals", "value": f"nobody {number}"}
        made.append({"automation": f"idle-{number}", "trigger": trigger, "steps": [ACTING[1]]})
    return made


def shop(business_id: str, *, acting: bool) -> str:
    """Return a shop file."""
    contacts = [{"id": f"c{n}", "name": f"Client {n}", "email": f"c{n}@clients.example"} for n in range(CLIENTS)]
    return msgspec.json.encode(
        {
            "business": {
                "id": business_id,
                "name": business_id,
                "email": f"{business_id}@shops.example",
                "timezone": "Europe/Paris",
                "locale": "fr",
                "country": "FR",
                "tax_rate": "20",
            },
            "contacts": contacts,
            "services": [{"id": "cut", "name": "Coupe", "price": {"amount": 4500, "currency": "EUR"}}],
            "automations": automations(acting=acting),
        }
    ).decode()


def open_shops(stage: Stage, mix: str, tenants: int) -> None:
    """Open the shops of a mix."""
    now = datetime.now(UTC)
    for number in range(tenants):
        text = shop(f"{mix}-{number}", acting=mix == "acting")
        read = decode(text, mix, lambda node: read_shop(node, now, lambda item: automation_entry(item, _no_files)))
        transact(stage.engine, lambda connection, read=read: open_shop(connection, read, now, actor="bench"))  # type: ignore[misc]


def _no_files(_node: Any, name: str) -> tuple[str, str]:
    return name, ""


def orders(mix: str, count: int, tenants: int) -> Iterator[bytes]:
    """Yield events: one booking each, tenants in turn."""
    day = datetime.now(UTC) + timedelta(days=3)
    for number in range(count):
        starts_at = day + timedelta(minutes=number % 1_000)
        session = {
            "id": f"s{number}",
            "service": "cut",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        }
        client = number // tenants % CLIENTS
        yield msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": f"e{number}",
                "source": "/booking",
                "type": "order.placed",
                "business": f"{mix}-{number % tenants}",
                "data": {
                    "contact": {"id": f"c{client}", "email": f"c{client}@clients.example"},
                    "order": {"id": f"o{number}", "bookings": [{"id": f"b{number}", "session": session}]},
                },
            }
        )


def publish(stage: Stage, mix: str, count: int, tenants: int) -> None:
    """Lay the events on the stream."""
    chunk: list[bytes] = []
    for raw in orders(mix, count, tenants):
        chunk.append(raw)
        if len(chunk) == 2_000:
            stage.stream.append(chunk)
            chunk.clear()
    if chunk:
        stage.stream.append(chunk)


def measure(stage: Stage, mix: str, count: int, tenants: int) -> dict[str, Any]:
    """Measure the rate at which a worker of two children decides a mix."""
    open_shops(stage, mix, tenants)
    publish(stage, mix, count, tenants)
    stage.query("SELECT pg_stat_force_next_flush()")
    before, wal = written(stage), stage.query("SELECT pg_current_wal_lsn()::text")[0]
    worker = stage.worker("worker.app", "events")
    intake = stage.start(f"intake-{mix}", "-m", "worker.intake")
    servers = [p for p in psutil.Process().children(recursive=True) if p.name() in {"postgres", "valkey-server"}]
    redis = stage.stream._redis  # the length of the stream is the progress

    def left() -> int:
        return int(redis.xlen("relance:events")) + int(stage.query("SELECT count(*) FROM waiting")[0])

    wait_for(lambda: left() < count * 0.97, 120)
    first, started = left(), time.perf_counter()
    cpu = cpu_seconds([worker]), cpu_seconds(servers)
    wait_for(lambda: left() <= count * 0.02, 900)
    last, seconds = left(), time.perf_counter() - started
    spent = cpu_seconds([worker]) - cpu[0], cpu_seconds(servers) - cpu[1]
    wait_for(lambda: left() == 0, 60)
    for process in (worker, intake):
        process.terminate()
    wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 60)
    time.sleep(1)
    decided = first - last
    rows = {table: after - before.get(table, 0) for table, after in written(stage).items()}
    bytes_ = stage.query(f"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{wal}')::bigint")[0]  # ours
    print(f"{mix}: rows written by table: {rows}", file=sys.stderr)  # noqa: T201  # progress
    return {
        "benchmark": mix,
        "events": count,
        "tenants": tenants,
        "automations": AUTOMATIONS,
        "events_per_second": round(decided / seconds, 1),
        "rows_per_event": round(sum(rows.values()) / count, 2),
        "wal_bytes_per_event": round(bytes_ / count),
        "worker_cpu_us_per_event": round(spent[0] / decided * 1e6),
        "server_cpu_us_per_event": round(spent[1] / decided * 1e6),
        "synchronous_commit": stage.query("SHOW synchronous_commit")[0],
        "fsync": stage.query("SHOW fsync")[0],
    }


def written(stage: Stage) -> dict[str, int]:
    """Return how many rows were inserted, updated and deleted so far, by table."""
    rows = stage.query(
        "SELECT json_object_agg(relname, n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )[0]
    return dict(rows or {})
