"""What nobody may see is seen nowhere: not in the worker's events, not in Flower, not in the logs."""

import json
from base64 import b64encode
from http.client import HTTPConnection
from typing import Any

import pytest
from celery import Celery
from pytest_celery import CeleryTestSetup

from deploy.local.ports import answers, free_port
from tests.system.nodes import CELERY, Processes, has_ended
from tests.system.patience import eventually

SECRET = "Zoe Lumiere, zoe@example.org"  # noqa: S105  # nobody's password
LOGIN = {"Authorization": f"Basic {b64encode(b'ops:pass').decode()}"}


class Browser:
    """Asks Flower for pages."""

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Return the tasks that Flower knows, by name."""
        return {task["name"]: task for task in json.loads(self.get("/api/tasks", LOGIN)[1]).values()}


@pytest.fixture
def flower(processes: Processes) -> Browser:
    port = free_port()
    login = {"RELANCE_FLOWER_USER": "ops", "RELANCE_FLOWER_PASSWORD": "pass"}
    processes.running("flower", *CELERY, "flower", f"--port={port}", ready=lambda _: answers(port), **login)
    return Browser(port)


def send_secrets(upstream: Celery) -> dict[str, str]:
    """Send tasks as an upstream service does, which writes arguments and a name of its own into the headers."""
    sent = {
        "events.publish": upstream.send_task("events.publish", [[{"data": {"contact": {"name": SECRET}}}]]),
        "probe.whisper": upstream.send_task("probe.whisper", [SECRET], {"seconds": 4}, argsrepr=SECRET, shadow=SECRET),
        "probe.fail": upstream.send_task("probe.fail", [], {"word": SECRET}, argsrepr="()", kwargsrepr="{}"),
    }
    return {name: result.id for name, result in sent.items()}


def test_flower_shows_names_and_states_to_those_who_log_in_and_secrets_to_nobody(
    celery_setup: CeleryTestSetup, flower: Browser
) -> None:
    eventually(lambda: flower.get("/api/workers?status=1", LOGIN)[1].count("true"))
    sent = send_secrets(celery_setup.app)
    active = eventually(lambda: celery_setup.app.control.inspect(timeout=1.5).active())
    finished = {("probe.whisper", "SUCCESS"), ("probe.fail", "FAILURE"), ("events.publish", "SUCCESS")}
    finished |= {("events.drain", "SUCCESS")}
    eventually(lambda: finished <= {(task["name"], task["state"]) for task in flower.tasks().values()})

    assert "active_queues" in flower.get("/api/workers?refresh=1", LOGIN)[1]
    for path in ("/", "/tasks", "/api/tasks", "/api/workers"):
        assert flower.get(path)[0] == 401
    pages = [flower.get(path, LOGIN) for path in ("/workers", "/tasks", "/broker", "/api/tasks", "/api/workers")]
    pages += [flower.get(f"/task/{task_id}", LOGIN) for task_id in sent.values()]
    pages += [flower.get(f"/api/task/info/{task_id}", LOGIN) for task_id in sent.values()]
    assert {status for status, _ in pages} == {200}
    for shown in (*(page for _, page in pages), json.dumps(active), celery_setup.worker.logs()):
        assert "Zoe" not in shown
        assert "zoe" not in shown
    assert "(hidden)" in json.dumps(flower.tasks()["probe.whisper"])


def test_flower_does_not_start_without_a_login(processes: Processes) -> None:
    flower = processes.running("open flower", *CELERY, "flower", f"--port={free_port()}", ready=has_ended)

    assert flower.exit_code() == 1
    assert flower.log_of_this_run().strip().startswith("Flower shows and steers the workers")
