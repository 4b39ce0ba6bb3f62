"""Erasing a client while money comes: it is refused, or the money is booked all the same; nothing is lost."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.db import transact
from models.refusals import RefusedError
from tasks.card_reports import record_reports
from tasks.desk.acting import Desk
from tasks.desk.erasing import erase_client
from tasks.engine import lock
from tasks.webhooks import keep_webhook
from tests.database.till import Till
from tests.samples import contact, encoded, money, payment_received
from tests.scenarios.story import Databases
from tests.system.patience import eventually


class Shop(Till):
    """The till, with clients who want to be forgotten."""

    def publishes_payment(self, client: str) -> None:
        paid = payment_received(f"p-{client}", of=client, amount=money(700))
        self.stream.put(encoded("payment.received", paid, id=f"paid-{client}", time=self.now.isoformat()), self.now)

    def erases(self, client: str) -> str | None:
        """Erase a client; return why not, if it is refused."""

        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            erase_client(Desk(connection, "atelier", self.now, "olga"), client)

        try:
            transact(self.engine, work)
        except RefusedError as refused:
            return str(refused)
        return None

    def comes_to_know(self, client: str) -> None:
        told = {"contact": contact(client, name=f"Somebody {client}", email=f"{client}@example.org")}
        self.stream.put(encoded("contact.updated", told, id=f"told-{client}", time=self.now.isoformat()), self.now)
        self.rings("events.drain")

    def booked(self, client: str) -> list[tuple[Any, ...]]:
        return self.sql("SELECT amount, available, status FROM payments WHERE contact_id = %s", client)

    def name(self, client: str) -> str | None:
        return self.sql("SELECT name FROM contacts WHERE id = %s", client)[0][0]  # type: ignore[no-any-return]

    def waits_amid_erasing(self, client: str, then: Callable[[], None]) -> str | None:
        """Let an erasure that has found nothing open wait amid its work; do something; let it go on."""
        with psycopg.connect(
            self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        ) as note:
            note.execute(
                "INSERT INTO client_notes (business_id, id, contact_id, at, actor, text)"
                " VALUES ('atelier', 'not_1', %s, now(), 'olga', 'Rex')",
                (client,),
            )
            note.commit()
            note.execute("SELECT FROM client_notes WHERE id = 'not_1' FOR UPDATE")
            with ThreadPoolExecutor(1) as elsewhere:
                erasing = elsewhere.submit(self.erases, client)
                eventually(lambda: erasing.done() or self.sql("SELECT 1 FROM pg_locks WHERE NOT granted"))
                assert not erasing.done(), erasing.result()
                then()
                note.rollback()
                return erasing.result()


@pytest.fixture
def shop(balancing: Engine, databases: Databases) -> Iterator[Shop]:
    shop = Shop(balancing, databases)
    yield shop
    assert shop.sql("SELECT reason FROM dead_letters") == []


def test_money_that_comes_amid_the_erasure_is_booked_afterwards(shop: Shop) -> None:
    def comes() -> None:
        shop.publishes_payment("ada")
        shop.rings("events.drain")
        assert shop.sql("SELECT count(*) FROM waiting") == [(1,)]

    assert shop.waits_amid_erasing("ada", comes) is None
    assert shop.booked("ada") == []
    shop.rings("events.drain")
    assert shop.booked("ada") == [(700, 700, "received")]
    assert shop.name("ada") is None


def test_what_the_card_provider_tells_amid_the_erasure_is_read_afterwards(shop: Shop) -> None:
    attempt = shop.opens().attempt_id
    told: tuple[Any, ...] = ("atelier", "sandbox", "evt_1", f"{attempt} ada@example.org".encode(), {}, shop.now)
    assert shop.waits_amid_erasing("ada", lambda: transact(shop.engine, lambda c: keep_webhook(c, *told))) is None
    assert shop.sql("SELECT raw FROM webhooks WHERE due_at IS NOT NULL") == [(told[3],)]
    assert shop.rings("payments.read_webhooks")["read"] == 1


def test_money_first_the_erasure_is_refused(shop: Shop) -> None:
    shop.publishes_payment("ada")
    shop.rings("events.drain")
    assert "is left" in (shop.erases("ada") or "")
    assert shop.name("ada") == "Ada"


def test_at_once_it_is_refused_or_the_money_is_booked_all_the_same(shop: Shop) -> None:
    chance = random.Random(7)
    clients = [f"c{number}" for number in range(12)]
    for client in clients:
        shop.comes_to_know(client)
    for client in clients:
        begin, wait = threading.Barrier(2), chance.uniform(-0.02, 0.02)

        def erase(client: str = client, begin: threading.Barrier = begin, wait: float = wait) -> str | None:
            begin.wait()
            threading.Event().wait(max(wait, 0))
            return shop.erases(client)

        def pay(client: str = client, begin: threading.Barrier = begin, wait: float = wait) -> None:
            shop.publishes_payment(client)
            begin.wait()
            threading.Event().wait(max(-wait, 0))
            shop.rings("events.drain")

        with ThreadPoolExecutor(2) as both:
            refused, paid = both.submit(erase), both.submit(pay)
            paid.result()
            why = refused.result()
        shop.clock.at += timedelta(seconds=1)
        shop.rings("events.drain")
        assert shop.booked(client) == [(700, 700, "received")]
        assert (shop.name(client) is None) == (why is None)
        assert why is None or "is left" in why or "not decided yet" in why


def test_a_card_payment_that_succeeds_while_its_client_is_erased_is_booked_and_the_erasure_refused(shop: Shop) -> None:
    attempt = shop.opens().attempt_id
    shop.sql("UPDATE card_attempts SET contact_id = 'ada', target = NULL, invoice_id = NULL WHERE id = %s", attempt)
    paid = CardReport(attempt, CardOutcome.SUCCEEDED, "ch_1", 700, "EUR")
    with ThreadPoolExecutor(2) as both:
        erased = both.submit(shop.erases, "ada")
        both.submit(record_reports, shop.engine, "atelier", [paid], shop.now).result()
        why = erased.result() or ""
    assert "is under way" in why or "is left" in why
    assert shop.booked("ada") == [(700, 700, "received")]
    assert shop.name("ada") == "Ada"
