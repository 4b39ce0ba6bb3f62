"""Portion by portion everybody who owes something is billed once, however time is cut and ids are ordered (R3, R9)."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress

import psycopg
import pytest

from deploy.local.postgres import Postgres
from models.db import make_engine, migrate
from models.scenario_file import load_scenario
from tasks.due_rows import DueBilling
from tasks.simulate import Simulation
from tests.database.conftest import EMPTY
from tests.scenarios.billing import bill
from tests.scenarios.conftest import clear
from tests.scenarios.story import ASK, Lines, Story, seat

CLIENTS = ("aa", "B", "bb", "Cc", "d1", "D-2", "élise", "z", "zoe")
"""In the order of a dictionary; Python has capitals first."""
LANGUAGES = ("fr_FR.UTF-8", "en_US.UTF-8")
Play = Callable[[Story, int, str], Lines]


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bill two clients in each decision."""
    monkeypatch.setattr(DueBilling.__init__, "__defaults__", (2,))


@pytest.fixture(scope="module")
def orders(server: Postgres) -> dict[str, str]:
    """Give databases by how they order texts: as Python does, and as a language does where the machine knows one."""
    urls = {"C": server.create_database("by_bytes", EMPTY)}
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        for number, name in enumerate(LANGUAGES):
            with suppress(psycopg.errors.WrongObjectType):  # this machine does not know it
                connection.execute(f"CREATE DATABASE words_{number} TEMPLATE template0 LOCALE '{name}'".encode())
                urls[name] = server.url_of(f"words_{number}")
                migrate(urls[name])
    return urls


@pytest.fixture
def play(orders: dict[str, str]) -> Iterator[Play]:
    """Play stories in windows of any size on a database with an order of texts."""
    engines = {name: make_engine(url) for name, url in orders.items()}

    def played(story: Story, window: int, order: str) -> Lines:
        clear(orders[order])
        scenario = load_scenario(story.text(), "story.yaml", lambda _node, name: (name, ""))
        return Lines(Simulation(engines[order], scenario, window=window).run())

    yield played
    for engine in engines.values():
        engine.dispose()


@pytest.fixture
def story() -> Story:
    return Story(nullcontext)  # type: ignore[arg-type]  # `play` has the databases


@pytest.mark.usefixtures("in_twos")
def test_everybody_is_billed_once_in_whatever_window_the_charges_came(
    orders: dict[str, str], play: Play, story: Story
) -> None:
    bill(story, cycle="daily")
    story.span("2027-01-01 00:00", "2027-01-06 00:00")
    for name in CLIENTS:
        story.client(name)
    for name in ("aa", "bb", "Cc", "d1", "z"):
        story.owes(name, 1000, at="2027-01-03 10:00")
    for name in ("D-2", "B", "élise", "aa", "zoe"):
        story.owes(name, 2000, at="2027-01-04 07:59:59")
    for order in orders:
        expected = sorted(CLIENTS) if order == "C" else list(CLIENTS)
        for window in range(1, 40):
            assert play(story, window, order).of("invoice").each("contact") == expected, (order, window)


def test_what_is_due_at_one_instant_is_decided_in_one_order(orders: dict[str, str], play: Play, story: Story) -> None:
    story.span("2027-01-01 00:00", "2027-01-06 00:00")
    story.automation("ask", "session.ended", ASK)
    for name in ("b", "A", "c", "B", "a"):
        story.client(name)
        place = seat("cut", "2027-01-04 10:00", session={"id": f"s-{name}"})
        story.books(name, place, at="2027-01-02 10:00")
    for order in orders:
        for window in (1, 3, 8, 100):
            told = {line["contact"]: line["number"] for line in play(story, window, order).of("invoice")}
            assert told == {
                "A": "2027-0001", "B": "2027-0002", "a": "2027-0003", "b": "2027-0004", "c": "2027-0005"
            }, (order, window)  # fmt: skip
