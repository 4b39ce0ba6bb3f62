"""A unit of work: what passes by itself is told from what would fail again for ever."""

import pytest

from models.db import AWAY, transact
from models.errors import ConflictError, TooLargeError
from tests.scenarios.story import Databases
from worker.celery_settings import SETTINGS


def test_a_key_too_long_to_be_indexed_is_no_server_that_is_away(databases: Databases) -> None:
    name = "".join(chr(0x1F300 + n) for n in range(900))
    with databases() as engine, pytest.raises(TooLargeError) as caught:
        transact(
            engine,
            lambda c: c.execute(
                "INSERT INTO run_subjects VALUES ('b', %s, 'run')",
                (name,),
            ),
        )
    assert not isinstance(caught.value, AWAY)


def test_a_unit_that_meets_a_conflict_is_run_again_as_a_whole(databases: Databases) -> None:
    seen: list[int] = []

    def work(_connection: object) -> int:
        seen.append(len(seen))
        if len(seen) < 3:
            raise ConflictError("Somebody else was faster.")
        return len(seen)

    with databases() as engine:
        assert transact(engine, work) == 3


def test_no_exception_out_of_the_blue_makes_an_innocent_event_poison() -> None:
    assert [setting.value for setting in SETTINGS if setting.name == "task_soft_time_limit"] == [None]
