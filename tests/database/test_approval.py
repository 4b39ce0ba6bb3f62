"""R6: what would touch more clients or money than the business allows waits until a person approves it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.scenarios.story import ASK, Databases, Story, automation, euros, holds, mail, wait

CLIENTS = [f"client-{number:02}" for number in range(12)]
HELLO = automation("hello", "session.booked", mail("Bonjour"))


MONTHLY = {"on": "schedule.due", "every": "month"}
LATER = automation("later", "session.booked", wait(days=30), mail("Plus tard"))


@pytest.fixture
def ago() -> timedelta:
    """Return how long ago clients booked; stories that need another length name it."""
    return timedelta(hours=2)


@pytest.fixture
def work(databases: Databases, ago: timedelta) -> Iterator[AtWork]:
    """Give a shop in which twelve clients booked a cut (45 €), and four of them a colour (80 €) after that."""
    then = datetime.now(UTC) - ago
    story = Story(databases)
    story.span(then.isoformat(), (then + timedelta(days=100)).isoformat())
    story.business["approval"] = {"contacts": 10, "amount": 50_000}
    story.file["automations"].append(LATER)
    soon = (then + timedelta(days=40)).isoformat()
    for name in CLIENTS:
        story.client(name)
        story.books(name, "cut", at=then.isoformat(), when=soon)
    for name in CLIENTS[:4]:
        story.books(name, "colour", at=(then + timedelta(hours=1)).isoformat(), when=soon)
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains((then + timedelta(hours=1)).isoformat())
        yield at_work


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.fixture
def publish(relance: Relance, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return what applies and publishes an automation, and says what became of it."""

    def apply(text: dict[str, Any], *options: str) -> dict[str, Any]:
        path = tmp_path / f"{text['automation']}.yaml"
        path.write_text(json.dumps(text))
        return relance("automations", "apply", path, "--publish", "--by", "olga", "--json", *options).line

    return apply


Publish = Callable[..., dict[str, Any]]


def shown(relance: Relance, name: str = "hello") -> tuple[Any, ...]:
    line = relance("automations", "show", name, "--json").line
    return line["state"], line["version"], line["draft"], line["awaiting_approval"]


def acts(relance: Relance, name: str = "hello") -> list[tuple[str, str]]:
    lines = relance("automations", "history", name, "--json").lines
    return [(line["actor"], line["act"]) for line in lines]


def test_the_first_activation_waits_when_it_would_touch_more_clients_than_allowed(
    relance: Relance, publish: Publish, work: AtWork
) -> None:
    done = publish(HELLO)
    assert "waits for approval, because it would touch about 12 clients" in done["done"]
    assert "`relance automations approve hello`" in done["done"]
    asked = done["awaiting_approval"]
    assert (asked["by"], asked["waiting"], asked["contacts"], asked["amounts"]) == ("olga", "finish", 12, {})
    assert shown(relance) == ("draft", None, True, asked)
    assert "draft, awaiting approval" in relance("automations", "list").out
    work.rings("automations.advance")
    assert work.sql("SELECT count(*) FROM runs WHERE automation_id = 'hello'") == [(0,)]


def test_a_person_approves_it_and_who_did_is_kept(relance: Relance, publish: Publish) -> None:
    publish(HELLO)
    assert relance("automations", "approve", "hello", "--by", "eve").out == (
        "hello: approved and published as version 1.\n"
    )
    assert shown(relance) == ("active", 1, False, None)
    assert acts(relance) == [
        ("olga", "draft saved"),
        ("olga", "approval asked for"),
        ("eve", "approved"),
        ("eve", "published"),
    ]
    detail = relance("automations", "history", "hello", "--json").lines[2]["detail"]
    assert (detail["asked_by"], detail["contacts"]) == ("olga", 12)


def test_it_is_refused_or_taken_back_and_stays_a_draft(relance: Relance, publish: Publish) -> None:
    publish(HELLO)
    assert relance("automations", "refuse", "hello", "--by", "eve").code == 0
    assert shown(relance) == ("draft", None, True, None)
    assert acts(relance)[-1] == ("eve", "refused")
    for verb in ("approve", "refuse"):
        assert "Nothing of hello waits for approval." in relance("automations", verb, "hello").error


def test_asking_again_changes_nothing_and_another_text_takes_it_back(
    relance: Relance, publish: Publish, tmp_path: Path
) -> None:
    first = publish(HELLO)
    before = acts(relance)
    assert publish(HELLO)["awaiting_approval"] == first["awaiting_approval"]
    assert "waits for approval" in relance("automations", "publish", "hello").out
    assert acts(relance) == before
    other = tmp_path / "hello.yaml"
    other.write_text(json.dumps(automation("hello", "session.booked", mail("Salut"))))
    relance("automations", "apply", other)
    assert shown(relance)[3] is None


def test_an_edit_waits_while_the_live_version_goes_on(relance: Relance, publish: Publish) -> None:
    publish(automation("hello", "session.booked", mail("Bonjour"), services=["colour"]))
    assert shown(relance)[:2] == ("active", 1)
    assert "waits for approval" in publish(HELLO)["done"]
    assert shown(relance)[:3] == ("active", 1, True)
    assert "active, awaiting approval" in relance("automations", "list").out
    relance("automations", "pause", "hello")
    relance("automations", "resume", "hello")
    assert shown(relance)[3]["contacts"] == 12


