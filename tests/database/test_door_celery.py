"""The third door: events by the task `events.publish`, as Python services send them (R22)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from deploy.local.shop import load_demo_shop
from tasks.events import publish
from tests.database.upstream import Upstream


def hello(id_: str, **data: Any) -> dict[str, Any]:
    envelope = {"specversion": "1.0", "id": id_, "source": "/crm", "type": "client.said_hello", "business": "atelier"}
    return envelope | {"data": {"contact": {"id": "zoe"}} | data}


GOOD = hello("good")


@pytest.fixture(autouse=True)
def shop(url: str) -> None:
    load_demo_shop(url)


def codes(url: str) -> list[str]:
    """Return why events went to the dead letters."""
    with psycopg.connect(url) as connection:
        return [code for (code,) in connection.execute("SELECT code FROM dead_letters ORDER BY id")]


def test_bad_events_of_a_list_fail_nobody_beside_them(upstream: Upstream, url: str) -> None:
    bad = [hello("nan", x=float("nan")), hello("half", x="\ud800"), 42, None, [GOOD], {}]
    assert publish(upstream.shell, [*bad, GOOD]) == {"published": 7}
    assert upstream.works() == {"stored": 1, "repeated": 0, "dead": 6}
    assert codes(url) == ["bad_number", "not_utf8", *["not_an_object"] * 3, "missing"]


@pytest.mark.parametrize(
    "arguments", [([GOOD],), (GOOD,), (GOOD, GOOD), ([GOOD], [GOOD, GOOD])], ids=["a list", "one", "some", "lists"]
)
def test_events_that_come_apart_are_not_lost(upstream: Upstream, url: str, arguments: tuple[Any, ...]) -> None:
    publish(upstream.shell, *arguments)
    assert upstream.works()["stored"] == 1
    assert codes(url) == []


def test_what_celery_makes_of_pythons_values_is_written_as_text(upstream: Upstream, url: str) -> None:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    publish(upstream.shell, [hello("typed", when=at, id=UUID(int=7)) | {"time": at}])
    assert upstream.works()["stored"] == 1
    with psycopg.connect(url) as connection:
        (row,) = connection.execute("SELECT time, raw::jsonb -> 'data' ->> 'when' FROM inbox").fetchall()
    assert row == (at, "2026-01-02T03:04:00Z")
