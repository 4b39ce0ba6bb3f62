"""What the tests of the embedded system share."""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from deploy.local.postgres import Postgres
from tasks.settings import ROOT

PYTHON = (sys.executable, "-m")
"""The start of a command that runs a module of ours."""


@contextmanager
def home_folder(mode: int = 0o711, below: str = "home") -> Iterator[Path]:
    """Lend a RELANCE_HOME inside a folder with these rights; remove it, and what its PostgreSQL left elsewhere."""
    with tempfile.TemporaryDirectory(prefix="relance-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(mode)
        home = Path(folder) / below
        yield home
        Postgres(home).erase()


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent to notice does not."""
    result = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return result.stdout.strip()[:1] not in {"", "Z"}


@contextmanager
def holder(
    home: Path, *, python: Sequence[str] = PYTHON, **how: Any
) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """Run the embedded servers in a process of their own, which may be killed."""
    command = [*python, "tests.system.local_holder", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **({"cwd": ROOT} | how)) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def relance(
    *arguments: str,
    home: Path,
    settings: Mapping[str, str] | None = None,
    python: Sequence[str] = PYTHON,
    **how: Any,
) -> "subprocess.CompletedProcess[str]":
    """Run the command line as a person would, with no settings but these."""
    return subprocess.run(
        [*python, "worker.cli", *arguments],
        env=environment(home, settings or {}),
        capture_output=True,
        text=True,
        check=False,
        **({"cwd": ROOT} | how),
    )


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with these settings and no others."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RELANCE_")}
    return ours | {"RELANCE_HOME": str(home)} | dict(settings)


def ordinary_python() -> list[str]:
    """Return the start of a command that runs a module of ours without root's rights; skip the test if there is none.

    Where root alone can reach the interpreter, the ordinary user is lent the right to read everything, and no more.
    """
    if os.geteuid() != 0:
        return list(PYTHON)
    path = [str(ROOT), sysconfig.get_path("purelib")]
    code = f"import runpy, sys; sys.path[:0] = {path}; runpy.run_module(sys.argv.pop(1), None, '__main__', True)"
    become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    for rights in ([], ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]):
        command = [*become, *rights, sys.executable, "-c", code]
        with suppress(FileNotFoundError):
            trial = subprocess.run([*command, "deploy.local.system"], cwd="/", capture_output=True, check=False)
            if trial.returncode == 0:
                return command
    pytest.skip("this machine has no setpriv, or no other user can run this Python or read this checkout")
