"""Many clients in virtual time: billed by the same statements as live, and as the pure rules would (R9, R13)."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine

from models.db import raw
from models.scenario_file import Scenario, load_scenario
from tasks.billing import large, portion
from tasks.simulate import Simulation
from tests.scenarios.billing import bill
from tests.scenarios.story import Databases, Story, euros
from tests.scenarios.ways import ByWorkers, told

MANY = 120
WRITTEN = {
    "invoices": "number, status, contact_id, payer_kind, currency, net, tax, total, amount_due, issued_on, due_on,"
    " service_from, service_to, issued_at, check_at, language, notes, payer",
    "invoice_lines": "invoice_id, position, description, quantity, net, tax, gross, rate, charge_id, service_from",
    "invoice_taxes": "invoice_id, position, category, rate, net, tax",
    "charges": "id, contact_id, state, owed, settled, invoice_id, draft_id",
    "messages": "contact_id, channel, template, purpose, state, created_at, sent_at, subject, text, documents",
    "payment_links": "contact_id, amount, state, charge_ids, created_at",
    "billing_occurrences": "id, day, before, clients, documents, amounts, outcome, ended_at",
    "journal": "sequence, kind, at, content",
    "counters": "series, year, last, last_on",
    "facts": "type, at, contact_id, data",
    "alerts": "at, reason, text, contact_id",
    "allocations": "charge_id, invoice_id, amount, on_date, credit",
}


def town(shop: Story) -> Story:
    """Let 120 clients owe something each month of a quarter, two of them for the same day."""
    bill(shop)
    shop.span("2027-01-01 00:00", "2027-03-04 00:00")
    for place in range(MANY):
        name = f"c{place:03}"
        shop.client(name, name=f"Client {place}", email=f"{name}@example.org")
        for month, day in (("01", 5 + place % 20), ("02", 3 + place % 20)):
            for price in (1000 + 7 * place, 4503):
                shop.owes(name, price, at=f"2027-{month}-{day:02} 10:00", tax_rate="5.5" if place % 3 else "20")
    return shop


def mixed(shop: Story) -> Story:
    """Let them be billed in every way there is."""
    town(shop)
    shop.client("c003", billing={"mode": "draft"})
    shop.client("c017", billing={"mode": "payment_link"})
    shop.client("c019", billing={"enabled": False})
    shop.client("c023", bill_to="c011")
    shop.client("c031", email=None)
    shop.client("c037", kind="business", company={"legal_name": "Martin SARL", "siren": "732829320"})
    shop.client("c041", billing={"cycle": "weekly"})
    shop.client("c043", billing={"payment_terms": {"days": 20}})
    shop.pays("c047", euros(50), at="2027-01-20 10:00")
    shop.does("set_billing", at="2027-02-20 10:00", contact="c053", billing={"enabled": False})
    shop.automation("told", "billing.completed", {"notify_staff": {}})
    return shop


def of(story: Story) -> Scenario:
    return load_scenario(story.text(), "town.yaml", lambda _node, name: (name, ""))


def names(engine: Engine) -> dict[str, str]:
    """Return what documents are called by their ids: these are made of what makes them, and say nothing."""
    with engine.connect() as connection:
        query = "SELECT id, coalesce(number, contact_id || ' ' || created_at) FROM invoices"
        return dict(raw(connection).execute(query.encode()).fetchall())


def plain(known: dict[str, str], text: str) -> str:
    text = re.sub(r"(?<=pay.example/)[a-z]+/[\w-]+", "page", text)
    text = re.sub(r"msg_[0-9a-f]+", "message", text)
    return re.sub(r"inv_[0-9a-f]+", lambda found: known[found.group()], text)


def written(engine: Engine) -> dict[str, list[str]]:
    """What a run has left in the database."""
    known = names(engine)
    with engine.connect() as connection:
        rows = {
            table: raw(connection).execute(f"SELECT {columns} FROM {table}".encode()).fetchall()  # noqa: S608  # ours
            for table, columns in WRITTEN.items()
        }
    return {table: sorted(plain(known, str(row)) for row in found) for table, found in rows.items()}


def simulated(engine: Engine, scenario: Scenario, **options: Any) -> dict[str, list[str]]:
    """Simulate, and return what is told of each instant."""
    found = told(list(Simulation(engine, scenario, **options).run()))
    known = names(engine)
    return {at: sorted(plain(known, text) for text in texts) for at, texts in found.items()}


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the clients whom statements bill."""
    counted: list[int] = []
    bill_portion = portion.bill_portion

    def watched(*arguments: Any) -> Any:
        counted.append(len(arguments[2]))
        return bill_portion(*arguments)

    monkeypatch.setattr(large, "bill_portion", watched)
    return counted


def test_a_simulation_tells_the_same_by_statements_and_by_the_pure_rules(
    databases: Databases, shop: Story, in_bulk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = of(town(shop))
    with databases() as engine:
        lines, rows = simulated(engine, scenario), written(engine)
    assert sum(in_bulk) == 2 * MANY
    monkeypatch.setattr(large, "SMALL", MANY + 1)
    with databases() as engine:
        assert simulated(engine, scenario) == lines
        assert written(engine) == rows
    assert sum(in_bulk) == 2 * MANY
    assert sum('"kind":"invoice"' in text for texts in lines.values() for text in texts) == 2 * MANY


def test_documents_are_told_in_the_order_of_their_numbers(databases: Databases, shop: Story) -> None:
    with databases() as engine:
        lines = list(Simulation(engine, of(town(shop))).run())
    numbers = [line["number"] for line in lines if line["kind"] == "invoice"]
    assert numbers == [f"2027-{number:04}" for number in range(1, 2 * MANY + 1)]


@pytest.mark.parametrize("window", [1, 50])
def test_it_is_the_same_in_windows_of_any_size(
    databases: Databases, shop: Story, in_bulk: list[int], window: int
) -> None:
    scenario = of(mixed(shop))
    with databases() as engine:
        lines = simulated(engine, scenario, everything=True)
    with databases() as engine:
        assert simulated(engine, scenario, everything=True, window=window) == lines
    assert sum(in_bulk) > 4 * (MANY - 20)


def test_workers_then_write_what_the_simulation_has_written(
    databases: Databases, shop: Story, in_bulk: list[int]
) -> None:
    scenario = of(mixed(shop))
    with databases() as engine:
        lines = list(Simulation(engine, scenario).run())
        rows = written(engine)
    with databases() as engine:
        ByWorkers(engine, scenario).run()
        assert written(engine) == rows
        known = set(names(engine).values())
    assert sum(in_bulk) > 4 * (MANY - 20)
    documents = [line for line in lines if line["kind"] == "invoice"]
    assert {one["number"] for one in documents if one["number"]} == {name for name in known if " " not in name}
    assert {one["contact"] for one in documents} >= {"c003", "c011", "c031", "c037", "c043", "c047"}
    assert [line["contact"] for line in lines if line["kind"] == "payment_link"] == ["c017", "c017"]
    assert [line["amount"] for line in lines if line["kind"] == "payment" and line["method"] == "credit"] == [50]


def test_billing_that_fails_waits_and_the_rest_of_time_goes_on(
    databases: Databases, shop: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("boom")

    monkeypatch.setattr(large, "bill_portion", broken)
    shop = town(shop)
    shop.automation("daily", "schedule.due", {"notify_staff": {}}, every="day", at="09:00")
    with databases() as engine:
        lines = list(Simulation(engine, of(shop)).run())
    assert not [line for line in lines if line["kind"] == "invoice"]
    assert lines[-1]["at"].startswith("2027-03-03T09:00")
