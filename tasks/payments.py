"""Money that falls due by the calendar."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due


@task("payments.recur", queue="payments")
def recur(shell: Shell) -> Counts:
    """Charge the recurring payments whose date has come, and ask for them as agreed (R1, R3)."""
    return work_off_due(shell, "recurring_payments")
