"""Runs whose wait is over go on, schedules begin others; what was noted over a limit goes out at the window's end."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due

OCCURRENCES = 5
"""So many occurrences go into one batch: each brings a portion of clients with all that is known of them."""


@task("automations.advance", queue="automations")
def advance(shell: Shell) -> Counts:
    """Take due runs on (R3)."""
    return work_off_due(shell, "runs")


@task("automations.start", queue="automations")
def start(shell: Shell) -> Counts:
    """Start the automations whose schedule names this instant, for some clients at a time (R1, R3)."""
    return work_off_due(shell, "occurrences", OCCURRENCES)


@task("automations.merge", queue="automations")
def merge(shell: Shell) -> Counts:
    """Send the requests that were merged until the end of their limit's window (R7)."""
    return work_off_due(shell, "merges")
