"""What 49 automations more add to the cost of an event: fifty with nested conditions against one alone.

Two shops hear of the same orders, payments and cancellations, in turns, in this process. In both of them one automation
asks for each booking's money. The second has 49 more, on the triggers that shops use, 34 of them on facts that these
events raise, some for other services. Of a booking 10 look at their conditions, of a payment 15 at most, of a
cancellation 3. Conditions are one to three levels deep; some fail at the first test, others at the last of six; none
holds: what followed would be effects, not rules.
"""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import psutil
from sqlalchemy import Engine

from deploy.local.ephemeral import throwaway_postgres
from models.db import make_engine, migrate
from tasks import events
from tasks.gateways.clock import SystemClock
from tasks.gateways.memory import MemoryStream, SilentBells
from tasks.gateways.recording import RecordingMail
from tasks.settings import Settings
from tasks.shell import Shell
from tests.benchmarks.meter import cpu_seconds
from tests.benchmarks.shops import CLIENTS, open_shops
from tests.scenarios.story import ASK, automation, euros, holds, mail, when
from worker.collecting import collecting_seldom

Data = dict[str, Any]
Taken = tuple[float, float, float]
"""Seconds, or microseconds an event: by the clock, of this process, of the server or of both."""

ONE, FIFTY = "one-0", "fifty-0"
TRUE = {
    "session.booked": (holds("order.total", "greater_than", 1), holds("session.starts_at", "is_not_empty")),
    "booking.cancelled": (holds("booking.status", "equals", "cancelled"), holds("service.name", "equals", "Coupe")),
    "order.paid": (holds("payment.amount", "greater_than", 1), holds("order.amount_due", "less_than", 1)),
    "invoice.paid": (holds("invoice.total", "greater_than", 1), holds("invoice.number", "is_not_empty")),
    "payment.succeeded": (holds("payment.amount", "greater_than", 1), holds("payment.method", "equals", "cash")),
    "session.ended": (holds("session.ends_at", "is_not_empty"), holds("order.total", "greater_than", 1)),
    "invoice.overdue": (holds("invoice.days_overdue", "greater_than", 1), holds("invoice.total", "greater_than", 1)),
    "booking.no_show": (holds("booking.quantity", "greater_than", 0), holds("order.total", "greater_than", 1)),
}
"""Two tests by trigger that what the events raise passes."""
OTHERS = {"session.booked": 14} | dict.fromkeys([*TRUE][1:], 5)
"""How many automations there are on each trigger beside the one that acts."""
OF_SESSIONS = ("session.", "booking.")


def fifty() -> list[Data]:
    """Return the one automation, and 49 whose conditions do not hold."""
    return [one(), *(_idle(on, number) for on, many in OTHERS.items() for number in range(many))]


def one() -> Data:
    """Return the automation that acts."""
    return automation("ask", "session.booked", ASK, services=["cut"])


