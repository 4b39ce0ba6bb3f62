"""The local SMS gateway as a process: each SMS once, whatever goes wrong with the call, and all of them on its page."""

import os
import signal
import time
from collections.abc import Iterator
from itertools import count

import pytest

from deploy.local.ports import LOOPBACK
from deploy.local.sms.numbers import NUMBERS
from tasks.gateways.http_sms import HttpSms
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.sms import Sms
from tests.system.patience import eventually
from tests.system.texted import Gateway

ZOE = "+33612345678"
NOBODY, BUSY, SLOW, FAILING, CUT = NUMBERS
_numbers = count()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    running = Gateway(tmp_path_factory.mktemp("sms"), timeout=1)
    yield running
    running.stop()


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Lend it without any SMS."""
    running.clear()
    return running


def key() -> str:
    return f"msg_{next(_numbers)}"


def sends(
    gateway: Gateway, to: str = ZOE, text: str = "Bonjour", name: str | None = None, adapter: HttpSms | None = None
) -> Report:
    sms = Sms(name or key(), "atelier", "ATELIER", to, text)
    with (adapter or gateway.adapter).session() as session:
        return session.send(sms, lambda: True)


def test_what_it_takes_is_told_and_shown_newest_first_in_both_languages(gateway: Gateway) -> None:
    report = sends(gateway, text="Première <b>")
    assert (report.outcome, report.detail.endswith("segments: 1.")) == (Outcome.SENT, True)
    sends(gateway, text="Zoë, à bientôt ! " * 10)
    told = gateway.taken()
    assert [one["text"] for one in told] == ["Première <b>", "Zoë, à bientôt ! " * 10]
    assert told[0].items() >= {"to": ZOE, "from": "ATELIER", "business": "atelier", "status": "accepted"}.items()
    assert [(one["alphabet"], one["segments"]) for one in told] == [("GSM-7", 1), ("UCS-2", 3)]
    french = gateway.ask("GET", "/", Accept_Language="fr-CH, en;q=0.5")[1]
    assert french.index("à bientôt") < french.index("Première &lt;b&gt;")
    assert "2 reçus, aucun envoyé" in french
    assert "segments : 3 (UCS-2)" in french
    english = gateway.ask("GET", "/", Accept_Language="de, en")[1]
    assert "2 caught, none delivered" in english
    assert 'lang="en"' in english


def test_pages_of_a_hundred(gateway: Gateway) -> None:
    for number in range(101):
        sends(gateway, text=f"SMS {number}.")
    newest = gateway.ask("GET", "/")[1]
    assert "SMS 100." in newest
    assert "SMS 0." not in newest
    older = newest.partition('href="/?before=')[2].partition('"')[0]
    assert "SMS 0." in gateway.ask("GET", f"/?before={older}")[1]
    assert gateway.ask("GET", "/?before=nonsense")[0] == 200


def test_a_key_is_taken_once_and_stands_for_one_number(gateway: Gateway) -> None:
    name = key()
    assert [sends(gateway, name=name).outcome for _ in range(3)] == [Outcome.SENT] * 3
    assert [one["calls"] for one in gateway.taken()] == [3]
    other = sends(gateway, to="+33687654321", name=name)
    assert other.outcome is Outcome.FAILED
    assert "another number" in other.detail


def test_a_number_that_nobody_has_is_refused_for_good(gateway: Gateway) -> None:
    for number in (NOBODY, "+33142685300", "06 12 34 56 78"):
        report = sends(gateway, to=number)
        assert (report.outcome, report.address_bad) == (Outcome.FAILED, True)
    assert {one["status"] for one in gateway.taken()} == {"refused"}
    assert "refused: no such number" in gateway.ask("GET", "/")[1]


def test_a_busy_gateway_takes_it_the_next_time(gateway: Gateway) -> None:
    name = key()
    assert sends(gateway, to=BUSY, name=name).outcome is Outcome.RETRY
    assert gateway.taken() == []
    assert sends(gateway, to=BUSY, name=name).outcome is Outcome.SENT


@pytest.mark.parametrize("number", [FAILING, CUT])
def test_what_was_taken_before_the_answer_failed_is_found_at_once(gateway: Gateway, number: str) -> None:
    report = sends(gateway, to=number)
    assert report.outcome is Outcome.SENT
    assert [one["calls"] for one in gateway.taken()] == [1]


@pytest.mark.parametrize("fault", ["error", "drop", "hang"])
def test_what_broke_before_it_was_taken_stays_in_doubt_until_it_is_handed_over_again(
    gateway: Gateway, fault: str
) -> None:
    name = key()
    gateway.breaks(fault)
    assert sends(gateway, name=name).outcome is Outcome.UNCERTAIN
    assert sends(gateway, name=name).outcome is Outcome.SENT
    assert len(gateway.taken()) == 1


def test_a_slow_gateway_is_waited_for_and_an_impatient_caller_doubles_nothing(gateway: Gateway) -> None:
    name = key()
    assert sends(gateway, to=SLOW, name=name).outcome is Outcome.UNCERTAIN
    patient = HttpSms(gateway.url, gateway.key, timeout=10)
    eventually(lambda: len(gateway.taken()) == 1, seconds=15)
    assert sends(gateway, to=SLOW, name=name, adapter=patient).outcome is Outcome.SENT
    began = time.monotonic()
    assert sends(gateway, to=SLOW, adapter=patient).outcome is Outcome.SENT
    assert time.monotonic() - began > 4


def test_a_wrong_key_sends_nothing(gateway: Gateway) -> None:
    stranger = HttpSms(gateway.url, "guessed", rest=0)
    assert sends(gateway, adapter=stranger).outcome is Outcome.RETRY
    assert stranger.ping() == "The key is not the right one."
    assert gateway.adapter.ping() is None
    assert gateway.taken() == []


def test_who_is_away_is_left_alone_for_a_while(gateway: Gateway) -> None:
    patient = HttpSms(f"http://{LOOPBACK}:1", "key", rest=60)
    marked = count()
    sms = Sms(key(), "atelier", None, ZOE, "Bonjour")
    for _ in range(3):
        report = patient.send(sms, lambda: next(marked) >= 0)
        assert report.outcome is Outcome.RETRY
        assert "can't be reached" in report.detail
    assert next(marked) == 1
    assert sends(gateway).outcome is Outcome.SENT


def test_what_may_not_go_any_more_is_not_handed_over(gateway: Gateway) -> None:
    report = gateway.adapter.send(Sms(key(), "atelier", None, ZOE, "Bonjour"), lambda: False)
    assert report.outcome is Outcome.RETRY
    assert gateway.taken() == []


def test_what_it_took_survives_its_end(gateway: Gateway) -> None:
    name = key()
    sends(gateway, name=name)
    assert gateway.program.child.pid
    os.kill(gateway.program.child.pid, signal.SIGKILL)
    gateway.program.child.stop()
    gateway.start()
    assert sends(gateway, name=name).outcome is Outcome.SENT
    assert [one["calls"] for one in gateway.taken()] == [2]


def test_other_hosts_are_not_answered(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/", Host="evil.example")[0] == 400
