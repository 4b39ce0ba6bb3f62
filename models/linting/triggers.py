"""Triggers: what starts itself (A032)."""

from collections.abc import Iterator

from models.automation_file import Automation
from models.events import Fact
from models.flow import MESSAGES
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.steps import ActStep, walk

ITSELF = frozenset({Fact.MESSAGE_SENT, Fact.MESSAGE_FAILED})


def circles(automation: Automation) -> Iterator[Finding]:
    """Find a message that starts its own automation, without a limit to stop it (R21)."""
    if automation.trigger.on not in ITSELF or automation.limit is not None:
        return
    for step in walk(automation.steps):
        if isinstance(step, ActStep) and step.settings.action in MESSAGES:
            yield found(Code.STARTS_ITSELF, step_at(step.path), action=step.settings.action)
