"""Sixteen payers of one invoice at once, by page, link, saved card and at the desk, with the real sandbox (R17).

One of them pays it. Whatever succeeds besides is credit, of which the owner is told: no success of the provider's is
lost, and none is silent. The saved card is charged once at most.
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from psycopg.errors import LockNotAvailable

from deploy.local.ephemeral import throwaway_postgres
from models.collecting import Debt
from models.db import make_engine, migrate, raw, transact
from models.marking import Taken
from models.pages import Named
from models.refusals import RefusedError
from tasks.books import check_books
from tasks.checkouts import CardsAwayError, look_at, open_checkout
from tasks.desk.acting import Desk, Done
from tasks.desk.cards import charge_card
from tasks.desk.links import create_link
from tasks.desk.payments import mark_as_paid
from tasks.engine import lock
from tasks.gateways.cards import Providers
from tasks.gateways.sandbox_cards import SIGNATURE
from tasks.saved_cards import save_card
from tasks.sheets import link_sheet
from tasks.webhooks import keep_webhook
from tests.database.till import Till
from tests.system import payer
from tests.system.payer import Listener, Sandbox, listening, pays

BACK = "http://127.0.0.1:9/back"
NUMBERS = (payer.YES, payer.TWICE, payer.NEVER_TOLD, payer.NO_FUNDS, payer.STRONG)
FAULTS = ("refuse", "error", "error_after", "error", "error_after")
OWED = 4500


class Crowd:
    """A shop, its provider, and everybody who wants to pay one client's invoice."""

    def __init__(self, till: Till, sandbox: Sandbox, listener: Listener, seed: int) -> None:
        self.till, self.sandbox, self.listener = till, sandbox, listener
        self.providers = Providers({"sandbox": sandbox.cards})
        object.__setattr__(till.shell, "cards", self.providers)
        till.clock.at = datetime.now(UTC)
        self.chance = random.Random(seed)
        self.card = self._card()
        self.heard = 0
        self.surplus: list[int] = []
        self.client, self.invoice, self.number, self.link = "", "", "", ""

    def _card(self) -> str:
        """Return a card that the provider has kept."""
        debt = Debt("zoe", 100, "EUR", description="Card")
        opened = open_checkout(
            self.till.engine, self.providers, "atelier", debt, return_url=BACK, now=self.till.now, save_card=True
        )
        assert pays(opened.url, save="yes").status == 303
        return str(self.sandbox.all("checkouts")[0]["card"]["id"])

    def round(self, number: int) -> None:
        """Let a client owe, everybody pay at once, and the dust settle; then look."""
        self.client = f"client-{number}"
        self._invoice()
        for call in ("checkout", "charge", "charge"):
            if self.chance.random() < 0.5:
                self.sandbox.breaks(call, self.chance.choice(FAULTS))
        ways = [self.by_page, self.by_link, self.by_card, self.at_the_desk] * 4
        self.chance.shuffle(ways)
        with ThreadPoolExecutor(len(ways)) as crowd:
            for done in [crowd.submit(self._comes, way, self.chance.random() / 10) for way in ways]:
                done.result()
        self._settle()
        self._look()

    def _comes(self, way: Callable[[], None], after: float) -> None:
        time.sleep(after)
        with suppress(RefusedError, CardsAwayError, LockNotAvailable):  # whoever waits too long is shown an error
            way()

    def _invoice(self) -> None:
        till, at = self.till, self.till.clock.at
        told = till.story.books(self.client, "cut", at=at.isoformat(), when=(at + timedelta(days=7)).isoformat())
        till.publishes(till.story.file["events"][-1])
        till.rings("events.drain")
        ((self.invoice, self.number),) = till.sql("SELECT id, number FROM invoices WHERE order_id = %s", told.id)
        transact(
            till.engine, lambda c: save_card(c, "atelier", self.client, "sandbox", self.card, at, label="Test 4242")
        )
        self._at_desk(lambda desk: create_link(desk, self.client, None, None, send=False))
        ((self.link,),) = till.sql("SELECT id FROM payment_links WHERE contact_id = %s", self.client)

    def _at_desk(self, act: Callable[[Desk], Done]) -> None:
        def work(connection: Connection[Any]) -> Done:
            lock(connection, ["atelier"])
            return act(Desk(connection, "atelier", self.till.now, "olga"))

        transact(self.till.engine, work)

    def by_page(self) -> None:
        """Pay what is open of the invoice on the provider's page."""
        self._pays(Debt(self.client, OWED, "EUR", f"invoice:{self.invoice}", (), self.invoice, description=self.number))

    def by_link(self) -> None:
        """Pay what a payment link asks for."""
        named = Named("atelier", self.link, self.till.now.date() + timedelta(days=30))
        sheet = transact(self.till.engine, lambda c: link_sheet(c, named, self.till.now))
        if sheet is not None and sheet.debt is not None and sheet.debt.amount > 0:
            self._pays(sheet.debt)

    def _pays(self, debt: Debt) -> None:
        engine, now = self.till.engine, self.till.now
        opened = open_checkout(engine, self.providers, "atelier", debt, return_url=BACK, now=now)
        for number in (self.chance.choice(NUMBERS), payer.YES):
            if pays(opened.url, number, confirmed="yes").status == 303:
                break
        if self.chance.random() < 0.5:
            look_at(engine, self.providers, "atelier", opened.attempt_id, now)

    def by_card(self) -> None:
        """Charge the saved card from the desk."""
        self._at_desk(lambda desk: charge_card(desk, self.number, self.providers))
        self.till.rings("payments.collect")

    def at_the_desk(self) -> None:
        """Take cash for it."""
        self._at_desk(lambda desk: mark_as_paid(desk, self.number, Taken("cash")))

    def _settle(self) -> None:
        """Let messages come, workers ask, and time pass, until nothing is in doubt."""
        for _ in range(4):
            self._hear()
            self.till.clock.at += timedelta(minutes=3)
            for bell in ("payments.collect", "payments.settle", "payments.collect"):
                self.till.rings(bell)

    def _hear(self) -> None:
        """Take the messages that the provider has sent by now, as often as it sent them, and read them."""
        for _, body, headers in self.listener.taken[self.heard :]:
            self._keep(body, headers[SIGNATURE])
            self.heard += 1
        self.till.rings("payments.read_webhooks")

    def _keep(self, body: bytes, signature: str) -> None:
        event = self.sandbox.cards.verify_webhook(body, signature)
        kept = ("atelier", "sandbox", event, body, {SIGNATURE: signature}, self.till.now)
        transact(self.till.engine, lambda c: keep_webhook(c, *kept))

    def _look(self) -> None:
        till = self.till
        states = till.sql("SELECT kind, state FROM card_attempts WHERE contact_id = %s", self.client)
        assert not {state for _, state in states} & {"prepared", "sending", "uncertain"}, states
        assert states.count(("charge", "succeeded")) <= 1
        assert self._moved() == set(
            till.sql(
                "SELECT provider_reference, amount FROM payments WHERE contact_id = %s AND provider = 'sandbox'",
                self.client,
            )
        )
        assert till.sql("SELECT status, amount_due FROM invoices WHERE id = %s", self.invoice) == [("paid", 0)]
        ((count, received, free),) = till.sql(
            "SELECT count(*), sum(amount), sum(available) FROM payments WHERE contact_id = %s", self.client
        )
        assert received - free == OWED
        ((alerts,),) = till.sql(
            "SELECT count(*) FROM alerts WHERE contact_id = %s AND reason = 'paid_twice'", self.client
        )
        assert alerts == count - 1, (count, alerts)
        self.surplus.append(count - 1)

    def _moved(self) -> set[tuple[str, int]]:
        """Return what the provider took for this client: its names for it, and the sums."""
        ours = {row[0] for row in self.till.sql("SELECT id FROM card_attempts WHERE contact_id = %s", self.client)}
        things = [*self.sandbox.all("checkouts"), *self.sandbox.all("charges")]
        return {
            (one["id"], one["amount"])
            for one in things
            if one["key"].partition(".")[0] in ours and one["status"] == "succeeded"
        }


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    with throwaway_postgres() as server, listening() as listener:
        url = server.create_database("payers")
        migrate(url)
        engine = make_engine(url, pool_size=16)  # each of them is a process of its own in truth
        sandbox = Sandbox(tmp_path, listener.url, timeout=5)
        try:
            yield Crowd(Till(engine, _no_databases), sandbox, listener, seed=17)
            with engine.connect() as connection:
                assert check_books(raw(connection)) == []
        finally:
            sandbox.stop()
            engine.dispose()


def _no_databases() -> Any:
    raise AssertionError


def test_sixteen_payers_of_one_invoice(crowd: Crowd) -> None:
    for number in range(8):
        crowd.round(number)
    assert any(crowd.surplus), "nobody paid what was paid already"


@pytest.mark.faults
def test_sixteen_payers_of_one_invoice_two_hundred_times(crowd: Crowd) -> None:
    for number in range(200):
        crowd.round(number)
    assert sum(crowd.surplus) > 50, "too few paid what was paid already"
