"""Billing of many clients: portions by SQL beside those by the pure rules, all of one occurrence (R3, R9, R13)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.db import raw, transact
from models.pausing import Scope
from tasks import cycles, events, pauses
from tasks.billing import large, naming, portion
from tasks.books import check_books
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail
from tasks.settings import Settings
from tasks.shell import Shell
from tests.benchmarks.debts import let_owe, open_shops
from tests.samples import charge_added, encoded, money
from tests.scenarios.story import Databases

CLIENTS = 260
DUE = datetime(2027, 2, 1, 7, tzinfo=UTC)


class Town:
    """Shops whose clients owe, and a worker in this process."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.clock, self.stream = engine, VirtualClock(DUE), MemoryStream()
        self.shell = Shell(engine, self.clock, Settings(), SilentBells(), self.stream, RecordingMail())

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and commit; return its rows."""
        with self.engine.connect() as connection:
            cursor = raw(connection).execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
            raw(connection).commit()
        return rows

    def bills_a_portion(self, many: int = 100) -> bool:
        """Bill a portion of what is open; tell whether there was one."""
        return cycles._bill_portion(self.shell, dict.fromkeys(("portions", "rows", "skipped"), 0), many)

    def owes(self, business: str, client: str, id_: str) -> None:
        """Let a client owe something more from now on."""
        told = charge_added(id_, of=client, price=money(700))
        now = self.clock.at.isoformat()
        self.stream.put(encoded("charge.added", told, id=id_, time=now, business=business), self.clock.at)
        events.drain(self.shell)

    def billed(self, id_: str) -> list[str]:
        """Return by which occurrences a charge was billed."""
        found = self.sql(
            "SELECT d.cause ->> 'billing' FROM invoices d JOIN charges c ON c.business_id = d.business_id"  # noqa: S608  # ours
            f" AND c.invoice_id = d.id WHERE c.id = '{id_}'"
        )
        return [row[0] for row in found]

    def bills(self) -> dict[str, int]:
        """Open what is due, and bill until nothing is."""
        cycles.open_cycles(self.shell)
        counts = cycles.bill(self.shell)
        while counts["more"]:
            counts = cycles.bill(self.shell)
        return counts


@pytest.fixture
def town(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Give two shops with clients who owe, billed in portions of a size between the two paths."""
    for module in (cycles, naming, large):
        monkeypatch.setattr(module, "PORTION", 40)
    monkeypatch.setattr(large, "SMALL", 40)
    monkeypatch.setattr(large, "LARGE", 100)
    with databases() as engine:
        open_shops(engine, ["a", "b"])
        recorded = datetime(2027, 1, 20, tzinfo=UTC)
        transact(engine, lambda c: let_owe(c, ["a", "b"], CLIENTS, 3, date(2027, 1, 1), recorded))
        yield Town(engine)


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many clients are handed to the statements, portion by portion."""
    seen: list[int] = []
    bill = portion.bill_portion

    def watched(*arguments: Any) -> Any:
        seen.append(len(arguments[2]))
        return bill(*arguments)

    monkeypatch.setattr(large, "bill_portion", watched)
    return seen


def test_everybody_is_billed_once_and_the_books_balance(town: Town, in_bulk: list[int]) -> None:
    town.sql("UPDATE contacts SET billing = '{\"mode\": \"draft\"}' WHERE id LIKE '%17'")
    town.sql("UPDATE contacts SET billing = '{\"enabled\": false}' WHERE id LIKE '%19'")
    town.sql("UPDATE contacts SET bill_to = 'c0000001' WHERE id LIKE '%23'")
    town.bills()

    assert sum(in_bulk) > CLIENTS
    assert town.sql("SELECT business_id, outcome, clients, documents, reached <> '', amounts FROM billing_occurrences"
                    " ORDER BY 1") == [
        (name, "billed", CLIENTS - 6, CLIENTS - 6, True, {"EUR": owed})
        for name, owed in town.sql("SELECT business_id, sum(total)::bigint FROM invoices GROUP BY 1 ORDER BY 1")
    ]  # fmt: skip
    assert town.sql("SELECT DISTINCT contact_id LIKE '%19' FROM charges WHERE state = 'due'") == [(True,)]
    assert town.sql("SELECT count(*) FROM charges WHERE state = 'claimed'") == [(2 * 3 * 3,)]
    assert town.sql("SELECT DISTINCT count(*) FROM messages GROUP BY business_id, contact_id") == [(1,)]
    assert town.sql("SELECT business_id, count(*), max(sequence) FROM invoices WHERE number IS NOT NULL GROUP BY 1"
                    " ORDER BY 1") == [("a", CLIENTS - 9, CLIENTS - 9), ("b", CLIENTS - 9, CLIENTS - 9)]  # fmt: skip
    assert town.sql("SELECT type, count(*) FROM facts WHERE type = 'billing.completed' GROUP BY 1") == [
        ("billing.completed", 2)
    ]
    assert transact(town.engine, check_books) == []


def test_a_client_who_cannot_be_billed_stops_nobody_else(town: Town) -> None:
    town.sql("UPDATE charges SET tax_rate = 'NaN' WHERE contact_id = 'c0000050'")
    counts = town.bills()
    assert counts["more"] == 0
    assert town.sql("SELECT DISTINCT contact_id FROM charges WHERE state = 'due'") == [("c0000050",)]
    assert town.sql("SELECT business_id, reason, contact_id FROM alerts ORDER BY 1") == [
        ("a", "billing_failed", "c0000050"), ("b", "billing_failed", "c0000050")
    ]  # fmt: skip


def test_a_hold_lets_no_billing_of_many_go_on_either(town: Town) -> None:
    cycles.open_cycles(town.shell)
    cycles._bill_portion(town.shell, dict.fromkeys(("portions", "rows", "skipped"), 0), 100)
    ((before,),) = town.sql("SELECT count(*) FROM invoices")
    for name in ("a", "b"):
        transact(town.engine, lambda c, n=name: pauses.pause(c, n, Scope.BILLING, None, DUE, until=None, actor="ann"))  # type: ignore[misc]
    town.bills()
    assert before == 100
    assert town.sql("SELECT count(*) FROM invoices") == [(before,)]
    assert town.sql("SELECT DISTINCT held_at IS NOT NULL, next_at, ended_at FROM billing_occurrences") == [
        (True, None, None)
    ]
    for name in ("a", "b"):
        transact(town.engine, lambda c, n=name: pauses.resume(c, n, Scope.BILLING, None, DUE, actor="ann"))  # type: ignore[misc]
    pauses.end(town.shell)
    town.bills()
    assert town.sql("SELECT count(*) FROM invoices") == [(2 * CLIENTS,)]


def test_it_goes_on_in_turns_and_begins_again_where_it_stood(town: Town) -> None:
    cycles.open_cycles(town.shell)
    last = "SELECT business_id FROM billing_occurrences ORDER BY next_at DESC NULLS LAST, ended_at DESC LIMIT 1"
    seen: list[str] = []
    while town.bills_a_portion():
        seen += [name for (name,) in town.sql(last)]
        town.clock.at = DUE.replace(second=len(seen))
    assert seen in (["a", "b"] * 3, ["b", "a"] * 3)


FIRST, LAST, NOBODY = "c0000001", "c0000259", "c0000300"
"""Clients billed in the first portion and in the last, and one who owed nothing before."""
FEBRUARY, MARCH = "monthly 1 08:00 2027-02-01", "monthly 1 08:00 2027-03-01"


@pytest.mark.parametrize("small", [40, 10**6], ids=["by SQL", "by the pure rules"])
@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=2)], ids=["on time", "late"])
def test_a_charge_that_comes_between_two_portions_waits_for_the_next_date(
    town: Town, monkeypatch: pytest.MonkeyPatch, small: int, late: timedelta
) -> None:
    monkeypatch.setattr(large, "SMALL", small)
    town.sql("UPDATE billing_schedules SET next_at = NULL WHERE business_id = 'b'")
    town.clock.at = DUE + late
    cycles.open_cycles(town.shell)
    if late:
        town.owes("a", LAST, "at-once")
    assert town.bills_a_portion()
    town.clock.at += timedelta(seconds=1)
    for number, client in enumerate((FIRST, LAST, NOBODY)):
        town.owes("a", client, f"x{number}")
    while town.bills_a_portion():
        town.clock.at += timedelta(seconds=1)
    assert town.sql("SELECT outcome, clients FROM billing_occurrences") == [("billed", CLIENTS)]
    assert town.sql("SELECT id FROM charges WHERE business_id = 'a' AND state = 'due' ORDER BY id") == [
        ("x0",), ("x1",), ("x2",)
    ]  # fmt: skip
    town.clock.at = datetime(2027, 3, 1, 7, tzinfo=UTC)
    town.bills()
    assert [town.billed(f"x{number}") for number in range(3)] == [[MARCH]] * 3
    assert town.billed("at-once") == ([FEBRUARY] if late else [])


def test_links_go_out_in_bulk_and_older_ones_lead_to_them(town: Town) -> None:
    town.sql('UPDATE businesses SET billing = billing || \'{"mode": "payment_link", "channels": ["sms"]}\'')
    town.sql("UPDATE contacts SET mobile = '+33612345678' WHERE id LIKE '%5'")
    town.sql("UPDATE contacts SET bill_to = 'c0000001' WHERE id LIKE '%23'")
    payers = CLIENTS - 3
    for month in (2, 3):
        town.clock.at = DUE.replace(month=month)
        town.bills()
    billed = "SELECT clients, documents FROM billing_occurrences WHERE outcome = 'billed'"
    assert town.sql(billed) == [(payers, payers)] * 4
    assert town.sql("SELECT state, count(*), sum(amount) FROM payment_links GROUP BY 1 ORDER BY 1") == [
        (state, 2 * payers, *town.sql("SELECT sum(owed) FROM charges WHERE state = 'due'")[0])
        for state in ("open", "superseded")
    ]
    assert town.sql(
        "SELECT count(*) FROM payment_links o JOIN payment_links n ON (n.business_id, n.id, n.contact_id) ="
        " (o.business_id, o.superseded_by, o.contact_id) AND n.state = 'open'"
    ) == [(2 * payers,)]
    assert town.sql("SELECT channel, contact_id LIKE '%5', count(*) FROM messages GROUP BY 1, 2 ORDER BY 1") == [
        ("email", False, 4 * (payers - 26)), ("sms", True, 4 * 26),
    ]  # fmt: skip
    assert transact(town.engine, check_books) == []


def test_a_portion_that_may_reach_the_bound_of_a_day_is_billed_client_by_client(town: Town, in_bulk: list[int]) -> None:
    town.sql("DELETE FROM charges WHERE id NOT LIKE '%-1'")
    town.sql("UPDATE businesses SET billing = billing || '{\"daily_cap\": {\"documents\": 150}}' WHERE id = 'a'")
    town.bills()
    assert in_bulk == [100, 100, 100, 60]
    assert town.sql("SELECT business_id, documents, parked_at IS NOT NULL FROM billing_occurrences ORDER BY 1") == [
        ("a", 150, True), ("b", CLIENTS, False)
    ]  # fmt: skip
    assert town.sql("SELECT reason, count(*) FROM alerts GROUP BY 1") == [("billing_parked", 1)]
