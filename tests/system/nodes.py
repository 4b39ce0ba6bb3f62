"""Local processes that pytest-celery takes for containers, so that its setups run without Docker."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pytest_celery import CeleryWorkerContainer, RedisContainer

from deploy.local.process import Child, Command
from deploy.local.valkey import Valkey
from tasks.settings import ROOT

CELERY = ("celery", "-A", "tests.system.app")

Ready = Callable[[Child], bool]


class Node:
    """A child process with the interface of docker-py's `Container`, as far as pytest-celery uses it."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.name = child.command.name
        self.attrs: dict[str, Any] = {"Config": {"Hostname": ""}, "NetworkSettings": {"Networks": {}, "Ports": {}}}

    @property
    def id(self) -> str:
        return str(self._child.pid)

    @property
    def status(self) -> str:
        return "running" if self._child.pid and self._child.exit_code() is None else "exited"

    @property
    def exit_code(self) -> int | None:
        return self._child.exit_code()

    def reload(self) -> None:
        """Be always up to date."""

    def restart(self, timeout: float = 10) -> None:
        del timeout  # the command knows its patience
        self._child.stop()
        self._child.launch()
        self._child.await_ready()

    def kill(self, number: str | int | None = None) -> None:
        """Send a signal; SIGKILL takes the children along, as the end of a container does."""
        chosen = signal.Signals[number] if isinstance(number, str) else signal.Signals(number or signal.SIGKILL)
        assert self._child.pid
        (os.killpg if chosen == signal.SIGKILL else os.kill)(self._child.pid, chosen)

    def logs(self) -> bytes:
        return self._child.log_of_this_run().encode()

    def exec_run(self, command: str) -> tuple[int, bytes]:
        done = subprocess.run(shlex.split(command), capture_output=True, check=False)
        return done.returncode, done.stdout

    def stop(self) -> None:
        self._child.stop()


class LocalRedis(RedisContainer):
    """The broker: an embedded Valkey."""

    def __init__(self, server: Valkey) -> None:
        super().__init__(Node(server.child))
        self._url = server.url

    @property
    def url(self) -> str:
        return self._url

    @property
    def host_url(self) -> str:
        return self._url

    @property
    def port(self) -> int:
        return int(self._url.rpartition(":")[2].partition("/")[0])

    @property
    def ready_prompt(self) -> None:
        return None


class LocalWorker(CeleryWorkerContainer):
    """A worker as an operator starts it."""

    @property
    def exit_code(self) -> int | None:
        code: int | None = self._container.exit_code
        return code


class Processes:
    """Processes by name: starting one takes seconds, so tests share it until one of them ends it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._children: dict[str, Child] = {}

    def running(self, name: str, *arguments: str, ready: Ready, **more: str) -> Child:
        """Return the process `python -m arguments`, started if it does not run."""
        child = self._children.get(name) or self._make(name, arguments, ready, more)
        self._children[name] = child
        if child.pid is None or child.exit_code() is not None:
            child.launch()
            child.await_ready()
        return child

    def stop(self, *names: str) -> None:
        """End the processes of these names, or all."""
        for name in names or tuple(self._children):
            if child := self._children.get(name):
                child.stop()

    def _make(self, name: str, arguments: tuple[str, ...], ready: Ready, more: Mapping[str, str]) -> Child:
        child: Child
        command = Command(
            name=name,
            arguments=(sys.executable, "-m", *arguments),
            log=self._folder / f"{name}.log",
            ready=lambda: ready(child),
            environment={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **self._environment, **more},
            folder=self._folder,
            stop_signal=signal.SIGKILL,  # a test that is over is not worth a farewell
        )
        child = Child(command)
        return child


def says(words: str) -> Ready:
    """Take a process for ready when its log holds these words."""
    return lambda child: words in child.log_of_this_run()


def has_ended(child: Child) -> bool:
    """Take a process for ready when it has ended."""
    return child.exit_code() is not None
