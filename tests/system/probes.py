"""Tasks that only the system tests have."""

import os
import signal
import time

from sqlalchemy import text

from tasks.registry import Counts, task
from tasks.shell import Shell


@task("probe.note", queue="events")
def note(shell: Shell, number: int) -> Counts:
    """Leave a row."""
    with shell.database.begin() as connection:
        connection.execute(text("INSERT INTO probes (number) VALUES (:number)"), {"number": number})
    return {"rows": 1}


@task("probe.die", queue="events")
def die(_shell: Shell) -> Counts:
    """Be killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@task("probe.fail", queue="events", hide_arguments=True)
def fail(_shell: Shell, word: str) -> Counts:
    """Be a bug whose message tells too much."""
    raise ValueError(word)


@task("probe.whisper", queue="events", hide_arguments=True)
def whisper(_shell: Shell, word: str, seconds: float = 0) -> Counts:
    """Be given something that nobody may see."""
    time.sleep(seconds)
    return {"letters": len(word)}


@task("probe.nothing", queue="events")
def nothing(_shell: Shell) -> Counts:
    """Do nothing; for measuring."""
    return {}
