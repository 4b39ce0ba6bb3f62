"""Explaining: why an automation fired, why it did not, what a run did; in French and in English."""

from collections.abc import Callable

import pytest

from tests.database.at_work import AtWork
from tests.database.conftest import Relance, url_after
from tests.scenarios.story import ASK, Databases, Story, holds, mail, wait, when

BOOKED = "2025-01-05 10:00"
AGAIN = "2025-01-05 11:00"
LATER = "2025-01-09 14:00"


def tell(shop: Story) -> None:
    """Let zoe book twice before automations that each let something else stop them."""
    shop.span("2025-01-01 00:00", "2025-01-20 00:00")
    shop.client("leo", email=None)
    shop.automation("colours", "session.booked", mail("c"), services=["colour"])
    shop.automation("dear", "session.booked", mail("d"), where=holds("order.total", "greater_than", 50))
    shop.automation(
        "vips",
        "session.booked",
        mail("v"),
        where={"all": [holds("contact.custom.vip", "is_true"), holds("contact.custom.tier", "equals", "gold")]},
    )
    shop.automation("once", "session.booked", mail("o"), limit={"times": 1, "per": "24h", "over": "skip"})
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h", "over": "merge"})
    shop.automation("stopped", "session.booked", mail("s"))
    shop.automation(
        "ladder",
        "invoice.sent",
        wait(days=3),
        when(holds("invoice.amount_due", "greater_than", 50), mail("much"), otherwise=[mail("little")]),
        stop_when=["invoice.paid"],
    )
    shop.does("pause_automation", automation="stopped", at="2025-01-02 10:00")
    shop.books("zoe", "cut", at=BOOKED, when=LATER)
    shop.books("zoe", "cut", at=AGAIN, when=LATER)
    shop.books("leo", "cut", at="2025-01-06 10:00", when=LATER)
    shop.run()


@pytest.fixture(scope="module")
def told(databases: Databases) -> str:
    """Tell the story; return its database's URL."""
    return url_after(databases, tell)


@pytest.fixture
def relance(command: Callable[[str], Relance], told: str) -> Relance:
    return command(told)


def verdicts(relance: Relance, event: int) -> dict[str, str]:
    (booked,) = [
        fact
        for fact in relance("explain", "--event", event, "--json").line["facts"]
        if fact["type"] == "session.booked"
    ]
    return {one["automation"]: one["verdict"] for one in booked["automations"]}


def test_every_gate_of_an_event_is_told(relance: Relance) -> None:
    assert verdicts(relance, 2) == {
        "ask": "started",
        "colours": "services",
        "dear": "where",
        "once": "started",
        "stopped": "paused",
        "vips": "where",
    }
    assert verdicts(relance, 3) == {
        "ask": "noted",
        "colours": "services",
        "dear": "where",
        "once": "limit",
        "stopped": "paused",
        "vips": "where",
    }


def test_sentences_say_what_was_wanted_and_what_was_seen(relance: Relance) -> None:
    french, english = (relance("explain", "--event", 2, "--lang", language).out for language in ("fr", "en"))
    assert "colours n'a pas démarré : son filtre demande colour, l'événement concerne cut" in french
    assert "colours did not start: its filter wants colour, the event is about cut" in english
    assert "✗ order.total est supérieur à 50 : c'était 45,00\xa0€" in french
    assert "✗ order.total is greater than 50: it was €45.00" in english
    assert "✗ contact.custom.vip is true: the value was missing" in english
    assert "· contact.custom.tier equals gold: not looked at" in english
    assert "stopped n'a pas démarré : elle était en pause" in french
    assert (
        "once did not start: its frequency limit was full until Jan 6, 2025"
        in relance("explain", "--event", 3, "--lang", "en").out
    )


def test_a_run_is_told_step_by_step(relance: Relance) -> None:
    first = relance("runs", "list", "--automation", "ladder", "--contact", "zoe", "--json").lines[0]
    found = relance("explain", "--run", first["run"], "--lang", "en", "--json").line
    assert found["state"] == "done"
    assert [(one["step"], one["says"]) for one in found["timeline"]][1:5] == [
        ("0", "waits until Jan 8, 2025, 10:00\u202fAM"),
        ("1", "the condition did not hold: ELSE"),
        ("", "✗ invoice.amount_due is greater than 50: it was €45.00"),
        ("1.else.0", "e-mail: done"),
    ]
    assert "message “little” to zoe@example.org: sent" in found["timeline"][5]["says"]
    assert "Exécution" in relance("explain", "--run", first["run"]).out


def test_a_client_is_told_with_what_was_not_done(relance: Relance) -> None:
    found = relance("explain", "--contact", "leo", "--lang", "en", "--json").line
    assert {one["reason"] for one in found["not_done"]} == {"no_channel", "paused"}
    assert found["messages"] == []
    shown = relance("explain", "--contact", "leo", "--lang", "en").out
    assert "ask 0: the client has no address that can be used" in shown


def test_a_fact_of_ours_is_explained_by_its_own_id(relance: Relance) -> None:
    fact = relance("explain", "--event", 2, "--json").line["facts"][0]["fact"]
    assert [one["fact"] for one in relance("explain", "--event", fact, "--json").line["facts"]] == [fact]


def test_what_gates_saw_is_forgotten_after_ninety_days(databases: Databases) -> None:
    story = Story(databases)
    story.automation("dear", "session.booked", mail("d"), where=holds("order.total", "greater_than", 50))
    story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-09 14:00")
    with databases() as engine:
        work = AtWork(engine, story)
        work.drains("2027-01-05 10:00")
        seen = "SELECT seen -> 'plain' ->> 'order.total' IS NOT NULL FROM facts"
        for instant, kept in (("2027-04-05 09:00", True), ("2027-04-05 12:00", False)):
            work.comes(instant)
            work.rings("housekeeping.prune")
            assert work.sql(seen) == [(kept,)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Say what to explain"),
        (["--event", "1", "--run", "2"], "Say what to explain"),
        (["--event", "nothing"], "has no event 'nothing'"),
        (["--run", "nothing"], "has no run 'nothing'"),
        (["--contact", "zoé"], "Did you mean zoe?"),
    ],
)
def test_what_cannot_be_explained_is_said(relance: Relance, options: list[str], said: str) -> None:
    assert said in relance("explain", *options).error


def test_a_step_without_effect_is_told_once(databases: Databases, command: Callable[[str], Relance]) -> None:
    story = Story(databases)
    story.client("zoe", email=None)
    story.automation("hello", "session.booked", mail("Bonjour"))
    story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-09 14:00")
    with databases() as engine:
        work = AtWork(engine, story)
        work.drains("2027-01-05 10:00")
        relance = command(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        ((run,),) = work.sql("SELECT id FROM runs")
        timeline = relance("explain", "--run", run, "--lang", "fr", "--json").line["timeline"]
    assert [one["says"] for one in timeline] == [
        "commence : session.booked",
        "e-mail : non, car le client n'a pas d'adresse utilisable",
    ]
