"""Runs whose wait is over go on; what was noted over a limit goes out at the window's end."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due


@task("automations.advance", queue="automations")
def advance(shell: Shell) -> Counts:
    """Take due runs on (R3)."""
    return work_off_due(shell, "runs")


@task("automations.merge", queue="automations")
def merge(shell: Shell) -> Counts:
    """Send the requests that were merged until the end of their limit's window (R7)."""
    return work_off_due(shell, "merges")
