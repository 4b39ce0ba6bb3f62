"""The embedded system as a whole: `relance up`, `status`, `doctor`, `down`, and what a kill -9 leaves of it."""

import json
import os
import signal
from pathlib import Path
from typing import Any

from deploy.local import state
from deploy.local.state import Phase, ProcessState
from tests.system.local_helpers import home_folder, lives, relance
from tests.system.patience import eventually

KINDS = ["redis", "database", "smtp", "mailbox", "sms", "provider", "flower", "web"]
NAMES = ["valkey", "postgres", "mailbox", "sms", "provider", "worker", "intake", "beat", "web", "flower"]


def status(home: Path) -> dict[str, Any]:
    shown = json.loads(relance("status", "--json", home=home).stdout)
    assert isinstance(shown, dict)
    return shown


def processes(home: Path) -> dict[str, ProcessState]:
    running = state.read(home)
    return {process.name: process for process in running.processes} if running else {}


def pids(home: Path) -> list[int]:
    return [process.pid for process in processes(home).values() if process.pid]


def test_the_life_of_a_system() -> None:
    with home_folder() as home:
        started = relance("up", "--detach", home=home)
        assert started.returncode == 0, started.stderr
        running = pids(home)
        it_tells_where_everything_is(home)
        the_doctor_finds_nothing_wrong(home)
        a_second_one_is_refused(home)
        a_process_that_dies_is_started_again(home)
        running += pids(home)
        assert relance("down", home=home).stdout == "Stopped.\n"
        assert not any(lives(pid) for pid in running)
        assert status(home) == {"processes": [], "addresses": dict.fromkeys(KINDS)}


def it_tells_where_everything_is(home: Path) -> None:
    shown = status(home)
    states = [(process["name"], process["state"]) for process in shown["processes"]]
    assert states == [(name, "running") for name in NAMES]
    addresses = shown["addresses"]
    assert list(addresses) == KINDS
    assert None not in addresses.values()
    text = relance("status", home=home).stdout
    for part in (*NAMES, *filter(None, addresses.values()), "relance / "):
        assert part in text


def the_doctor_finds_nothing_wrong(home: Path) -> None:
    result = relance("doctor", "--books", "--json", home=home)
    findings = json.loads(result.stdout)
    assert [finding for finding in findings if not finding["ok"]] == []
    assert findings[-1] == {"check": "books", "ok": True, "detail": "The books balance.", "mend": ""}
    assert result.returncode == 0


def a_second_one_is_refused(home: Path) -> None:
    refused = relance("up", home=home)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"relance: A system runs in {home} already (process ")
    assert len(refused.stderr.splitlines()) == 1


def a_process_that_dies_is_started_again(home: Path) -> None:
    dead = processes(home)["beat"].pid
    assert dead
    os.kill(dead, signal.SIGKILL)
    eventually(lambda: processes(home)["beat"].pid not in {None, dead})
    eventually(lambda: processes(home)["beat"].state is Phase.RUNNING, seconds=30)


def test_a_killed_supervisor_takes_all_its_processes_along() -> None:
    with home_folder() as home:
        assert relance("up", "--detach", home=home).returncode == 0
        running, supervisor = pids(home), state.read(home)
        assert supervisor
        os.kill(supervisor.pid, signal.SIGKILL)
        eventually(lambda: not any(lives(pid) for pid in running))
        assert not processes(home)
