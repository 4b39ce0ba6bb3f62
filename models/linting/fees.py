"""Fees: a charge for a missed or cancelled booking that asks for no policy (A040)."""

from collections.abc import Iterator

from models.automation_file import Automation
from models.events import Fact
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.steps import ActStep, AddCharge, walk

MISSED = frozenset({Fact.BOOKING_NO_SHOW, Fact.BOOKING_CANCELLED})


def fees(automation: Automation) -> Iterator[Finding]:
    """Find a charge about a booking that was missed or cancelled and does not say which fee it is (R28)."""
    if automation.trigger.on not in MISSED:
        return
    for step in walk(automation.steps):
        if isinstance(step, ActStep) and isinstance(step.settings, AddCharge) and step.settings.fee is None:
            yield found(Code.NO_POLICY, step_at(step.path), trigger=automation.trigger.on)
