"""A simulation tells the same however it is played: in windows of any size, and by the tasks of live workers (R3).

`make test-faults` also plays every story of this folder every way.
"""

import os
import subprocess
import sys
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.scenario_file import load_scenario
from tasks.settings import ROOT
from tasks.simulate import Simulation
from tests.benchmarks.year import scenario as a_year
from tests.scenarios.story import Databases, Story, mail, seat, wait
from tests.scenarios.thrown import Automation, Thing, automations, things, thrown
from tests.scenarios.ways import check_every_way


def play_every_way(databases: Databases, story: Story) -> None:
    """Play a story in one window if it fits, then every way."""
    scenario = load_scenario(story.text(), "story.yaml", lambda _node, name: (name, ""))
    with databases() as engine:
        lines = list(Simulation(engine, scenario).run())
    check_every_way(databases, scenario, lines, everything=False)


@settings(
    max_examples=int(os.environ.get("STORIES", "12")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(found=automations(), happening=things(), due_days=st.sampled_from([0, 1, 14]))
def test_a_story_tells_the_same_every_way(
    databases: Databases, found: list[Automation], happening: list[Thing], due_days: int
) -> None:
    play_every_way(databases, thrown(Story(databases), found, happening, due_days))


def test_a_slice_of_the_benchmark_tells_the_same_every_way(databases: Databases) -> None:
    story = Story(databases)
    story.file = a_year(40, 6, days=25)
    play_every_way(databases, story)


def test_a_second_seat_in_a_class_that_has_begun_is_not_announced_again(databases: Databases) -> None:
    """Once per participant and session, also where the seats are decided one after the other."""
    story = Story(databases)
    for minute in ("18:30", "18:40"):
        place = seat("yoga", "2027-01-05 18:00", session={"id": "monday", "kind": "class"})
        story.books("ada", place, at=f"2027-01-05 {minute}")
    play_every_way(databases, story)
    assert story.run().times("event", "ada", type="session.started") == ["2027-01-05 18:30"]


def test_a_slot_that_one_run_gives_back_and_another_takes_needs_no_second_try(databases: Databases) -> None:
    story = Story(databases)
    story.automation("soon", "session.booked", wait(hours=2), mail("Bientôt"), limit={"per": "7d"})
    first = story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    story.does("pause_automation", at="2027-01-05 10:30", automation="soon")  # the slot is taken in a window of its own
    story.does("resume_automation", at="2027-01-05 10:30", automation="soon")
    story.cancels(first.booking, at="2027-01-05 11:00")
    story.books("zoe", "cut", at="2027-01-05 11:10", when="2027-01-13 14:00")
    scenario = load_scenario(story.text(), "story.yaml", lambda _node, name: (name, ""))
    windows: list[datetime] = []
    with databases() as engine:
        lines = list(Simulation(engine, scenario).run(windows.append))
    assert [line["at"] for line in lines if line["kind"] == "message"] == ["2027-01-05T13:10:00+01:00"]
    assert len(windows) == 3  # one before each act, and one after them


@pytest.mark.faults
def test_every_story_tells_the_same_every_way() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not faults", "tests/scenarios"]
    surroundings = os.environ | {"EVERY_WAY": "1"}
    played = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout[-4000:]
