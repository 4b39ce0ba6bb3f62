"""What a worker, beat and the intake make of servers before they start: what refuses us is an end, what is away is not.

Each start is a whole process, so each process gets one kind of trouble and not all of them.
"""

import pytest

from deploy.local.valkey import Valkey
from tests.system.nodes import CELERY, Processes, has_ended, says

WORKER = (*CELERY, "worker", "--concurrency=1", "--without-mingle")
BEAT = (*CELERY, "beat")
INTAKE = ("worker.intake",)
NOWHERE = "127.0.0.1:1"
AWAY = "a server is away and waited for"


@pytest.mark.parametrize(
    ("command", "setting", "change", "message"),
    [
        (WORKER, "DATABASE", ("@", "x@"), "password authentication failed"),
        (WORKER, "DATABASE", ("/relance", "/nowhere"), 'database "nowhere" does not exist. Create it, or correct'),
        (BEAT, "DATABASE", ("/relance", "/postgres"), "schema is at version none"),
        (BEAT, "REDIS", ("@", "x@"), "Redis refuses us"),
        (BEAT, "REDIS", ("redis://", "http://"), "The URL of Redis can't be used. Write redis://"),
        (INTAKE, "REDIS", ("@", "x@"), "Correct user and password in RELANCE_REDIS_URL."),
    ],
)
def test_a_server_that_refuses_us_ends_the_process_with_one_message(
    processes: Processes,
    database_url: str,
    valkey: Valkey,
    command: tuple[str, ...],
    setting: str,
    change: tuple[str, str],
    message: str,
) -> None:
    right = {"DATABASE": database_url, "REDIS": valkey.url}[setting]
    wrong = {f"RELANCE_{setting}_URL": change[1].join(right.rsplit(change[0], 1))}
    process = processes.running(f"refused by {message}", *command, ready=has_ended, **wrong)

    said = process.log_of_this_run()
    assert process.exit_code() == 1
    assert message in said.splitlines()[-1]
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "setting", "url"),
    [(WORKER, "DATABASE", f"postgresql://a:b@{NOWHERE}/c"), (INTAKE, "REDIS", f"redis://{NOWHERE}")],
)
def test_a_server_that_is_away_is_told_and_waited_for(
    processes: Processes, command: tuple[str, ...], setting: str, url: str
) -> None:
    name = f"without {setting}"
    process = processes.running(name, *command, ready=says("ready"), **{f"RELANCE_{setting}_URL": url})

    (told,) = [line for line in process.log_of_this_run().splitlines() if AWAY in line]
    assert f"RELANCE_{setting}_URL" in told
    processes.stop(name)
