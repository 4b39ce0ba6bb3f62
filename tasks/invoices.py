"""Documents whose date has come."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due


@task("invoices.mark_overdue", queue="automations")
def mark_overdue(shell: Shell) -> Counts:
    """Raise `invoice.due_soon` and `invoice.overdue`, each once per due date (R11), and run what they trigger."""
    return work_off_due(shell, "invoices")
