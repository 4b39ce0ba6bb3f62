"""House rules of tasks, bells and ticks (CONTRIBUTING.md), and what operators were promised of their names."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import ConfigurationError
from scheduler.entries import TICKS
from tasks.bells import BELLS
from tasks.claiming import SOURCES, TABLES
from tasks.isolating import PUT_OFF
from tasks.registry import QUEUES, REGISTRY
from tasks.settings import ROOT
from worker.app import MODULES
from worker.celery_settings import SETTINGS, TIME_LIMIT, VISIBILITY_TIMEOUT, check, configuration

OURS = ("models", "tasks", "worker", "scheduler", "web", "deploy")
NAMES = {
    "events.publish": "events",
    "events.drain": "events",
    "automations.advance": "automations",
    "automations.merge": "automations",
    "automations.start": "automations",
    "sessions.announce": "automations",
    "pauses.end": "automations",
    "invoices.mark_overdue": "automations",
    "bookings.release": "automations",
    "billing.open_cycles": "billing",
    "billing.bill": "billing",
    "payments.recur": "payments",
    "payments.collect": "payments",
    "payments.settle": "payments",
    "payments.read_webhooks": "payments",
    "payments.forget_cards": "payments",
    "messages.deliver": "messages",
    "books.check": "housekeeping",
    "housekeeping.prune": "housekeeping",
    "housekeeping.listen": "housekeeping",
}
"""Every task and its queue: wire format, like the names of columns."""


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    """Let no test's own tasks stay in the registry."""
    before = dict(REGISTRY)
    for name in [name for name in REGISTRY if name.startswith("probe.")]:
        del REGISTRY[name]
    yield
    REGISTRY.update(before)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            yield path, ast.parse(path.read_text())


def test_task_names_and_queues_are_those_that_operators_know() -> None:
    assert {name: spec.queue for name, spec in REGISTRY.items()} == NAMES


def test_whatever_ticks_claim_can_be_put_off() -> None:
    assert {TABLES.get(kind, kind) for kind in SOURCES} <= set(PUT_OFF)


def test_every_bell_and_every_tick_names_a_task_without_arguments_and_every_bell_has_a_tick() -> None:
    assert set(BELLS) == {tick.bell for tick in TICKS} <= set(REGISTRY)
    for bell in BELLS:
        assert REGISTRY[bell].function.__code__.co_argcount == 1


def test_every_module_with_tasks_is_in_the_list() -> None:
    with_tasks = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "task"
    }
    assert with_tasks == set(MODULES)


def test_nothing_waits_inside_celery() -> None:
    for path, tree in modules():
        for node in ast.walk(tree):
            words = {node.arg} if isinstance(node, ast.keyword) else set[str | None]()
            assert not words & {"eta", "countdown"}, f"{path}: what is due is a row, not a message that waits"


def test_importing_the_app_opens_nothing_and_reads_no_settings() -> None:
    program = """
import socket
def refuse(*_): raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = refuse
import worker.app, worker.intake, scheduler.app
assert worker.app.app.configured is False
"""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, cwd="/")


def test_settings_have_reasons_and_agree_with_each_other() -> None:
    assert all(re.fullmatch(r"[A-Z].*\.", setting.reason) for setting in SETTINGS)
    assert TIME_LIMIT < VISIBILITY_TIMEOUT / 2
    assert {queue.name for queue in configuration("redis://")["task_queues"]} == set(QUEUES)


def test_an_overridden_setting_is_refused_by_name() -> None:
    conf = configuration("redis://")
    check(conf)
    with pytest.raises(ConfigurationError, match=r"task_acks_late is False and must be True: A message outlives"):
        check(conf | {"task_acks_late": False})
