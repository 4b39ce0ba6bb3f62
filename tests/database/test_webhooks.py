"""What a card provider tells by itself: kept before the answer, read once, kept with its error if it can't be (R12)."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.pages import Pages
from tasks.gateways.cards import Providers, UnreadableWebhookError
from tasks.gateways.sandbox_cards import SIGNATURE, SandboxCards
from tasks.gateways.signatures import sign
from tasks.settings import ROOT
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.database.visitor import Answer, Visitor
from tests.scenarios.story import Databases
from web.app import site
from web.room import Room

KEY, DOOR = "the key of the sandbox", "/webhooks/sandbox/atelier"
BELL = "payments.read_webhooks"
AWAY = CardReport("", CardOutcome.RETRY, reason="It can't be reached.")


class Moody(SandboxCards):
    """The sandbox, whose next reading may go wrong, or do something first."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", KEY)
        self.wrong: BaseException | None = None
        self.away = False

    def read_webhook(self, raw: bytes) -> Sequence[CardReport]:
        if self.wrong is not None:
            raise self.wrong
        return [AWAY] if self.away else super().read_webhook(raw)


class Door(Till):
    """The till with its door for what the provider tells."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.provider = Moody()
        providers = Providers({"sandbox": self.provider})
        self.shell = replace(self.shell, cards=providers)
        room = Room(self.engine, self.clock, Pages("https://salon.example", "secret"), providers, self.shell.bells)
        self.visitor = Visitor(site(room))

    def hears(self, body: Any, key: str = KEY) -> Answer:
        """Let the provider send a message; return what it is answered."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.visitor.tells(DOOR, raw, {SIGNATURE: sign(key, raw, datetime.now(UTC))})

    def paid(self, event: str = "evt_1", attempt: str | None = None, **more: Any) -> dict[str, Any]:
        """Return the message that zoe has paid on the page that was opened."""
        told = {"key": attempt or self.opens().attempt_id, "status": "succeeded", "id": "ch_1", "amount": 4500}
        return {"id": event, "object": told | {"currency": "EUR", "account": "atelier"} | more}

    def reads(self, *, after: timedelta = timedelta(0)) -> dict[str, int]:
        """Let a worker read what is due; return what it counts, but for nothing."""
        self.clock.at += after
        return {name: count for name, count in self.rings(BELL).items() if count}

    def kept(self) -> list[tuple[Any, ...]]:
        """What is kept: ids, whether they are read, whether they are due, errors."""
        return self.sql(
            "SELECT event_id, read_at IS NOT NULL, due_at IS NOT NULL, error FROM webhooks ORDER BY received_at, id"
        )


@pytest.fixture
def door(balancing: Engine, databases: Databases) -> Door:
    return Door(balancing, databases)


