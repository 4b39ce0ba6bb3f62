"""What the card provider tells a running system: taken though every worker is dead, then booked once, by it alone."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import psycopg

from deploy.local.home import secret
from models.collecting import Debt
from models.db import make_engine
from tasks.checkouts import open_checkout
from tasks.gateways.cards import Providers
from tasks.gateways.clock import SystemClock
from tasks.gateways.sandbox_cards import SandboxCards
from tests.system.local_helpers import home_folder, relance
from tests.system.patience import eventually
from tests.system.payer import TWICE, YES, pays

SHOP = """
business: {id: hooks, name: Hooks, timezone: Europe/Paris, currency: EUR, tax_rate: "20", cards: {provider: sandbox}}
contacts: [{id: zoe, name: Zoé, email: zoe@clients.example}]
"""


def status(home: Path) -> dict[str, Any]:
    shown = json.loads(relance("status", "--json", home=home).stdout)
    assert isinstance(shown, dict)
    return shown


def kill_workers(home: Path) -> None:
    for process in status(home)["processes"]:
        if process["name"] == "worker" and process["pid"]:
            worker = psutil.Process(process["pid"])
            for victim in [*worker.children(recursive=True), worker]:
                os.kill(victim.pid, signal.SIGKILL)


def test_a_payment_of_which_only_the_provider_tells_is_booked_once_though_all_workers_were_killed() -> None:
    with home_folder() as home:
        assert relance("up", "--detach", home=home).returncode == 0
        try:
            addresses = status(home)["addresses"]
            (home.parent / "shop.yaml").write_text(SHOP)
            assert relance("business", "apply", str(home.parent / "shop.yaml"), "--yes", home=home).returncode == 0
            with psycopg.connect(addresses["database"], autocommit=True) as database:
                takes_and_reads(home, addresses, database)
        finally:
            relance("down", home=home)


def takes_and_reads(home: Path, addresses: dict[str, str], database: psycopg.Connection[Any]) -> None:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return database.execute(query.encode()).fetchall()

    cards = Providers({"sandbox": SandboxCards(addresses["provider"], secret(home, "provider"))})
    engine, now = make_engine(addresses["database"]), SystemClock().now()
    pages = [
        open_checkout(engine, cards, "hooks", Debt("zoe", amount, "EUR"), return_url="http://127.0.0.1:9", now=now)
        for amount in (1000, 2000)
    ]
    engine.dispose()
    kill_workers(home)
    for page, card in zip(pages, (YES, TWICE), strict=True):
        assert pays(page.url, card).status == 303
    eventually(lambda: rows("SELECT count(*) FROM webhooks") == [(2,)])
    eventually(lambda: rows("SELECT count(*) FROM webhooks WHERE read_at IS NOT NULL") == [(2,)], seconds=60)
    assert rows("SELECT amount FROM payments ORDER BY amount") == [(1000,), (2000,)]
    listed = relance("payments", "webhooks", "list", "--json", "--business", "hooks", home=home)
    assert [json.loads(line)["state"] for line in listed.stdout.splitlines()] == ["read", "read"], listed.stderr
    assert relance("books", "verify", home=home).returncode == 0
