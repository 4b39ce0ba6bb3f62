"""The mixes: *stored* (50 automations evaluated, none matches) and *acting* (3 of 50 match).

Both are orders of one booking. Acting issues an invoice with line, VAT group, number and journal entry, and queues
three messages; mails are not sent here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tasks.gateways.redis_client import connect
from tasks.gateways.stream import RedisStream
from tasks.settings import EVENTS
from tests.benchmarks.shops import CLIENTS, open_shops
from tests.benchmarks.stage import Stage, wait_for

AUTOMATIONS = 50
ACTING = (
    {"request_payment": {"document": "invoice"}},
    {"send_email": {"subject": "Bonjour", "message": "Merci {{ contact.name }}"}},
    {"notify_staff": {"subject": "Réservé", "message": "{{ contact.name }}"}},
)
CHUNK = 2_000
HELD = "held:events"
"""Where events lie, out of the worker's sight, until all of them are there."""
_END_OLD_SESSIONS = (
    "SELECT count(*), count(pg_terminate_backend(pid)) FILTER (WHERE state = 'idle') FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    " AND backend_start <= '{}'"
)
"""A session reports at its end what it has written; a pool that has lost one opens another."""


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


def orders(shops: str, count: int, tenants: int, name: str = "") -> Iterator[bytes]:
    """Yield events: one booking each, shops in turn; `name` tells them apart from others of the same shops."""
    day = datetime.now(UTC) + timedelta(days=3)
    for number in range(count):
        starts_at = day + timedelta(minutes=number % 1_000)
        session = {
            "id": f"s{name}{number}",
            "service": "cut",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        }
        client = number // tenants % CLIENTS
        yield msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": f"e{name}{number}",
                "source": "/booking",
                "type": "order.placed",
                "business": f"{shops}-{number % tenants}",
                "data": {
                    "contact": {"id": f"c{client}", "email": f"c{client}@clients.example"},
                    "order": {"id": f"o{name}{number}", "bookings": [{"id": f"b{name}{number}", "session": session}]},
                },
            }
        )


def publish(stage: Stage, events: Iterator[bytes]) -> None:
    """Lay events on the stream, all of them at one instant."""
    held = RedisStream(stage.redis_url, HELD)
    chunk: list[bytes] = []
    for raw in events:
        chunk.append(raw)
        if len(chunk) == CHUNK:
            held.append(chunk)
            chunk.clear()
    held.append(chunk)
    connect(stage.redis_url).rename(HELD, EVENTS)


def measure(stage: Stage, mix: str, shops: str, count: int, tenants: int) -> dict[str, Any]:
    """Measure the rate at which the worker decides a mix of new shops, once a tenth of it is done."""
    open_shops(stage.engine, shops, tenants, automations(acting=mix == "acting"))
    before, wal = written(stage), _wal_bytes(stage)
    publish(stage, orders(shops, count, tenants))

    def left() -> int:
        """Return how many events are not decided."""
        return stage.stream.length() + int(stage.query("SELECT count(*) FROM waiting")[0])

    wait_for(lambda: left() < count * 0.9, 120)
    meter, first = stage.meter(), left()
    wait_for(lambda: left() <= count * 0.02, 900)
    decided, seconds = first - left(), meter.seconds()
    spent = meter.read(decided)
    wait_for(lambda: left() == 0, 60)
    rows = {table: after - before.get(table, 0) for table, after in written(stage).items()}
    rows = {table: number for table, number in sorted(rows.items()) if number}
    return {
        "benchmark": mix,
        "events": count,
        "tenants": tenants,
        "automations": AUTOMATIONS,
        "per_second": round(decided / seconds, 1),
        "rows": rows,
        "rows_per_event": round(sum(rows.values()) / count, 2),
        "wal_bytes_per_event": round((_wal_bytes(stage) - wal) / count),
        **spent,
    }


def written(stage: Stage) -> dict[str, int]:
    """Return how many rows were inserted, updated and deleted so far, by table."""
    old = _END_OLD_SESSIONS.format(stage.query("SELECT clock_timestamp()")[0])
    wait_for(lambda: stage.query(old)[0] == 0, 30)
    rows = stage.query(
        "SELECT json_object_agg(relname, n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )[0]
    return dict(rows or {})


def _wal_bytes(stage: Stage) -> int:
    return int(stage.query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")[0])
