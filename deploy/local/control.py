"""Steering the system of this machine from another process: start it in the background, stop it."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local import lock, state
from deploy.local.home import prepare
from deploy.local.state import Phase, SystemState
from models.errors import ConfigurationError

START_SECONDS = 120
STOP_SECONDS = 60
PAUSE = 0.1


def start_detached(home: Path, command: Sequence[str]) -> SystemState:
    """Run `command`, which runs the system in its foreground, on its own; return when the system is up."""
    log_file = prepare(home) / "logs" / "system.log"
    log_file.parent.mkdir(mode=0o700, exist_ok=True)
    with log_file.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # our own command line
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        return _await_running(home, process, log_file)
    except BaseException:
        process.terminate()
        raise


def stop(home: Path) -> bool:
    """Stop the system of this home and wait until all its processes have ended; tell whether there was one."""
    running = state.read(home)
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while lock.is_held(state.supervisor_lock(home)):
        if time.monotonic() > deadline:
            raise ConfigurationError(
                f"The system in {home} does not stop. `kill -9 {running.pid}` ends it and all its processes."
            )
        time.sleep(PAUSE)
    return True


def _await_running(home: Path, process: "subprocess.Popen[bytes]", log_file: Path) -> SystemState:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ConfigurationError(log_file.read_text(errors="replace").strip().removeprefix("relance: "))
        running = state.read(home)
        if running and running.pid == process.pid and running.phase is Phase.RUNNING:
            return running
        time.sleep(PAUSE)
    raise ConfigurationError(f"The system is not up after {START_SECONDS} s. What it said is in {log_file}.")
