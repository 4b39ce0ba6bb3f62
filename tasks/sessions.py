"""Sessions that start or end are announced to their participants."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due


@task("sessions.announce", queue="automations")
def announce(shell: Shell) -> Counts:
    """Raise `session.started` and `session.ended` for what has come to pass, and run what they trigger."""
    return work_off_due(shell, "sessions")
