"""A salon with its pages and a real card provider, and a client with a real browser without JavaScript."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.ports import LOOPBACK, answers, free_port
from deploy.local.postgres import Postgres
from models.db import make_engine, migrate, raw
from models.pages import Page as Kind
from models.pages import Pages
from tasks.books import check_books
from tasks.gateways.cards import Providers
from tasks.shell import Bells
from tests.database.at_work import AtWork
from tests.memory import roomy_memory
from tests.scenarios.story import ASK, Databases, Story
from tests.system.patience import eventually
from tests.system.payer import Sandbox
from web.app import site
from web.room import Room

PATIENCE = 15_000
"""Milliseconds that a page may take on a busy machine."""
expect.set_options(timeout=PATIENCE)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
EMPTY = "empty"
BY_LINK = {"request_payment": {"document": "payment_link"}}
START = "2027-01-05 10:00"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the machine's own chromium."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("These stories need a browser: install Debian's, with `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with throwaway_postgres(roomy_memory()) as postgres:
        migrate(postgres.create_database(EMPTY))
        yield postgres


@pytest.fixture(scope="session")
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("provider"), f"http://{LOOPBACK}:{port}/webhooks/sandbox")
    yield sandbox
    sandbox.stop()


class Salon(AtWork):
    """A salon at work, with its pages open to the browser."""

    def __init__(self, engine: Any, story: Story, sandbox: Sandbox, port: int) -> None:
        super().__init__(engine, story)
        self.drains(START)
        self.pages = Pages(f"http://{LOOPBACK}:{port}", "secret")
        cards = Providers({"sandbox": sandbox.cards})
        self.shell = replace(self.shell, cards=cards)
        room = Room(engine, self.clock, self.pages, cards, _bells(self))
        config = uvicorn.Config(site(room), LOOPBACK, port, log_level="warning", lifespan="off")
        self._web = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._web.run, daemon=True)
        self._thread.start()
        eventually(lambda: answers(port))

    def closes(self) -> None:
        self._web.should_exit = True
        self._thread.join(10)

    def address(self, kind: Kind, id_: str) -> str:
        """Return the address of a page."""
        until = self.clock.now().date() + timedelta(days=100)
        url = self.pages.url(kind, "atelier", id_, until)
        assert url is not None
        return url

    @property
    def invoice(self) -> str:
        """The page of zoe's invoice."""
        return self.address(Kind.INVOICE, self.sql("SELECT id FROM invoices WHERE kind = '380'")[0][0])

    @property
    def link(self) -> str:
        """The page of the payment link that was made first."""
        return self.address(Kind.PAY, self.sql("SELECT id FROM payment_links ORDER BY created_at, id LIMIT 1")[0][0])

    def paid(self) -> list[int]:
        """What was received, the smallest first: the salon's clock stands still."""
        return [row[0] for row in self.sql("SELECT amount FROM payments ORDER BY amount")]


def _bells(salon: AtWork) -> Bells:
    return salon.shell.bells


@pytest.fixture
def story() -> Story:
    """Zoé has an invoice of 45.00, Ada a payment link for 12.00; parts of 10.00 and more may be paid."""
    story = Story(_unused)
    story.business.update(cards={"provider": "sandbox"}, partial_payments={"allowed": True, "minimum": 1000})
    story.automation("ask", "session.booked", ASK)
    story.automation("by-link", "charge.added", BY_LINK)
    story.books("zoe", "cut", at=START, when="2027-01-12 14:00")
    story.owes("ada", 1200, at=START, description="Shampoing")
    return story


_unused: Databases = None  # type: ignore[assignment]  # the story is not run, its shop is opened


@pytest.fixture
def salon(server: Postgres, story: Story, sandbox: Sandbox, port: int, tmp_path: Path) -> Iterator[Salon]:
    name = f"salon_{tmp_path.name.replace('-', '_')[-30:].lower()}"
    engine = make_engine(server.create_database(name, EMPTY))
    salon = Salon(engine, story, sandbox, port)
    yield salon
    salon.closes()
    with engine.connect() as connection:
        assert check_books(raw(connection)) == []
    engine.dispose()
    server.drop_database(name)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone's page of somebody who speaks French and lets no script run."""
    context = chromium.new_context(
        locale="fr-FR", java_script_enabled=False, viewport={"width": 320, "height": 640}, is_mobile=True
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    yield page
    context.close()