@pytest.fixture
def relance(command: Callable[[str], Relance], door: Door) -> Relance:
    return command(door.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def test_a_message_is_kept_as_it_came_before_the_answer_and_read_afterwards(door: Door) -> None:
    body = door.paid()
    assert door.hears(body).status == 204
    ((kept, headers),) = door.sql("SELECT raw, headers FROM webhooks")
    assert json.loads(kept) == body
    assert list(headers) == [SIGNATURE]
    assert door.payments() == []
    assert door.reads() == {"read": 1}
    assert door.payments() == [(4500, 0, "ch_1")]
    assert door.kept() == [("evt_1", True, False, None)]


def test_a_message_that_comes_again_is_one_row_and_one_payment(door: Door) -> None:
    body = door.paid()
    for _ in range(3):
        assert door.hears(body).status == 204
    assert door.reads() == {"read": 1}
    assert door.hears(body).status == 204
    assert door.reads() == {}
    assert door.reads(after=timedelta(days=1)) == {}
    assert len(door.kept()) == len(door.payments()) == 1


def test_sixteen_deliveries_and_four_readers_at_once_make_one_payment(door: Door) -> None:
    body = door.paid()
    with ThreadPoolExecutor(16) as crowd:
        assert {one.status for one in crowd.map(lambda _: door.hears(body), range(16))} == {204}
    with ThreadPoolExecutor(4) as crowd:
        counts = list(crowd.map(lambda _: door.rings(BELL)["read"], range(4)))
    assert sum(counts) == 1
    assert len(door.kept()) == len(door.payments()) == 1


@pytest.mark.parametrize("key", ["another key", ""])
def test_what_the_provider_did_not_sign_is_refused_and_not_kept(door: Door, key: str) -> None:
    assert door.hears(door.paid(), key).status == 400
    assert door.visitor.tells(DOOR, b"{}").status == 400
    assert door.kept() == []


KILLED = """
import os, signal, sys
from models.db import make_engine
from tasks import webhooks
from tasks.gateways.cards import Providers
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail
from tasks.gateways.sandbox_cards import SandboxCards
from tasks.settings import Settings
from tasks.shell import Shell
from datetime import datetime

class Deadly(SandboxCards):
    def read_webhook(self, raw):
        os.kill(os.getpid(), signal.SIGKILL)

def mark(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "recording":
    webhooks._mark_read = mark
cards = (Deadly if sys.argv[3] == "reading" else SandboxCards)("http://127.0.0.1:9", "key")
clock = VirtualClock(datetime.fromisoformat(sys.argv[2]))
shell = Shell(make_engine(sys.argv[1]), clock, Settings(), SilentBells(), MemoryStream(), RecordingMail(),
              cards=Providers({"sandbox": cards}))
webhooks.read_webhooks(shell)
"""


@pytest.mark.parametrize("at", ["reading", "recording"])
def test_a_worker_that_is_killed_before_it_was_read_leaves_it_due_and_it_is_booked_once(door: Door, at: str) -> None:
    door.hears(door.paid())
    url = door.engine.url.render_as_string(hide_password=False)
    url = url.replace("postgresql+psycopg", "postgresql")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, door.now.isoformat(), at], cwd=ROOT, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed.stderr
    assert door.payments() == []
    assert door.kept() == [("evt_1", False, True, None)]
    for _ in range(3):
        door.reads(after=timedelta(minutes=2))
    assert door.kept() == [("evt_1", True, False, None)]
    assert len(door.payments()) == 1


def test_messages_in_another_order_or_late_change_nothing(door: Door) -> None:
    paid = door.paid()
    key = paid["object"]["key"]
    door.hears(paid)
    door.reads()
    for number, status in enumerate(("open", "declined", "expired", "refused")):
        door.hears({"id": f"late_{number}", "object": {"key": key, "status": status, "account": "atelier"}})
    assert door.reads(after=timedelta(days=3)) == {"read": 4}
    assert door.states() == ["succeeded"]
    other = door.opens(door.debt(100)).attempt_id
    door.hears({"id": "late_9", "object": {"key": other, "status": "expired", "account": "atelier"}})
    door.hears(door.paid("evt_2", other, id="ch_2", amount=100))
    assert door.reads() == {"read": 2}
    assert door.states() == ["succeeded", "succeeded"]
    assert len(door.payments()) == 2


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"id": "evt_0"}', b'{"id": "evt_0", "object": {"status": "?"}}'])
def test_what_can_not_be_read_is_kept_with_its_error_and_disturbs_no_other(door: Door, body: bytes) -> None:
    assert door.hears(body).status == 204
    door.hears(door.paid())
    assert door.reads() == {"read": 1, "unreadable": 1}
    ((_, read, due, error),) = [one for one in door.kept() if one[0] != "evt_1"]
    assert (read, due) == (False, False)
    assert error.startswith("It is no message as the sandbox writes them: ")
    assert door.alerts() == ["webhook"]
    assert len(door.payments()) == 1