def test_what_the_filters_let_through_is_what_counts(publish: Publish) -> None:
    few = automation("hello", "session.booked", mail("x"), services=["colour"])
    assert publish(few)["done"] == "published as version 1"
    named = automation("named", "session.booked", mail("x"), where=holds("contact.id", "not_equals", CLIENTS[0]))
    assert publish(named)["awaiting_approval"]["contacts"] == 11


def test_a_schedule_touches_the_clients_that_its_condition_lets_through(publish: Publish, work: AtWork) -> None:
    work.sql("UPDATE contacts SET merged_into = 'zoe' WHERE id = 'ada'")
    monthly = {"automation": "monthly", "trigger": MONTHLY, "steps": [mail("x")]}
    assert publish(monthly)["awaiting_approval"]["contacts"] == 13
    some = MONTHLY | {"where": holds("contact.id", "one_of", CLIENTS[:3])}
    assert publish(monthly | {"automation": "some", "trigger": some})["done"] == "published as version 1"


def test_money_counts_each_charge_once_whatever_became_of_it(relance: Relance, publish: Publish) -> None:
    asked = publish(automation("ask", "session.booked", ASK))["awaiting_approval"]
    assert (asked["contacts"], asked["amounts"]) == (12, {"EUR": 12 * 4500 + 4 * 8000})
    assert "about 12 clients and 860.00 EUR" in relance("automations", "publish", "ask").out
    assert publish(automation("few", "session.booked", ASK, services=["colour"]))["done"] == "published as version 1"


def test_fees_that_it_would_add_are_money_too(publish: Publish) -> None:
    fee = {"add_charge": {"description": "Frais", "price": euros(20_000), "fee": "indemnity"}}
    asked = publish(automation("fee", "session.booked", fee, services=["colour"]))["awaiting_approval"]
    assert (asked["contacts"], asked["amounts"]) == (4, {"EUR": 80_000})


def test_what_no_client_notices_needs_no_approval(publish: Publish) -> None:
    quiet = automation("quiet", "session.booked", {"add_tag": {"tag": "booked"}}, {"notify_staff": {"message": "x"}})
    assert publish(quiet)["done"] == "published as version 1"


@pytest.mark.parametrize("ago", [timedelta(days=8)])
def test_what_happened_more_than_a_week_ago_does_not_count(publish: Publish) -> None:
    assert publish(HELLO)["done"] == "published as version 1"


@pytest.mark.parametrize("ago", [timedelta(days=8)])
def test_runs_that_would_move_count_and_those_that_finish_do_not(publish: Publish, relance: Relance) -> None:
    assert publish(LATER | {"steps": [wait(days=30), mail("b")]})["done"] == "published as version 2"
    asked = publish(LATER | {"steps": [wait(days=30), mail("c")]}, "--waiting", "move")["awaiting_approval"]
    assert (asked["contacts"], asked["waiting"]) == (12, "move")
    assert "waiting runs settled: 16" in relance("automations", "approve", "later").out


def test_a_client_whose_run_would_move_and_who_booked_is_counted_once(publish: Publish) -> None:
    asked = publish(LATER | {"steps": [wait(days=30), mail("b")]}, "--waiting", "move")["awaiting_approval"]
    assert asked["contacts"] == 12


def test_archiving_takes_it_back(relance: Relance, publish: Publish) -> None:
    publish(HELLO)
    relance("automations", "archive", "hello")
    assert shown(relance) == ("archived", None, True, None)


def test_another_name_or_comment_needs_no_approval(relance: Relance, publish: Publish) -> None:
    publish(HELLO)
    relance("automations", "approve", "hello")
    assert publish(HELLO | {"name": "Bonjour"})["done"] == "published as version 2"
    assert "waits for approval" in publish(HELLO | {"name": "Salut", "steps": [mail("Salut")]})["done"]


def test_a_shop_file_goes_the_same_way(relance: Relance, work: AtWork, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    shop = {"business": work.story.business, "automations": [HELLO]}
    path.write_text(json.dumps(shop))
    applied = relance("business", "apply", path, "--yes")
    assert "hello waits for approval: about 12 clients." in applied.err
    assert shown(relance)[:2] == ("draft", None)
    again = relance("business", "apply", path, "--yes")
    assert "Nothing to change" in again.out
    assert "hello waits for approval" in again.err


def test_bounds_are_the_business_s_own(relance: Relance, work: AtWork, tmp_path: Path, publish: Publish) -> None:
    path = tmp_path / "shop.yaml"
    business = work.story.business | {"approval": {"contacts": 12}}
    path.write_text(json.dumps({"business": business}))
    assert relance("business", "apply", path, "--yes").code == 0
    assert work.sql("SELECT approval_contacts, approval_amount FROM businesses") == [(12, 1_000_000)]
    assert publish(HELLO)["done"] == "published as version 1"
    path.write_text(json.dumps({"business": business | {"approval": {"contacts": -1}}}))
    assert "contacts" in relance("business", "apply", path, "--yes").error
