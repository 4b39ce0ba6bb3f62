"""M1 and M2: whatever happens in a shop, its books balance - in memory at every step, on PostgreSQL at the end."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from deploy.local.postgres import Postgres
from models.db import make_engine
from models.scenario_file import Scenario, load_scenario
from tests.database.conftest import EMPTY
from tests.database.machine import Shopkeeping
from tests.database.steps import Data
from tests.database.worlds import InMemory, compare, open_world, play

SHOP = """
business: {id: shop, name: Shop, timezone: Europe/Paris, currency: EUR, country: FR, tax_rate: "20", daily_cap: 100000,
           email: owner@example.org, partial_payments: {allowed: true, minimum: 500}, payment_window: {minutes: 60},
           billing: {enabled: true, cycle: weekly, anchor: fri, minimum: 600, payment_terms: {days: 10}}}
contacts:
  - {id: zoe, name: Zoé, email: zoe@example.org, billing: {enabled: false}}
  - {id: ada, name: Ada, email: ada@example.org,
     billing: {cycle: monthly, anchor: [5, 20], mode: draft, confirm_after: 9}}
  - {id: kid, name: Kid, bill_to: ada}
  - {id: acme, name: Acme, email: acme@example.org, kind: business}
services:
  - {id: cut, name: Cut, price: {amount: 4500, currency: EUR}}
  - {id: yoga, name: Yoga, price: {amount: 1500, currency: EUR}, tax_rate: "5.5"}
  - {id: gym, name: Gym, price: {amount: 2500, currency: EUR}, tax_rate: "10"}
  - {id: net, name: Coaching, price: {amount: 9999, currency: EUR}, tax_included: false}
automations:
  - automation: ask
    name: Ask
    trigger: {on: session.booked, services: [cut, net]}
    limit: {times: 1, per: 24h, over: merge}
    steps: [request_payment: {due_in: {days: 7}}]
  - {automation: class, name: Class, trigger: {on: session.ended, services: [yoga]}, steps: [request_payment: {}]}
  - {automation: extra, name: Extra, trigger: {on: charge.added}, steps: [{delay: {days: 1}}, request_payment: {}]}
  - automation: remind
    name: Remind
    trigger: {on: invoice.overdue}
    stop_when: [invoice.paid, invoice.voided]
    steps: [send_reminder: {}, {delay: {days: 10}}, send_reminder: {}]
  - {automation: paid, name: Paid, trigger: {on: order.paid}, steps: [issue_paid_invoice: {}]}
start: 2027-01-01T00:00:00Z
until: 2040-01-01T00:00:00Z
events: []
"""
STEPS = 60
_numbers = count()


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(SHOP, "shop.yaml", lambda _node, name: (name, ""))


@pytest.fixture(scope="module")
def opened(server: Postgres, scenario: Scenario) -> Iterator[Engine]:
    """Give a database with the shop as it opens, which the worlds begin as copies of."""
    engine = make_engine(server.create_database("machine", EMPTY))
    open_world(engine, scenario)
    yield engine
    engine.dispose()


def machine_of(server: Postgres, opened: Engine, scenario: Scenario, windows: tuple[int, int]) -> type[Shopkeeping]:
    """Return the machine of a shop: in memory as it goes, then the same on a database of its own."""

    def end(machine: Shopkeeping) -> None:
        opened.dispose()  # a database that is copied has no other user
        name = f"machine_{next(_numbers)}"
        engine = make_engine(server.create_database(name, "machine"))
        try:
            until = machine.now + timedelta(seconds=1)
            machine.world.passes((until, 0, until, ()))
            play(engine, scenario, machine.happenings, until, machine.window)
            differences = compare(engine, machine.world)
            assert not differences, "\n".join(differences)
        finally:
            engine.dispose()
            server.drop_database(name)

    hooks = {
        "windows": windows,
        "begin": staticmethod(lambda: (InMemory(opened, scenario), scenario)),
        "end": staticmethod(end),
    }
    return type("Machine", (Shopkeeping,), hooks)


def keep_shop(
    server: Postgres,
    opened: Engine,
    scenario: Scenario,
    *,
    windows: tuple[int, int],
    examples: int,
    derandomize: bool = False,
) -> None:
    """Run the machine on histories that are drawn."""
    run_state_machine_as_test(
        machine_of(server, opened, scenario, windows),
        settings=settings(
            max_examples=examples,
            derandomize=derandomize,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


CREDIT_THAT_CAME_BACK_AND_WENT_AGAIN: list[tuple[str, Data]] = [
    ("books", {"who": "ada", "services": ["cut"], "days": 16, "paid": None, "at_booking": True, "late": 0}),
    ("pays", {"who": "acme", "amount": 4500, "kind": "nothing", "place": 20, "late": 0}),
    ("books", {"who": "ada", "services": ["cut"], "days": 5, "paid": 4500, "at_booking": False, "late": 14400}),
    ("books", {"who": "acme", "services": ["net", "cut"], "days": 9, "paid": 1500, "at_booking": False, "late": 0}),
    ("reschedules", {"place": 26, "days": 12, "late": 0}),
    ("bounds_billing", {"cap": {}}),
    ("time_passes", {"days": 40, "minutes": 250}),
    ("reschedules", {"place": 2, "days": 5, "late": 0}),
]
"""A session is moved, its money goes by dates (R28); later what is left pays its invoice as credit (R10)."""


AGREEMENT_OF_ONE_THEN_ANOTHER: list[tuple[str, Data]] = [
    ("subscribes", {"who": "zoe", "price": 1, "every": "week", "again": True, "late": 0}),
    ("subscribes", {"who": "kid", "price": 500, "every": "week", "again": True, "late": 30}),
    ("unsubscribes", {"place": 17, "late": 0}),
    ("holds_billing", {"days": 33}),
    ("owes", {"who": "kid", "price": 1, "late": 1440}),
    ("subscribes", {"who": "kid", "price": 500, "every": "week", "again": True, "late": 0}),
    ("unsubscribes", {"place": 15, "late": 0}),
]
"""A recurring payment goes over to another client and ends: charges of either may be made anew (R20)."""


@pytest.mark.parametrize("history", [CREDIT_THAT_CAME_BACK_AND_WENT_AGAIN, AGREEMENT_OF_ONE_THEN_ANOTHER])
@pytest.mark.parametrize("window", [7, 100])
def test_a_history_that_once_differed(
    server: Postgres, opened: Engine, scenario: Scenario, history: list[tuple[str, Data]], window: int
) -> None:
    """Compare both worlds again, and the books after each step."""
    machine = machine_of(server, opened, scenario, (window, window))()
    for step in history:
        machine.something_happens(step)
        machine.the_books_balance()
        machine.the_journal_is_whole()
    machine.teardown()


@pytest.mark.parametrize("windows", [(7, 25), (100, 400)])
def test_the_books_balance_whatever_happens(
    server: Postgres, opened: Engine, scenario: Scenario, windows: tuple[int, int]
) -> None:
    """Tell 200 histories, half of them in short transactions, half in long ones; others than these tell the faults."""
    keep_shop(server, opened, scenario, windows=windows, examples=100, derandomize=True)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(10))
def test_the_books_balance_whatever_happens_for_long(
    server: Postgres, opened: Engine, scenario: Scenario, part: int
) -> None:
    """Tell 5,000 histories, in parts that may run beside each other."""
    keep_shop(server, opened, scenario, windows=((7, 400), (25, 100))[part % 2], examples=500)