def _idle(on: str, number: int) -> Data:
    """Return an automation on a trigger; half of those about sessions name services, half of these the shop's."""
    keys: Data = {"where": _where(on, number)}
    if number % 2 and on.startswith(OF_SESSIONS):
        keys["services"] = [("cut", f"other-{number}")[number // 2 % 2], "never"]
    name = f"{on.replace('.', '-').replace('_', '-')}-{number}"
    return automation(name, on, when(_where(on, number + 1), mail("Merci")), mail("À bientôt"), **keys)


def _where(on: str, number: int) -> Data:
    """Return a condition that does not hold, by turns one, two and three levels deep."""
    true, also_true = TRUE[on]
    untrue = [holds("contact.name", "equals", f"nobody {number} {part}") for part in range(3)]
    match number % 3:
        case 0:
            return {"all": [untrue[0], true]}
        case 1:
            return {"any": [untrue[0], {"all": [true, untrue[1]]}]}
        case _:
            return {"all": [true, {"any": [untrue[0], {"all": [also_true, true, {"any": untrue[1:]}]}]}]}


def happenings(shop: str, first: int, orders: int, now: datetime) -> Iterator[Data]:
    """Yield orders of one booking each, payments for three of five, the cancellation of one in ten."""
    starts = now + timedelta(days=3)
    span = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    numbers = range(first, first + orders)
    for number in numbers:
        seat = {"id": f"b{number}", "session": {"id": f"s{number}", "service": "cut"} | span}
        data = {"contact": {"id": f"c{number % CLIENTS}"}, "order": {"id": f"o{number}", "bookings": [seat]}}
        yield _event(shop, "order.placed", number, data)
    for number in numbers:
        if number % 5 < 3:
            money = {"id": f"p{number}", "amount": euros(4500), "method": "cash"}
            told = {"contact": {"id": f"c{number % CLIENTS}"}, "payment": money, "for": {"order": f"o{number}"}}
            yield _event(shop, "payment.received", number, told)
        elif number % 10 == 4:
            yield _event(shop, "booking.cancelled", number, {"booking": {"id": f"b{number}"}})


def _event(shop: str, type_: str, number: int, data: Data) -> Data:
    envelope = {"specversion": "1.0", "id": f"{type_}-{number}", "source": "/bench", "type": type_}
    return envelope | {"business": shop, "data": data}


def measure(turns: int, orders: int) -> Data:
    """Return the medians of what an event costs both shops, which take turns, by the clock and in processor time."""
    with throwaway_postgres() as server, collecting_seldom():
        engine = make_engine(migrated(server.create_database("rules")))
        open_shops(engine, ONE.removesuffix("-0"), 1, [one()])
        open_shops(engine, FIFTY.removesuffix("-0"), 1, fifty())
        stream = MemoryStream()
        shell = Shell(engine, SystemClock(), Settings(batch_size=500), SilentBells(), stream, RecordingMail())
        cost: dict[str, list[Taken]] = {ONE: [], FIFTY: []}
        for turn in range(turns + 1):
            for shop in (ONE, FIFTY) if turn % 2 else (FIFTY, ONE):
                raw = [json.dumps(one).encode() for one in happenings(shop, turn * orders, orders, datetime.now(UTC))]
                cost[shop].append(_drained(shell, stream, raw))
        done = {shop: _counts(engine, shop) for shop in cost}
        engine.dispose()
    return _figure(cost, done)


def migrated(url: str) -> str:
    """Bring a new database up to date; return its address."""
    migrate(url)
    return url


def _drained(shell: Shell, stream: MemoryStream, raw: Sequence[bytes]) -> Taken:
    """Decide events; return the microseconds that each took by the clock, of this process, and of it and its server."""
    stream.append(list(raw))
    before = _clocks()
    while stream.entries:
        events.drain(shell)
    wall, own, server = ((now - then) / len(raw) * 1e6 for then, now in zip(before, _clocks(), strict=True))
    return wall, own, own + server


def _clocks() -> Taken:
    servers = [child for child in psutil.Process().children(recursive=True) if child.name() == "postgres"]
    return time.perf_counter(), time.process_time(), cpu_seconds(servers)


def _counts(engine: Engine, shop: str) -> Data:
    """Return how much came about, to see that the same was done in both shops."""
    with engine.connect() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE business_id = '{shop}'").scalar()  # noqa: S608  # ours
            for table in ("inbox", "facts", "runs", "invoices", "decisions")
        }


def _figure(cost: dict[str, list[Taken]], done: dict[str, Data]) -> Data:
    """Return the medians of all turns but the first, and what fifty add to them."""
    one, fifty = ([median(column) for column in zip(*cost[shop][1:], strict=True)] for shop in (ONE, FIFTY))
    figures: Data = {}
    for name, alone, together in zip(("wall", "own_cpu", "cpu"), one, fifty, strict=True):
        figures |= {f"{name}_us": [round(alone), round(together)], f"added_{name}": round(together / alone - 1, 3)}
    return {
        "benchmark": "rules",
        "automations": [1, 1 + sum(OTHERS.values())],
        "turns": len(cost[ONE]) - 1,
        "done": done[ONE],
        "done_alike": done[ONE] == done[FIFTY],
        **figures,
    }
