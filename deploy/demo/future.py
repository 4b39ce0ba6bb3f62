"""The virtual half of the demo: the next sixty days of the same shop, with the same engine and another clock."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from deploy.demo import day
from deploy.demo.checks import Check
from deploy.demo.shop import demo_shop
from deploy.local.ephemeral import throwaway_postgres
from models.db import make_engine, migrate
from models.periods import at_local, local_date, zone
from models.scenario_file import Happening, Scenario
from tasks.lines import Line
from tasks.simulate import Simulation

DAYS = 60
COLUMNS = ("invoices", "requests", "reminders", "thanks", "payments", "credited", "skipped")


def show(console: Console) -> list[Check]:
    """Simulate, print a table by week, and check it."""
    scenario = sixty_days(day.now())
    with throwaway_postgres() as server, console.status("simulating …"):
        url = server.create_database("future")
        migrate(url)
        engine = make_engine(url)
        try:
            lines = list(Simulation(engine, scenario).run())
        finally:
            engine.dispose()
    _print(console, scenario.start, lines)
    return _checks(lines)


def sixty_days(now: datetime) -> Scenario:
    """Return a scenario that begins tomorrow at midnight in the shop's zone."""
    shop = demo_shop(now)
    tz = zone(shop.business.timezone)
    start = at_local(local_date(now, tz) + timedelta(days=1), datetime.min.time(), tz)
    happenings = sorted(_happenings(start), key=lambda happening: happening.at)
    return Scenario(shop, start, start + timedelta(days=DAYS), tuple(happenings))


def _happenings(start: datetime) -> Iterator[Happening]:
    """Hugo books twice in a day and never pays; Zoé pays; Inès cancels; a yoga class every week."""
    nine = start + timedelta(hours=9)
    yield _at(nine, day.order("h1", "hugo", day.booking("h1", "cut", nine + timedelta(days=2))))
    again = nine + timedelta(hours=5)
    yield _at(again, day.order("h2", "hugo", day.booking("h2", "colour", nine + timedelta(days=3))))
    booked = nine + timedelta(days=1)
    yield _at(booked, day.order("z1", "zoe", day.booking("z1", "colour", nine + timedelta(days=5))))
    yield _at(booked + timedelta(days=3), _paid("zoe", "p-z1", "z1", 8900))
    yield _at(booked, day.order("i1", "ines", day.booking("i1", "cut", nine + timedelta(days=20))))
    yield _at(booked + timedelta(days=1), day.event("c-i1", "booking.cancelled", {"booking": {"id": "i1"}}))
    for week in range(8):
        starts_at = nine + timedelta(days=7 * week + 2)
        for who in ("emma", "lea"):
            seat = day.booking(f"{who}-{week}", "yoga", starts_at, session=f"yoga-{week}")
            yield _at(starts_at - timedelta(days=1), day.order(f"{who}-{week}", who, seat))
            if who == "lea":
                yield _at(starts_at + timedelta(days=2), _paid(who, f"p-{who}-{week}", f"{who}-{week}", 1800))


def _at(at: datetime, event: day.Event) -> Happening:
    return Happening(at, raw=msgspec.json.encode(event | {"time": at.isoformat()}))


def _paid(contact: str, id_: str, order: str, amount: int) -> day.Event:
    payment = {"id": id_, "amount": {"amount": amount, "currency": "EUR"}, "method": "card"}
    return day.event(
        f"received-{id_}",
        "payment.received",
        {"contact": {"id": contact}, "payment": payment, "for": {"order": order}},
    )


def _print(console: Console, start: datetime, lines: list[Line]) -> None:
    weeks: dict[int, Counter[str]] = {}
    for line in lines:
        week = (datetime.fromisoformat(line["at"]) - start).days // 7
        weeks.setdefault(week, Counter())[_column(line)] += 1
    table = Table("week of", header_style="dim", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for week, counts in sorted(weeks.items()):
        day_one = (start + timedelta(days=7 * week)).date()
        table.add_row(str(day_one), *(str(counts[name] or "·") for name in COLUMNS))
    console.print(table)


def _column(line: Line) -> str:
    """Return the column that counts a line, or nothing."""
    if line["kind"] == "message":
        return {"send_reminder": "reminders", "send_email": "thanks"}.get(line["template"], "requests")
    return {"invoice": "invoices", "credit_note": "credited", "payment": "payments", "skipped": "skipped"}.get(
        line["kind"], ""
    )


def _checks(lines: list[Line]) -> list[Check]:
    def of(kind: str, contact: str, **keys: Any) -> list[Line]:
        return [
            line
            for line in lines
            if line["kind"] == kind and line["contact"] == contact and all(line.get(k) == v for k, v in keys.items())
        ]

    hugo = of("invoice", "hugo")
    apart = datetime.fromisoformat(hugo[1]["at"]) - datetime.fromisoformat(hugo[0]["at"]) if len(hugo) == 2 else None
    reminders = of("message", "hugo", template="send_reminder")
    classes = of("invoice", "emma")
    return [
        Check("The merged booking goes out 24 hours after the first.", apart == timedelta(hours=24), apart),
        Check(
            "Hugo never pays his two invoices: he is reminded three times, never twice within three days.",
            len(reminders) == 3 and all(gap >= timedelta(days=3) for gap in _gaps(reminders)),
            len(reminders),
        ),
        Check("Zoé has paid: she is thanked and never reminded.", not of("message", "zoe", template="send_reminder")),
        Check("Inès has cancelled: a credit note takes her invoice back.", len(of("credit_note", "ines")) == 1),
        Check("Eight classes: eight invoices for Emma.", len(classes) == 8, len(classes)),
        Check("Léa pays each class after two days: no reminder.", not of("message", "lea", template="send_reminder")),
    ]


def _gaps(lines: list[dict[str, Any]]) -> list[timedelta]:
    """Return the time from each line to the next."""
    moments = [datetime.fromisoformat(line["at"]) for line in lines]
    return [later - earlier for earlier, later in pairwise(moments)]
