"""F4: what kills the process that decides it is found, tried three times alone, and given up; all others go on."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from redis import Redis

from models.db import make_engine, transact
from models.shop_file import automation_entry, read_shop
from models.yamlfile import decode
from tasks.books import check_books
from tasks.gateways.stream import RedisStream
from tasks.opening import open_shop
from tests.system.deadly import EVENTS, ROWS, RUNS
from tests.system.nodes import Processes, says
from tests.system.patience import eventually

Database = psycopg.Connection[Any]
MANY = 80
SHOP = """
business: {id: deadly, name: Deadly, timezone: Europe/Paris, locale: fr, currency: EUR, tax_rate: "20"}
services: [{id: cut, name: Coupe, price: {amount: 4500, currency: EUR}}]
automations:
  - automation: ask
    trigger: {on: session.booked}
    steps: [{request_payment: {document: invoice}}, {delay: {days: 1}}, {send_reminder: {}}]
"""


@pytest.fixture
def shop(processes: Processes, redis: Redis, database: Database, database_url: str) -> Iterator[Database]:
    """Give the database of a shop with a worker that may die, and with beat."""
    processes.stop()
    redis.flushall()
    engine = make_engine(database_url)
    now = one(database, "SELECT now()")
    file = decode(SHOP, "deadly.yaml", lambda node: read_shop(node, now, lambda item: automation_entry(item, _none)))
    transact(engine, lambda connection: open_shop(connection, file, now, actor="test"))
    engine.dispose()
    app = ("celery", "-A", "tests.system.deadly")
    options = ("--concurrency=2", "--without-mingle", "--without-gossip", "--loglevel=INFO")
    queues = "--queues=events,automations,messages"
    processes.running("deadly", *app, "worker", queues, *options, ready=says("ready."))
    processes.running("deadly-beat", *app, "beat", "--loglevel=INFO", ready=says("beat: Starting"))
    yield database
    processes.stop("deadly", "deadly-beat")


def _none(_node: Any, name: str) -> tuple[str, str]:
    return name, ""


def booking(client: str) -> bytes:
    session = {"id": f"s-{client}", "service": "cut"}
    session |= {"starts_at": "2190-01-01T10:00:00Z", "ends_at": "2190-01-01T11:00:00Z"}
    order = {"id": f"o-{client}", "bookings": [{"id": f"b-{client}", "session": session}]}
    data = {"contact": {"id": client, "email": f"{client}@clients.example"}, "order": order}
    event = {"specversion": "1.0", "id": f"e-{client}", "source": "/booking", "type": "order.placed"}
    return msgspec.json.encode(event | {"business": "deadly", "data": data})


def one(database: Database, sql: str) -> Any:
    row = database.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


def test_events_that_kill_go_to_the_dead_letters_and_all_others_are_decided(shop: Database, redis: Redis) -> None:
    clients = [f"c{number}" for number in range(MANY)]
    for place, client in zip((20, 50), EVENTS, strict=True):
        clients.insert(place, client)
    RedisStream(redis).append([booking(client) for client in clients])

    eventually(lambda: one(shop, "SELECT count(*) FROM dead_letters") == len(EVENTS), seconds=90)
    eventually(lambda: one(shop, "SELECT count(*) FROM waiting") == 0)
    letters = shop.execute("SELECT event_id, code, reason FROM dead_letters ORDER BY event_id").fetchall()
    assert [(event_id, code) for event_id, code, _ in letters] == [("e-crashes", "poison"), ("e-kills", "poison")]
    assert all("was killed" in reason and "three times" in reason for _, _, reason in letters)
    assert one(shop, "SELECT count(*) FROM invoices WHERE business_id = 'deadly'") == MANY
    eventually(lambda: one(shop, "SELECT count(*) FROM attempts") == 0)
    assert one(shop, "SELECT count(*) FROM setbacks") == 0
    assert redis.xlen("relance:events") == 0
    with shop.transaction():
        assert check_books(shop) == []


DUE = ("runs", "due_at"), ("sessions", "announce_at"), ("invoices", "check_at"), ("messages", "next_attempt_at")


TOLD = """
WITH rows AS (SELECT 'runs ' || id AS row, contact_id FROM runs
    UNION ALL SELECT 'invoices ' || id, contact_id FROM invoices
    UNION ALL SELECT 'messages ' || id, contact_id FROM messages
    UNION ALL SELECT 'sessions ' || session_id, contact_id FROM bookings)
SELECT split_part(row, ' ', 1), rows.contact_id FROM alerts JOIN rows ON row = data->>'row' WHERE reason = 'stuck'"""
"""The kinds of rows of which the owner was told, and whose they are."""


def hasten(database: Database) -> None:
    """Pass the time for which rows that failed were put off."""
    database.execute("UPDATE setbacks SET until = now() WHERE until > now()")
    for table, due in DUE:
        database.execute(
            f"UPDATE {table} t SET {due} = now() FROM setbacks s"  # noqa: S608  # names are ours
            f" WHERE t.{due} > now() AND s.subject = '{table} ' || t.id".encode()
        )


@pytest.mark.faults
def test_rows_that_kill_are_given_up_or_put_off_and_all_others_go_on(shop: Database, redis: Redis) -> None:
    clients = [*(f"c{number}" for number in range(MANY)), *ROWS]
    RedisStream(redis).append([booking(client) for client in clients])
    eventually(lambda: one(shop, "SELECT count(*) FROM invoices") == len(clients), seconds=60)
    shop.execute("UPDATE runs SET due_at = now()")
    shop.execute("UPDATE sessions SET starts_at = now(), ends_at = now() + interval '1 hour', announce_at = now()")
    shop.execute("UPDATE invoices SET check_at = now()")

    def told() -> set[tuple[str, str]]:
        hasten(shop)
        return set(shop.execute(TOLD).fetchall())

    deadly = dict(zip(ROWS, ("runs", "sessions", "invoices", "messages", "messages"), strict=True))
    expected = {(table, client) for client, table in deadly.items()}
    eventually(lambda: told() >= expected, seconds=180)
    assert told() == expected
    assert shop.execute("SELECT contact_id FROM runs WHERE state = 'failed'").fetchall() == [(RUNS,)]
    assert one(shop, "SELECT count(*) FROM bookings WHERE started = ''") == 1
    assert one(shop, "SELECT count(*) FROM invoices WHERE check_at <= now()") <= 1
    assert one(shop, "SELECT count(*) FROM dead_letters") == 0
