"""A backtest over many stored events: `relance backtest` as a command, its rate and the most memory that it held."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from psycopg import Connection

from deploy.local.ephemeral import throwaway_postgres
from models.db import make_engine, migrate, transact
from models.event_rows import InboxEvent
from models.scenario_file import load_scenario
from tasks.opening import open_shop
from tasks.settings import ROOT
from tasks.writing import copy
from tests.benchmarks.simulation import peak_memory
from tests.benchmarks.year import SERVICES, Data, happenings, scenario
from tests.scenarios.story import ASK, REMIND, automation, euros, wait

DAYS = 60
SINCE = "30d"
PAGE = 5_000


def measure(events: int, *, alone: bool = False) -> dict[str, Any]:
    """Backtest a request with a reminder over so many events of sixty days beside ten live automations."""
    candidate = automation("ask", "session.booked", ASK, wait(days=3), REMIND, services=["cut", "colour", "massage"])
    with throwaway_postgres() as server, tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder, url = Path(name), server.create_database("replay")
        migrate(url)
        fill(url, events)
        (folder / "candidate.json").write_bytes(msgspec.json.encode(candidate))
        with (folder / "lines").open("wb") as lines:
            command = [sys.executable, "-m", "worker.cli", "backtest", str(folder / "candidate.json")]
            command += ["--since", SINCE, "--json", *(["--alone"] if alone else [])]
            surroundings = os.environ | {"RELANCE_DATABASE_URL": url, "RELANCE_HOME": name}
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            process = subprocess.Popen(command, cwd=ROOT, stdout=lines, env=surroundings)
            mebibytes = peak_memory(process)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode:
            raise RuntimeError(f"relance backtest ended with {process.returncode}.")
        summary = json.loads((folder / "lines").read_bytes().splitlines()[-1])
    return {
        "benchmark": "backtest",
        "events": summary["events"],
        "alone": alone,
        "seconds": summary["seconds"],
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "events_per_second": round(summary["events"] / summary["seconds"]),
        "peak_mib": mebibytes,
        "forgotten": summary["forgotten"],
        "temporary_bytes": summary["temporary_bytes"],
        "temporary_bytes_per_event": round(summary["temporary_bytes"] / summary["events"]),
    }


def fill(url: str, events: int) -> None:
    """Open the shop of the simulated year, and store events of the last sixty days as decided ones."""
    told = scenario(0) | {"events": []}
    read = load_scenario(msgspec.json.encode(told), "year.json", lambda _node, name: (name, ""))
    engine = make_engine(url)
    now = datetime.now(UTC)
    shop = replace(read.shop, business=replace(read.shop.business, created_at=now - timedelta(days=DAYS)))
    transact(engine, lambda c: open_shop(c, shop, now - timedelta(days=DAYS), actor="bench"))
    rows: list[InboxEvent] = []
    for row in _events(shop.business.id, events, now):
        rows.append(row)
        if len(rows) == PAGE:
            transact(engine, lambda c: _store(c, rows))
            rows.clear()
    transact(engine, lambda c: _store(c, rows))
    engine.dispose()


def _store(connection: Connection[Any], rows: list[InboxEvent]) -> None:
    if rows:
        copy(connection, InboxEvent, rows)


def _events(business_id: str, many: int, now: datetime) -> Iterator[InboxEvent]:
    """Yield so many events, in order of time, that end now."""
    clients = max(2_000, many // 50)
    told = [one for one in happenings(int(many * 0.65), clients, DAYS, 1) if "type" in one]
    told.sort(key=lambda one: one["at"])
    shift = now - timedelta(days=DAYS) - datetime.fromisoformat("2027-01-01T00:00:00+00:00")
    prices = _prices(told)
    for number, one in enumerate(told[:many], 1):
        if one["type"] == "payment.received":
            one["data"]["payment"]["amount"] = euros(prices[one["data"]["for"]["order"]])
        at = datetime.fromisoformat(one["at"]) + shift
        event = {"specversion": "1.0", "id": str(number), "source": "/bench", "business": business_id}
        raw = msgspec.json.encode(event | {"type": one["type"], "time": at, "data": _moved(one["data"], shift)})
        yield InboxEvent(business_id, "/bench", str(number), number, one["type"], at, at, raw.decode())


def _prices(told: list[Data]) -> dict[str, int]:
    """Return what each order costs: here nobody pays more, so that nobody's credit grows."""
    prices = dict(SERVICES)
    orders = (one["data"]["order"] for one in told if one["type"] == "order.placed")
    return {order["id"]: prices[order["bookings"][0]["session"]["service"]] for order in orders}


def _moved(value: Any, shift: timedelta) -> Any:
    """Return data whose sessions lie as far from now as they lay from the year's end."""
    if isinstance(value, dict):
        times = ("starts_at", "ends_at")
        return {
            key: (datetime.fromisoformat(item) + shift).isoformat() if key in times else _moved(item, shift)
            for key, item in value.items()
        }
    return [_moved(item, shift) for item in value] if isinstance(value, list) else value
