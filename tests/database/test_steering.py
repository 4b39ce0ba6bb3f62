"""Runs in a person's hands: on now, later, ended, replayed after they failed; nothing is done twice (R12)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from models.db import transact
from models.steering import Start, Steer, Steered, cancel, postponed_to, replay_from, run_now
from tasks.engine import lock
from tasks.steering import Chosen, find_runs, steer_runs
from tests.database.at_work import AtWork
from tests.database.conftest import Answer, Relance
from tests.scenarios.story import Databases, Story, mail, wait

THIRD = "2027-01-04 10:00"


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Give a run of three mails, a day between them, whose limit lets one begin in a week."""
    story = Story(databases)
    limit = {"times": 1, "per": "7d", "over": "skip"}
    steps = (mail("1"), wait(days=1), mail("2"), wait(days=1), mail("3"))
    story.automation("three", "session.booked", *steps, limit=limit)
    story.books("zoe", "cut", at="2027-01-02 10:00", when="2027-02-06 10:00")
    with databases() as engine:
        at_work = AtWork(engine, story)
        at_work.drains("2027-01-02 10:00")
        yield at_work


def steers(work: AtWork, how: Steer) -> Steered:
    tenant, now = "atelier", work.clock.at

    def unit(connection: Connection[Any]) -> list[Steered]:
        lock(connection, [tenant])
        return steer_runs(connection, tenant, find_runs(connection, tenant, Chosen()), how, now, actor="eve")

    (steered,) = transact(work.engine, unit)
    return steered


def goes_on(work: AtWork, *instants: str) -> list[str]:
    """Let instants come; return the subjects of all mails so far."""
    for instant in instants:
        work.comes(instant)
        work.rings("automations.advance")
        work.rings("messages.deliver")
    return [one.subject for one in work.mail.arrived]


def fails_at_the_third(work: AtWork) -> None:
    goes_on(work, "2027-01-02 10:00", "2027-01-03 10:00")
    work.sql("UPDATE runs SET version = 99")
    goes_on(work, THIRD, "2027-01-04 10:01", "2027-01-04 10:11")
    assert work.sql("SELECT state FROM runs") == [("failed",)]


@pytest.mark.parametrize("start", Start)
def test_a_failed_run_goes_on_and_sends_no_mail_twice(work: AtWork, start: Start) -> None:
    fails_at_the_third(work)
    work.sql("UPDATE runs SET version = 1")
    assert not steers(work, replay_from(start)).refused
    assert goes_on(work, "2027-01-04 10:12", "2027-01-05 10:12", "2027-01-06 10:12") == ["1", "2", "3"]
    assert work.sql("SELECT state, effects, reason FROM runs") == [("done", 3, None)]
    assert work.sql("SELECT actor, act FROM changes WHERE kind = 'run'") == [
        ("eve", f"replayed from its {'failed step' if start is Start.FAILED else 'trigger'}")
    ]


def test_what_is_not_failed_or_can_not_be_read_is_not_replayed(work: AtWork) -> None:
    assert "Only a failed run" in steers(work, replay_from(Start.FAILED)).done
    fails_at_the_third(work)
    assert "Its version 99 can't be read" in steers(work, replay_from(Start.FAILED)).done
    assert work.sql("SELECT state FROM runs") == [("failed",)]


def test_a_run_without_effect_takes_its_slot_again(work: AtWork) -> None:
    fails_at_the_third(work)
    work.sql("UPDATE runs SET version = 1, effects = 0")
    work.sql("UPDATE limit_slots SET until = taken_at")
    assert not steers(work, replay_from(Start.TRIGGER)).refused
    assert work.sql("SELECT until > taken_at FROM limit_slots") == [(True,)]


def test_a_run_without_effect_is_not_replayed_over_its_limit(work: AtWork) -> None:
    fails_at_the_third(work)
    work.sql("UPDATE runs SET version = 1, effects = 0")
    work.sql("UPDATE limit_slots SET run_id = 'another'")
    steered = steers(work, replay_from(Start.TRIGGER))
    assert (steered.refused, steered.done) == (True, "The limit of its automation is full now: replay it later.")


def test_a_waiting_run_goes_on_now(work: AtWork) -> None:
    assert steers(work, run_now).done == "due now"
    assert goes_on(work, "2027-01-02 10:00") == ["1", "2"]


def test_a_waiting_run_is_postponed(work: AtWork) -> None:
    later = postponed_to(work.clock.at + timedelta(days=3))
    assert steers(work, later).done == "postponed to 2027-01-05 10:00"
    assert goes_on(work, "2027-01-03 10:00", "2027-01-05 09:59") == ["1"]
    assert goes_on(work, "2027-01-05 10:00") == ["1", "2"]
    assert steers(work, postponed_to(datetime.fromisoformat("2027-01-01T00:00:00Z"))).refused


def test_a_run_that_is_cancelled_sends_nothing_more_and_says_who(work: AtWork) -> None:
    assert steers(work, cancel).done == "cancelled"
    assert goes_on(work, "2027-01-03 10:00", THIRD) == ["1"]
    assert work.sql("SELECT state, reason FROM runs") == [("cancelled", "stopped")]
    assert work.sql("SELECT actor, act FROM changes WHERE kind = 'run'") == [("eve", "cancelled")]
    assert steers(work, cancel).done == "It has ended already: cancelled."


@pytest.mark.parametrize("how", [run_now, cancel])
def test_a_held_run_can_be_ended_and_not_hurried(work: AtWork, how: Steer) -> None:
    work.sql("UPDATE runs SET held_at = due_at, due_at = NULL")
    assert steers(work, how).refused is (how is run_now)


@pytest.fixture
def relance(command: Callable[[str], Relance], work: AtWork) -> Relance:
    return command(work.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def test_a_replay_is_shown_first(relance: Relance, work: AtWork) -> None:
    fails_at_the_third(work)
    work.sql("UPDATE runs SET version = 1")
    (would,) = relance("runs", "replay", "--automation", "three", "--dry-run", "--json").lines
    assert would["would"] == "replayed from its failed step"
    assert work.sql("SELECT state FROM runs") == [("failed",)]
    assert "Say --yes" in _asked(relance("runs", "replay", "--all"))
    (did,) = relance("runs", "replay", "--all", "--yes", "--json").lines
    assert did["done"] == "replayed from its failed step"
    assert work.sql("SELECT state FROM runs") == [("waiting",)]


def _asked(answer: Answer) -> str:
    assert answer.code == 2
    return answer.err


def test_runs_are_steered_from_the_command_line(relance: Relance, work: AtWork) -> None:
    ((run,),) = work.sql("SELECT id FROM runs")
    assert relance("runs", "postpone", run, "--for", "400d", "--json").line["done"].startswith("postponed to ")
    assert relance("runs", "run-now", run, "--json").line["done"] == "due now"
    assert relance("runs", "cancel", run, "--json").line["done"] == "cancelled"
    again = relance("runs", "cancel", run)
    assert (again.code, "It has ended already: cancelled." in again.out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replay"], "Say which runs"),
        (["replay", "run_1", "--all"], "Say which runs"),
        (["replay", "--since", "soon"], "'soon' is no length of time"),
        (["cancel", "run_1"], "has no run run_1"),
        (["postpone", "run_1"], "Say until when"),
        (["postpone", "run_1", "--until", "soon"], "'soon' is no instant"),
    ],
)
def test_what_cannot_be_done_is_said(relance: Relance, arguments: list[str], said: str) -> None:
    assert said in relance("runs", *arguments).error
