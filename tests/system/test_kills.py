"""F1: kill -9 of all workers while events are decided and mails sent, three times; the supervisor starts them again.

After it every event was taken once, numbers are 1..n, the books balance, and a mail came twice only if a worker died
with that one mail in its hands - then under the same Message-ID (R12).
"""

import json
import os
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
import pytest

from models.db import make_engine, transact
from models.shop_file import automation_entry, read_shop
from models.yamlfile import decode
from tasks.books import check_books
from tasks.gateways.stream import RedisStream
from tasks.opening import open_shop
from tests.system.local_helpers import home_folder, relance

KILLS = 3
CHILDREN = 2
SHOP = """
business: {id: kills, name: Kills, timezone: Europe/Paris, locale: fr, currency: EUR, tax_rate: "20"}
services: [{id: cut, name: Coupe, price: {amount: 4500, currency: EUR}}]
automations:
  - {automation: invoice, trigger: {on: session.booked}, steps: [{request_payment: {document: invoice}}]}
"""


@pytest.fixture(scope="module")
def system() -> Iterator[tuple[Path, dict[str, str]]]:
    with home_folder() as home:
        relance("up", "--detach", home=home)
        try:
            status = json.loads(relance("status", "--json", home=home).stdout)
            yield home, status["addresses"]
        finally:
            relance("down", home=home)


def order(number: int) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "/booking",
            "type": "order.placed",
            "business": "kills",
            "data": {
                "contact": {"id": f"c{number % 50}", "email": f"c{number}@clients.example"},
                "order": {
                    "id": f"o{number}",
                    "bookings": [
                        {
                            "id": f"b{number}",
                            "session": {
                                "id": f"s{number}",
                                "service": "cut",
                                "starts_at": "2190-01-01T10:00:00Z",
                                "ends_at": "2190-01-01T11:00:00Z",
                            },
                        }
                    ],
                },
            },
        }
    )


def open_kills(url: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        now = connection.exec_driver_sql("SELECT now()").scalar_one()
    shop = decode(SHOP, "kills.yaml", lambda node: read_shop(node, now, lambda item: automation_entry(item, _nothing)))
    transact(engine, lambda connection: open_shop(connection, shop, now, actor="tests"))
    engine.dispose()


def _nothing(_node: Any, name: str) -> tuple[str, str]:
    return name, ""


def kill_workers(home: Path) -> None:
    """Kill the worker's main process and its children at once, as a machine that loses power would."""
    status = json.loads(relance("status", "--json", home=home).stdout)
    pids = [process["pid"] for process in status["processes"] if process["name"] == "worker" and process["pid"]]
    for pid in pids:
        victims = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)


def progress(connection: psycopg.Connection[Any]) -> dict[str, int]:
    names = ("decided", "sent", "unfinished")
    row = connection.execute(
        "SELECT (SELECT count(*) FROM inbox WHERE business_id = 'kills')"
        " - (SELECT count(*) FROM waiting WHERE business_id = 'kills'),"
        " (SELECT count(*) FROM messages WHERE business_id = 'kills' AND state = 'sent'),"
        " (SELECT count(*) FROM messages WHERE business_id = 'kills' AND next_attempt_at IS NOT NULL)"
    ).fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


def wait_until(connection: psycopg.Connection[Any], name: str, many: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (seen := progress(connection))[name] < many:
        assert time.monotonic() < deadline, f"{name} is not {many} after {seconds} s: {seen}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "events", [600, pytest.param(5_000, marks=pytest.mark.faults)], ids=lambda events: f"{events}-events"
)
def test_kill_9_of_all_workers_loses_nothing_and_does_nothing_twice(
    events: int, system: tuple[Path, dict[str, str]]
) -> None:
    home, addresses = system
    open_kills(addresses["database"])
    stream = RedisStream(addresses["redis"])
    with psycopg.connect(addresses["database"], autocommit=True) as connection:
        already = progress(connection)
        first = already["decided"]
        stream.append([order(first + number) for number in range(events)])
        for kill in range(1, KILLS + 1):
            wait_until(connection, "sent" if kill > 1 else "decided", first + events * kill // (KILLS + 3), 120)
            kill_workers(home)
        wait_until(connection, "decided", first + events, 240)
        wait_until(connection, "sent", first + events, 240)
        deadline = time.monotonic() + 60
        while progress(connection)["unfinished"] and time.monotonic() < deadline:
            time.sleep(0.2)
        total = first + events
        assert stream.oldest_unread() is None
        _assert_books(connection, total)
    _assert_mails(addresses["mailbox"], total)


def _assert_books(connection: psycopg.Connection[Any], total: int) -> None:
    def one(sql: str) -> Any:
        row = connection.execute(sql.encode()).fetchone()
        assert row is not None
        return row[0]

    assert one("SELECT count(*) FROM inbox WHERE business_id = 'kills'") == total
    assert one("SELECT count(*) FROM waiting") == 0
    assert one("SELECT count(*) FROM dead_letters") == 0
    numbers = connection.execute(
        "SELECT sequence FROM invoices WHERE business_id = 'kills' AND kind = '380' ORDER BY sequence"
    ).fetchall()
    assert [row[0] for row in numbers] == list(range(1, total + 1))
    assert one("SELECT count(*) FROM messages WHERE business_id = 'kills' AND state <> 'sent'") == 0
    with connection.transaction():
        assert check_books(connection) == []


def _assert_mails(mailbox: str, total: int) -> None:
    with urllib.request.urlopen(f"{mailbox}/messages.json", timeout=60) as answer:  # noqa: S310  # our own mailbox
        mails = json.load(answer)
    times = Counter(mail["message_id"] for mail in mails if mail["subject"].endswith("Kills"))
    assert len(times) == total
    assert sum(times.values()) - total <= KILLS * CHILDREN * 2
    assert max(times.values()) <= 1 + KILLS
