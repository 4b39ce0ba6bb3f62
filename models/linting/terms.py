"""Terms: more time to pay than the law lets a business or public payer be given (A041)."""

from collections.abc import Iterator

from models.automation_file import Automation
from models.business import Business
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.mentions import terms_complaint
from models.steps import ActStep, RequestPayment, walk


def terms(automation: Automation, business: Business) -> Iterator[Finding]:
    """Find a request for payment that gives more days than the country of the business allows (R24)."""
    for step in walk(automation.steps):
        if isinstance(step, ActStep) and isinstance(step.settings, RequestPayment):
            complaint = terms_complaint(business.country, step.settings.due_in or 0)
            if complaint:
                yield found(Code.LONG_TERMS, step_at(step.path), complaint=complaint)
