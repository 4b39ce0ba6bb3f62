"""Only sound envelopes get through to Celery, and what its own clients send is sound."""

import json
from typing import Any

import pytest
from celery import Celery

from tests.system.rogues import DROPPED, GOOD, ODD, ROGUES
from worker.privacy import HIDDEN, DiscreetRequest
from worker.transport import fault


@pytest.mark.parametrize("raw", ROGUES.values(), ids=ROGUES)
def test_a_rogue_is_refused_with_its_reason(raw: bytes) -> None:
    assert fault(raw)


@pytest.mark.parametrize(
    "raw", [json.dumps(GOOD).encode(), *ODD.values(), *DROPPED.values()], ids=["good", *ODD, *DROPPED]
)
def test_an_envelope_that_celery_can_judge_gets_through(raw: bytes) -> None:
    assert fault(raw) is None


def sent(app: Celery, *args: Any, **options: Any) -> dict[str, Any]:
    """Return what an app puts into a queue."""
    with app.connection_for_write() as connection, connection.channel() as channel:
        app.amqp.queues["q"](channel).declare()
        app.send_task("x.y", args, queue="q", connection=connection, **options)
        raw: dict[str, Any] = channel._get("q")
        return raw


@pytest.fixture
def upstream() -> Celery:
    app = Celery("upstream", broker="memory://", set_as_current=False)
    app.conf.task_ignore_result = True
    return app


def test_what_a_celery_app_sends_gets_through(upstream: Celery) -> None:
    for options in ({}, {"expires": 30}, {"priority": 3}, {"time_limit": 5}, {"countdown": 5}, {"group_id": "g"}):
        assert fault(json.dumps(sent(upstream, 1, **options)).encode()) is None


def test_a_discreet_request_hides_what_the_sender_wrote(upstream: Celery) -> None:
    raw = sent(upstream, "Zoe", argsrepr="Zoe", kwargsrepr="Zoe", shadow="Zoe")
    assert "Zoe" in str(raw["headers"])
    with upstream.connection_for_read() as connection, connection.channel() as channel:
        message = channel.message_to_python(raw)
    request = DiscreetRequest(message, app=upstream, task=upstream.tasks["celery.accumulate"], headers=message.headers)

    shown = [request.info(), request.info(safe=False), repr(request), str(request), request.name, request.argsrepr]
    assert "Zoe" not in str(shown)
    assert request.argsrepr == request.kwargsrepr == request.request_dict["argsrepr"] == HIDDEN
    assert request.args == ["Zoe"]
