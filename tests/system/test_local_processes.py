"""Children and their supervisor: nobody outlives his holder, whoever dies comes back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.process import LEASH, Child, Command, Program
from deploy.local.state import Phase
from deploy.local.supervisor import Supervisor
from models.errors import ConfigurationError
from tests.system.local_helpers import lives
from tests.system.patience import eventually

SLEEPER = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); {SLEEPER}"
TELLING = "import sys; print('no colour named plaid', file=sys.stderr); sys.exit(3)"


def program(folder: Path, code: str, name: str = "sleeper", start_seconds: float = 10) -> Program:
    """Return a program that is ready when it says so."""

    def ready() -> bool:
        return "ready" in made.child.log_of_this_run()

    made = Program(
        Command(
            name=name,
            arguments=(sys.executable, "-c", code),
            log=folder / f"{name}.log",
            ready=ready,
            patience=0.3,
            start_seconds=start_seconds,
        )
    )
    return made


def start(folder: Path, code: str, start_seconds: float = 10) -> Child:
    started = program(folder, code, start_seconds=start_seconds)
    started.launch()
    started.await_ready()
    return started.child


def test_a_child_stops_when_asked(tmp_path: Path) -> None:
    child = start(tmp_path, SLEEPER)
    pid = child.pid
    child.ask_to_stop()
    eventually(lambda: child.exit_code() == -signal.SIGTERM)
    child.await_stop()
    assert pid
    assert not lives(pid)


def test_a_child_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    child = start(tmp_path, STUBBORN)
    pid = child.pid
    child.stop()
    assert pid
    assert not lives(pid)


def test_what_a_child_has_started_ends_with_it(tmp_path: Path) -> None:
    child = start(tmp_path, PARENT)
    group = child.pid
    assert group
    child.stop()
    eventually(lambda: not group_lives(group))


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_ends_at_once_tells_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)ended with code 3.*no colour named plaid"):
        start(tmp_path, TELLING)


def test_a_child_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not ready after"):
        start(tmp_path, "import time; time.sleep(60)", start_seconds=0.5)


def test_only_the_log_of_this_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "sleeper.log").write_text("long ago\n")
    child = start(tmp_path, SLEEPER)
    assert child.log_of_this_run() == "ready\n"
    child.stop()


@pytest.mark.parametrize("mode", ["signal", "watch"])
def test_the_leash_holds_when_the_holder_is_killed(mode: str) -> None:
    """`watch` is for systems whose kernel has no signal for it; it runs everywhere."""
    if mode == "signal" and sys.platform != "linux":
        pytest.skip("only Linux has this signal")
    code = f"""
import os, signal, subprocess, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
leash = [sys.executable, {str(LEASH)!r}, str(os.getpid()), {mode!r}, str(int(signal.SIGTERM)), ""]
tell = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
subprocess.Popen([*leash, sys.executable, "-c", tell])
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        leashed = int(holder.stdout.readline())
        holder.kill()
        eventually(lambda: not lives(leashed))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(told.append)
    yield supervisor
    supervisor.stop()


def test_who_dies_is_started_again(tmp_path: Path, supervisor: Supervisor, told: list[str]) -> None:
    service = program(tmp_path, SLEEPER)
    supervisor.start([service])
    first = service.child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    eventually(lambda: tended(supervisor) is Phase.RESTARTING)
    eventually(lambda: tended(supervisor) is Phase.RUNNING)
    assert service.child.pid not in {None, first}
    assert [text.partition(";")[0] for text in told] == ["sleeper ended with code -9"]


def test_who_dies_again_and_again_waits_longer_each_time(tmp_path: Path, told: list[str]) -> None:
    supervisor = Supervisor(told.append)
    supervisor.start([program(tmp_path, f"import time; print('ready', flush=True); time.sleep(0.3); {TELLING}")])
    eventually(lambda: tended(supervisor) and len(told) == 3)
    supervisor.stop()
    assert [text.split(" in ")[1].split(". ")[0] for text in told] == ["0.5 s", "1 s", "2 s"]


def tended(supervisor: Supervisor) -> Phase:
    supervisor.tend()
    (state,) = supervisor.states()
    return state.state


def test_who_was_started_last_is_stopped_first(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    supervisor = Supervisor(print)
    for name in ("server", "worker"):
        code = f"""
import signal, sys
def end(*_):
    print({name!r}, file=open({str(ends)!r}, "a"))
    sys.exit()
signal.signal(signal.SIGTERM, end)
{SLEEPER}
"""
        supervisor.start([program(tmp_path, code, name)])
    supervisor.stop()
    assert ends.read_text().split() == ["worker", "server"]
