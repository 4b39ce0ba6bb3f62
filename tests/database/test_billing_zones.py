"""A business that moves to another zone is billed on the same dates, at its wall time there, and none twice (R2)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.business import Business
from models.db import raw, transact
from models.shop_file import ShopFile
from tasks import cycles
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail
from tasks.opening import open_shop
from tasks.settings import Settings
from tasks.shell import Shell
from tests.benchmarks.debts import BILLING, SINCE, let_owe
from tests.scenarios.story import Databases

Moves = Callable[[str, str, str], list[tuple[str, str]]]
PARIS = Business("a", "Atelier", "Europe/Paris", "fr", "EUR", "FR", SINCE, Decimal(20), billing=BILLING)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def moves(databases: Databases) -> Iterator[Moves]:
    """Let a shop move to a zone at an instant, and look at instants until another; return what was billed, and when."""
    with databases() as engine:
        clock = VirtualClock(SINCE)
        shell = Shell(engine, clock, Settings(), SilentBells(), MemoryStream(), RecordingMail())

        def apply(zone: str) -> None:
            shop = ShopFile(replace(PARIS, timezone=zone), (), (), ())
            transact(engine, lambda c: open_shop(c, shop, clock.at, actor="tests"))

        def works(until: datetime) -> None:
            while (at := due()) is not None and at <= until:
                clock.at = max(clock.at, at)
                cycles.open_cycles(shell)
                cycles.bill(shell)

        def due() -> datetime | None:
            with engine.connect() as connection:
                row = raw(connection).execute("SELECT min(next_at) FROM billing_schedules").fetchone()
            return row[0] if row else None

        def moved(zone: str, at: str, until: str) -> list[tuple[str, str]]:
            works(instant(at))
            clock.at = instant(at)
            apply(zone)
            works(instant(until))
            with engine.connect() as connection:
                rows = raw(connection).execute("SELECT day, ended_at FROM billing_occurrences ORDER BY day").fetchall()
            return [(str(day), f"{at.astimezone(UTC):%Y-%m-%d %H:%M}") for day, at in rows]

        apply("Europe/Paris")
        transact(engine, lambda c: let_owe(c, ["a"], 1, 1, date(2027, 1, 3), SINCE))
        yield moved


def test_the_next_date_comes_at_the_wall_time_of_the_new_zone(moves: Moves) -> None:
    billed = moves("America/New_York", "2027-01-20 12:00", "2027-03-10 00:00")
    assert billed == [("2027-02-01", "2027-02-01 13:00"), ("2027-03-01", "2027-03-01 13:00")]


def test_a_date_that_was_billed_does_not_come_again_where_its_hour_is_still_to_come(moves: Moves) -> None:
    billed = moves("America/New_York", "2027-02-01 07:30", "2027-03-10 00:00")
    assert billed == [("2027-02-01", "2027-02-01 07:00"), ("2027-03-01", "2027-03-01 13:00")]


def test_a_date_whose_hour_is_past_in_the_new_zone_is_billed_at_once(moves: Moves) -> None:
    billed = moves("Asia/Tokyo", "2027-02-01 06:00", "2027-03-10 00:00")
    assert billed == [("2027-02-01", "2027-02-01 06:00"), ("2027-03-01", "2027-02-28 23:00")]