def test_what_failed_is_listed_and_read_when_it_was_put_back_after_mending(door: Door, relance: Relance) -> None:
    door.hears(door.paid())
    door.provider.wrong = UnreadableWebhookError("Nobody knows the word `succeeded`.")
    door.reads()
    (line,) = relance("payments", "webhooks", "list", "--failed", "--json").lines
    assert (line["event"], line["state"], line["error"]) == ("evt_1", "failed", str(door.provider.wrong))
    assert "Nobody knows the word" in relance("payments", "webhooks", "list").out
    assert '"succeeded"' in relance("payments", "webhooks", "show", line["id"]).out
    assert "1 could not be read" in relance("doctor").out
    assert "put back" in relance("payments", "webhooks", "replay", line["id"], "--dry-run").out
    assert door.reads() == {}
    assert relance("payments", "webhooks", "replay", line["id"], "--by", "olga").code == 0
    assert door.reads() == {"unreadable": 1}
    door.provider.wrong = None
    assert relance("payments", "webhooks", "replay", "--all").code == 0
    assert door.reads() == {"read": 1}
    assert len(door.payments()) == 1
    assert relance("payments", "webhooks", "list", "--failed", "--json").lines == []
    assert "was read already" in relance("payments", "webhooks", "replay", line["id"]).error
    assert "There is no message whk_1" in relance("payments", "webhooks", "replay", "whk_1").error
    assert "their ids, or --all" in relance("payments", "webhooks", "replay").error
    acts = [(one["actor"], one["act"]) for one in relance("changes", "--kind", "webhook", "--json").lines]
    assert acts[0] == ("olga", "put back")


def test_while_the_provider_is_away_it_is_read_later_and_nobody_is_told(door: Door) -> None:
    door.hears(door.paid())
    door.provider.away = True
    assert door.reads() == {"later": 1}
    assert door.kept() == [("evt_1", False, True, AWAY.reason)]
    assert door.reads() == {}
    assert door.reads(after=timedelta(minutes=1)) == {"later": 1}
    door.provider.away = False
    assert door.reads(after=timedelta(minutes=1)) == {}
    assert door.reads(after=timedelta(minutes=1)) == {"read": 1}
    assert door.alerts() == []
    assert len(door.payments()) == 1


def test_a_provider_that_is_not_set_up_where_it_is_read_is_waited_for(door: Door) -> None:
    door.hears(door.paid())
    shell, door.shell = door.shell, replace(door.shell, cards=Providers({}))
    assert door.reads() == {"later": 1}
    door.shell = shell
    assert door.reads(after=timedelta(minutes=1)) == {"read": 1}


def test_what_can_not_be_recorded_is_tried_three_times_and_then_told(door: Door) -> None:
    door.hears(door.paid("evt_0", door.opens(door.debt(100)).attempt_id, amount=10**30))
    door.hears(door.paid())
    assert door.reads() == {"read": 1, "put_off": 1}
    for wait in (timedelta(minutes=1), timedelta(minutes=10)):
        assert door.reads() == {}
        assert door.reads(after=wait) == {"put_off": 1}
    assert door.reads(after=timedelta(days=3)) == {}
    ((_, read, due, error),) = [one for one in door.kept() if one[0] == "evt_0"]
    assert (read, due) == (False, False)
    assert error
    assert door.alerts() == ["stuck"]
    assert len(door.payments()) == 1


def test_what_it_tells_of_another_s_account_is_not_ours(door: Door) -> None:
    door.hears(door.paid(account="somebody"))
    assert door.reads() == {"read": 1}
    assert door.payments() == []


def test_bodies_go_after_ninety_days_and_are_never_taken_again(door: Door, relance: Relance) -> None:
    body = door.paid()
    door.hears(body)
    door.hears(b"no json")
    door.reads()
    door.provider.away = True
    door.hears({"id": "evt_9"})
    door.reads()
    door.sql("UPDATE webhooks SET error = NULL WHERE event_id = 'evt_9'")
    door.clock.at += timedelta(days=90)
    assert door.rings("housekeeping.prune")["webhooks"] == 0
    door.clock.at += timedelta(seconds=1)
    assert door.rings("housekeeping.prune")["webhooks"] == 3
    assert door.sql("SELECT DISTINCT raw, headers, due_at FROM webhooks") == [(b"", {}, None)]
    door.hears(body)
    assert door.reads() == {}
    assert len(door.payments()) == 1
    failed, unread = relance("payments", "webhooks", "list", "--failed", "--json").lines
    assert (unread["event"], unread["error"]) == ("evt_9", "Its body was deleted before it could be read.")
    assert "was deleted" in relance("payments", "webhooks", "replay", failed["id"]).error
    assert "All are read" in relance("doctor").out
