"""A rung task goes on until nothing is due; beat rings what is due, and everything now and then."""

from collections.abc import Iterable

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from models.errors import GiveUpError
from scheduler.entries import LOOK, TICKS, to_ring
from tasks.registry import Counts
from worker.runner import Look, TaskFailed, execute, ring_out


class Belfry:
    """Bells that remember what was done to them."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def ring(self, *bells: str) -> None:
        self.heard += [f"ring {bell}" for bell in bells]

    def answer(self, bell: str) -> None:
        self.heard.append(f"answer {bell}")


def looks(*batches: int, belfry: Belfry) -> Look:
    """Make a task that does these batches, full ones being of 10, and is noticed by the belfry."""
    left: Iterable[int] = iter(batches)

    def look() -> Counts:
        done = next(iter(left), 0)
        belfry.heard.append(f"did {done}")
        return {"done": done, "more": int(done == 10)}

    return look


def test_a_ring_without_work_looks_once_more_after_its_answer() -> None:
    belfry = Belfry()

    assert ring_out(looks(belfry=belfry), "a.b", belfry) == {"done": 0}
    assert belfry.heard == ["did 0", "answer a.b", "did 0"]


def test_a_ring_goes_on_while_batches_are_full() -> None:
    belfry = Belfry()

    assert ring_out(looks(10, 10, 3, belfry=belfry), "a.b", belfry) == {"done": 23}
    assert belfry.heard == ["did 10", "did 10", "did 3", "answer a.b", "did 0"]


def test_work_found_by_the_last_look_is_worked_off_and_looked_after() -> None:
    belfry = Belfry()

    assert ring_out(looks(0, 10, 2, belfry=belfry), "a.b", belfry) == {"done": 12}
    assert belfry.heard == ["did 0", "answer a.b", "did 10", "did 2", "answer a.b", "did 0"]


def test_a_ring_that_takes_too_long_rings_again() -> None:
    belfry = Belfry()

    assert ring_out(looks(*[10] * 1000, belfry=belfry), "a.b", belfry, patience=0) == {}
    assert belfry.heard == ["answer a.b", "ring a.b"]


def test_a_task_that_nobody_rings_is_run_once() -> None:
    belfry = Belfry()

    assert execute("probe.note", looks(10, 10, belfry=belfry), belfry) == {"done": 10, "more": 1}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("zoe@example.org"), "ValueError: the log says where."),
        (GiveUpError("The document is void."), "The document is void.: the log says where."),
        (redis.ConnectionError("secret@host"), "ConnectionError: what is due stays due and is found by the next ring."),
    ],
)
def test_a_failure_is_told_without_the_words_of_libraries(error: Exception, told: str) -> None:
    def look() -> Counts:
        raise error

    with pytest.raises(TaskFailed) as failure:
        execute("probe.fail", look, Belfry())
    assert str(failure.value) == told
    assert failure.value.__cause__ is failure.value.__context__ is None


BELLS = [tick.bell for tick in TICKS]


def test_a_beat_that_starts_rings_every_bell() -> None:
    assert to_ring(0, (), {}) == BELLS


@given(
    seconds=st.floats(0, 5_000),
    due=st.sets(st.sampled_from(BELLS)),
)
def test_a_bell_is_rung_as_its_tick_says(seconds: float, due: set[str]) -> None:
    rung = set(to_ring(seconds, due, dict.fromkeys(BELLS, 0.0)))

    assert rung == {tick.bell for tick in TICKS if seconds >= (tick.every if tick.bell in due else tick.anyway)}


def test_delays_and_sessions_are_looked_for_five_times_a_second_and_nothing_less_than_every_30_s() -> None:
    every = {tick.bell: tick.every for tick in TICKS}

    assert every["automations.advance"] == every["sessions.announce"] == LOOK == 0.2
    rare = {"housekeeping.prune", "housekeeping.listen", "books.check"}
    assert all(tick.anyway == 30 for tick in TICKS if tick.bell not in rare)
