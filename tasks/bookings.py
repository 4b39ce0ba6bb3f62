"""Bookings that must be paid at once, and are not."""

from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.ticking import work_off_due


@task("bookings.release", queue="automations")
def release(shell: Shell) -> Counts:
    """Give back the seats whose payment window is over, and raise `booking.cancelled` for each (R28)."""
    return work_off_due(shell, "bookings")
