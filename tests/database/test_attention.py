"""R21: what is parked, silent or waiting for approval is seen by whoever looks after the system."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.reach import Proposal, Reach
from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import Databases, Story, mail


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a shop in which one automation sets itself off for ever, and one would write more than a client may get."""
    story = Story(databases)
    story.business["daily_cap"] = 15
    story.automation("echo", "client.said_hello", mail("Bonjour"))
    story.automation("loop", "message.sent", mail("Encore"))
    story.automation("many", "client.said_more", *[mail(str(number)) for number in range(16)])
    with databases() as engine:
        yield AtWork(engine, story)


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def attention(relance: Relance) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = relance("status", "--json").line["attention"]
    return found


def finding(relance: Relance) -> dict[str, Any]:
    """Return what the doctor says of automations."""
    (found,) = [one for one in json.loads(relance("doctor", "--json").out) if one["check"] == "automations"]
    return dict(found)


def say(work: AtWork, what: str, at: str, who: str = "zoe") -> None:
    """Let an event come, and decide all that follows from it."""
    event = {
        "specversion": "1.0", "id": at, "source": "/tests", "type": what, "business": "atelier",
        "time": work.story.instant(at), "data": {"contact": {"id": who}},
    }  # fmt: skip
    work.comes(at)
    work.stream.put(json.dumps(event).encode(), work.clock.at)
    work.rings("events.drain")
    for _ in range(15):
        work.rings("automations.advance")
        work.rings("messages.deliver")


def test_where_nothing_needs_a_person_nothing_is_said(relance: Relance) -> None:
    assert attention(relance) == []
    assert finding(relance) == {
        "check": "automations",
        "ok": True,
        "detail": "No automation needs a person.",
        "mend": "",
    }


def test_loops_and_caps_are_seen_with_their_reasons_until_they_are_resumed(relance: Relance, work: AtWork) -> None:
    say(work, "client.said_hello", "2027-01-05 10:00")
    say(work, "client.said_more", "2027-01-05 11:00", "ada")
    for alert, reason, name in (("a", "notice", "loop"), ("b", "loop", "other")):
        work.sql(
            "INSERT INTO alerts (business_id, id, at, reason, text, data)"
            " VALUES ('atelier', %s, '2027-02-01', %s, '', jsonb_build_object('automation', %s::text))",
            alert, reason, name,
        )  # fmt: skip
    seen = attention(relance)
    assert [(line["automation"], line["is"], line["reason"]) for line in seen] == [
        ("loop", "parked", "loop"),
        ("many", "parked", "cap"),
    ]
    assert seen[0]["since"].startswith("2027-01-05T10:0")
    assert "started by a chain of more than 10 automations" in seen[0]["why"]
    assert "more than 15 messages in a day" in seen[1]["why"]
    table = relance("status").out
    assert "Automations that need a person" in table
    assert "started by a chain of more than 10 automations" in table
    assert finding(relance)["ok"] is False
    assert finding(relance)["detail"] == "Automations: 2 parked."
    for name in ("loop", "many"):
        relance("automations", "resume", name)
    assert attention(relance) == []


def test_what_is_silent_is_seen_until_it_fires_again(relance: Relance, work: AtWork) -> None:
    work.sql(
        "INSERT INTO alerts (business_id, id, at, reason, text, data) VALUES"
        " ('atelier', 'a', '2027-01-14 00:10+01', 'silent', 'Automation echo has fallen silent.',"
        ' \'{"automation": "echo"}\')'
    )
    (line,) = attention(relance)
    assert (line["automation"], line["is"], line["why"]) == ("echo", "silent", "Automation echo has fallen silent.")
    assert finding(relance)["ok"] is False
    work.sql("UPDATE alerts SET seen_at = now()")
    assert attention(relance) == []


def test_what_waits_for_approval_is_seen_and_nothing_is_wrong_with_that(relance: Relance, work: AtWork) -> None:
    proposal = Proposal("olga", work.clock.at, "finish", Reach(300, (("EUR", 1_404_000),)))
    work.sql("UPDATE automations SET proposal = %s::jsonb WHERE id = 'echo'", json.dumps(proposal.plain()))
    (line,) = attention(relance)
    assert (line["automation"], line["is"]) == ("echo", "waiting for approval")
    assert line["why"] == "olga asked to publish it; it would touch about 300 clients and 14040.00 EUR."
    assert finding(relance)["ok"] is True
    assert finding(relance)["detail"] == "Automations: 1 waiting for approval."
