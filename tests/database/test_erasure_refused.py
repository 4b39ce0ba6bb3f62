"""A client is not forgotten while anything is open: each reason is told with what it is about, and goes with it."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.db import transact
from models.refusals import RefusedError
from tasks.desk.acting import Desk
from tasks.desk.erasing import erase_client
from tasks.desk.open_matters import OPEN
from tasks.engine import lock
from tasks.webhooks import keep_webhook
from tests.database.till import Till
from tests.samples import (
    charge_added,
    contact,
    encoded,
    money,
    payment_received,
    recurring_payment_cancelled,
    recurring_payment_started,
)
from tests.scenarios.story import Databases

CANCELLED = "2027-01-05 11:00"


class Counter(Till):
    """The till, at which zoe wants to be forgotten, or ada, with whom nothing is open."""

    events = 0

    def refusals(self, client: str = "ada") -> list[str]:
        """Return why a client can't be erased now, the reasons without what they are about; nothing is erased."""
        clauses = self.refused(client).removeprefix(f"{client} can't be erased yet: ").split(". Settle")[0].split("; ")
        return [reason for clause in clauses for reason in OPEN if _is(clause, reason)]

    def refused(self, client: str = "ada") -> str:
        """Return why a client can't be erased now, in full; nothing if it can. Nothing is erased."""

        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            erase_client(Desk(connection, "atelier", self.now, "olga"), client)
            raise NothingOpenError

        try:
            transact(self.engine, work)
        except NothingOpenError:
            return ""
        except RefusedError as refused:
            return str(refused)
        raise AssertionError

    def hears(self, type_: str, data: dict[str, Any]) -> None:
        """Let an event come, and decide it."""
        self.events += 1
        event = encoded(type_, data, id=f"more-{self.events}", time=self.now.isoformat())
        self.stream.put(event, self.now)
        self.rings("events.drain")


class NothingOpenError(Exception):
    """Takes an erasure back that would have been done."""


def _is(clause: str, reason: str) -> bool:
    before, after = reason.split("{}")
    return clause.startswith(before) and clause.endswith(after)


@pytest.fixture
def till(balancing: Engine, databases: Databases) -> Counter:
    till = Counter(balancing, databases)
    assert till.refusals() == []
    return till


def test_every_reason_is_told_by_one_of_these_tests() -> None:
    source = Path(__file__).read_text()
    assert [reason for reason in OPEN if f'"{reason}"' not in source] == []


def test_a_document_with_an_amount_due_and_a_booking_to_come(till: Counter) -> None:
    assert till.refusals("zoe") == ["document {} is a draft or has an amount due", "booking {} is to come"]
    till.hears("payment.received", payment_received(of="zoe", target={"invoice": "2027-0001"}))
    assert till.refusals("zoe") == ["booking {} is to come"]
    till.comes("2027-01-12 14:59")
    assert till.refusals("zoe") == ["booking {} is to come"]
    till.comes("2027-01-12 15:01")
    assert till.refusals("zoe") == []


def test_a_charge_that_is_due_and_money_that_is_left(till: Counter) -> None:
    till.hears("charge.added", charge_added("c1", of="ada"))
    assert till.refusals() == ["charge {} is due"]
    ((owed,),) = till.sql("SELECT owed FROM charges WHERE id = 'c1'")
    till.hears("payment.received", payment_received("p1", of="ada", target={"charges": ["c1"]}, amount=money(owed)))
    assert till.refusals() == []
    till.hears("payment.received", payment_received("p2", of="ada"))
    assert till.refusals() == ["money of payment {} is left"]


