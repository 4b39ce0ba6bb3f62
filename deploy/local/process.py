"""A child process that ends with this one, whatever ends it, and whose output goes to a log file."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models.errors import ConfigurationError

LEASH = Path(__file__).with_name("leash.py")
LARGEST_LOG = 10_000_000
PAUSE = 0.02
QUIT_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, how to see that it is ready, and how to end it."""

    name: str
    arguments: Sequence[str | Path]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to ours."""
    folder: Path | None = None
    user: str | None = None
    """Who it runs as; only root may choose."""
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when we die."""
    patience: float = 10
    """Seconds from the stop signal to SIGQUIT; SIGKILL comes a little later."""
    start_seconds: float = 60
    """How long it may take until it is ready."""


class Child:
    """One run after the other of a command. To be used from the main thread: the kernel's leash hangs on the thread."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.started = 0.0
        """When it was launched last, in seconds of the monotonic clock."""
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def exit_code(self) -> int | None:
        """Return how it ended (negative: by which signal), None while it runs or before its start."""
        return self._process.poll() if self._process else None

    def launch(self, *held: int) -> None:
        """Start it without waiting until it is ready; it keeps the locks whose descriptors are given."""
        command = self.command
        command.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if command.log.exists() and command.log.stat().st_size > LARGEST_LOG:
            command.log.replace(command.log.with_suffix(".old.log"))
        mode = "signal" if sys.platform == "linux" else "watch"
        leash = (sys.executable, "-I", "-S", LEASH, str(os.getpid()), mode, str(int(command.orphan_signal)))
        self.started = time.monotonic()
        with command.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603  # the one place where programs of ours are started
                [*leash, command.user or "", *command.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env={**os.environ, **command.environment},
                pass_fds=held,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        return self._process is not None and self.command.ready()

    def is_late(self) -> bool:
        """Tell whether it should have been ready by now."""
        return time.monotonic() - self.started > self.command.start_seconds

    def await_ready(self) -> None:
        """Return once it is ready; raise with the end of its log if it ends before, or takes too long."""
        while not self.is_ready():
            code = self.exit_code()
            if code is not None or self.is_late():
                failure = self._failure(code)
                self.stop()
                raise ConfigurationError(failure)
            time.sleep(PAUSE)

    def ask_to_stop(self) -> None:
        """Send the stop signal, once; return without waiting."""
        if self._process:
            self._process.send_signal(self.command.stop_signal)

    def await_stop(self) -> None:
        """Return when it has ended: by itself, then at SIGQUIT, then at SIGKILL, with all that runs in its group."""
        if not self._process:
            return
        try:
            self._process.wait(self.command.patience)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(QUIT_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End it, also if it has died, and what it may have left behind."""
        self.ask_to_stop()
        self.await_stop()

    def log_of_this_run(self) -> str:
        """Return what it has written since it was started."""
        with contextlib.suppress(FileNotFoundError), self.command.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")
        return ""

    def _failure(self, code: int | None) -> str:
        what = f"is not ready after {self.command.start_seconds:g} s" if code is None else f"ended with code {code}"
        lines = self.log_of_this_run().strip().splitlines()[-12:]
        return "\n".join([f"{self.command.name} {what}. Its log, {self.command.log}, ends with:", *lines])


class Service(Protocol):
    """Something that runs as a child: a server or a program."""

    @property
    def child(self) -> Child: ...

    def launch(self) -> None:
        """Prepare what it needs and start it, also again after its end, without waiting until it is ready."""
        ...

    def await_ready(self) -> None:
        """Return once it can be used."""
        ...


class Program:
    """A service that needs no preparation."""

    def __init__(self, command: Command) -> None:
        self.child = Child(command)

    def launch(self) -> None:
        self.child.launch()

    def await_ready(self) -> None:
        self.child.await_ready()