def test_the_money_that_stands_in_the_way_is_said(till: Counter) -> None:
    assert till.refused("zoe").endswith("Settle or cancel that first. In the way are 45.00 EUR of document 2027-0001.")
    till.hears("charge.added", charge_added("c1", of="ada"))
    till.hears("payment.received", payment_received("p2", of="ada", amount=money(99900)))
    till.hears("recurring_payment.started", recurring_payment_started(of="ada", starts_on="2027-02-01"))
    ((owed,), (price,)) = till.sql(
        "SELECT owed FROM charges WHERE id = 'c1' UNION ALL SELECT price FROM recurring_payments"
    )
    sums = f"{owed / 100:.2f} EUR of charge c1, 999.00 EUR of payment p2, {price / 100:.2f} EUR of recurring payment r1"
    assert till.refused().endswith(f"In the way are {sums}.")


def test_a_refund_and_its_card_attempt(till: Counter) -> None:
    till.tells(till.cards.pays(till.opens().attempt_id))
    till.story.cancels("o1-b1", at=CANCELLED, refund="full")
    till.publishes(till.story.file["events"][-1])
    till.drains(CANCELLED)
    assert till.refusals("zoe") == ["refund {} is on its way", "card attempt {} is under way"]
    till.rings("payments.collect")
    assert till.refusals("zoe") == []


@pytest.mark.parametrize("state", ["prepared", "sending", "open", "uncertain", "succeeded", "failed", "cancelled"])
def test_a_card_attempt_in_each_state(till: Counter, state: str) -> None:
    till.sql(
        "INSERT INTO card_attempts (business_id, id, kind, provider, amount, currency, created_at, state, tries, calls,"
        " contact_id, charge_ids, depth, due_at, ask_at) VALUES ('atelier', 'card_1', 'charge', 'sandbox', 1, 'EUR',"
        " now(), %s, 1, 0, 'ada', '[]', 0, now(), now())",
        state,
    )
    live = state in {"prepared", "sending", "open", "uncertain"}
    assert till.refusals() == (["card attempt {} is under way"] if live else [])


def test_a_page_on_which_nobody_has_paid_yet(till: Counter) -> None:
    attempt = till.opens().attempt_id
    assert "card attempt {} is under way" in till.refusals("zoe")
    till.tells(CardReport(attempt, CardOutcome.EXPIRED))
    assert "card attempt {} is under way" not in till.refusals("zoe")


def test_a_recurring_payment(till: Counter) -> None:
    till.hears("recurring_payment.started", recurring_payment_started(of="ada", starts_on="2027-02-01"))
    assert till.refusals() == ["recurring payment {} is active"]
    till.hears("recurring_payment.cancelled", recurring_payment_cancelled())
    assert till.refusals() == []


def test_a_message_that_goes_out_just_now(till: Counter) -> None:
    message = "UPDATE messages SET contact_id = 'ada', state = %s WHERE contact_id = 'zoe'"
    till.sql(message, "sending")
    assert till.refusals() == ["message {} is going out just now"]
    till.sql(message.replace("= 'zoe'", "= 'ada'"), "sent")
    assert till.refusals() == []


@pytest.mark.parametrize(
    "data",
    [payment_received(of="ada"), {"contact": contact("other", email="ADA@example.org")}],
    ids=["by id", "by e-mail"],
)
def test_an_event_that_is_not_decided_yet(till: Counter, data: dict[str, Any]) -> None:
    type_ = "payment.received" if "payment" in data else "contact.updated"
    with psycopg.connect(_url(till)) as busy:
        lock(busy, ["atelier"])
        till.hears(type_, data)
    assert till.refusals() == ["event {} is not decided yet"]
    till.rings("events.drain")
    assert till.refusals() == (["money of payment {} is left"] if "payment" in data else [])


def test_a_message_of_the_card_provider_that_is_not_read_yet(till: Counter) -> None:
    till.rings("payments.read_webhooks")
    kept: tuple[Any, ...] = ("atelier", "sandbox", "evt_1", b'{"email": "ada@example.org"}', {}, till.now)
    transact(till.engine, lambda c: keep_webhook(c, *kept))
    assert till.refusals() == ["message {} of the card provider is not read yet"]
    till.rings("payments.read_webhooks")
    assert till.refusals() == []


def _url(till: Till) -> str:
    return till.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
