"""Goals and limits: reminders that nothing ends, requests that nothing bounds, traps of merging (A001-A006)."""

from collections.abc import Iterator

from models.automation_file import Automation, By, Limit, Over
from models.events import Fact
from models.languages import Words, words
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.periods import Per
from models.steps import ActStep, AddCharge, RequestPayment, SendReminder, Step, WaitStep, walk
from models.vocabulary import Action

SETTLED = frozenset({Fact.INVOICE_PAID, Fact.ORDER_PAID})
OF_ONE_DEBT = frozenset({By.ORDER, By.INVOICE, By.SESSION})

FOR_REQUESTS = words(
    "{times: 1, per: 24h} ; ce qui dépasse est regroupé en une demande",
    "{times: 1, per: 24h}; what is over it is merged into one request",
)
FOR_INVOICES = words(
    "{times: 1, per: 24h, by: [invoice]}, pour que chaque facture compte à part",
    "{times: 1, per: 24h, by: [invoice]}, so that each invoice counts for itself",
)
BY_INVOICE = words(
    "Écrivez by: [invoice], pour que chaque facture compte à part, ou over: defer.",
    "Write by: [invoice], so that each invoice counts for itself, or over: defer.",
)
ENDING = words(
    "Prenez une période qui se termine, et over: merge, ou comptez par order ou session.",
    "Take a window that ends, and over: merge, or count by order or session.",
)
MERGE = words(
    "Écrivez over: merge, ou comptez par order ou session.", "Write over: merge, or count by order or session."
)


def goals(automation: Automation) -> Iterator[Finding]:
    """Find a reminder in an automation that money does not end."""
    reminder = _first(automation.steps, SendReminder)
    if reminder is not None and not automation.stop_when & SETTLED:
        yield found(Code.NO_GOAL, step_at(reminder.path))


def limits(automation: Automation) -> Iterator[Finding]:
    """Find requests and reminders without a limit, and limits that let money be forgotten."""
    asking = _first(automation.steps, RequestPayment, SendReminder)
    if asking is None:
        return
    about_invoice = automation.trigger.on.startswith("invoice.")
    if automation.limit is None:
        limit = FOR_INVOICES if about_invoice else FOR_REQUESTS
        yield found(Code.NO_LIMIT, step_at(asking.path), action=asking.settings.action, limit=limit)
    elif automation.limit.over is Over.MERGE:
        yield from _merging(automation, about_invoice=about_invoice)
    elif automation.limit.over is Over.SKIP and not OF_ONE_DEBT & {*automation.limit.by}:
        yield found(Code.NEVER_ASKED, "limit", mend=_instead(automation.limit, about_invoice=about_invoice))


def _instead(limit: Limit, *, about_invoice: bool) -> Words:
    if about_invoice:
        return BY_INVOICE
    return ENDING if limit.per is Per.EVER else MERGE


def _merging(automation: Automation, *, about_invoice: bool) -> Iterator[Finding]:
    request = _first(automation.steps, RequestPayment)
    assert request is not None
    if about_invoice:
        yield found(Code.NOTHING_TO_MERGE, "limit", trigger=automation.trigger.on)
    elif fee := _first(automation.steps, AddCharge):
        yield found(Code.FEE_NOT_MERGED, step_at(fee.path))
    elif _steps_before(automation.steps):
        yield found(Code.MERGED_PAST_STEPS, step_at(request.path))


def _first(steps: tuple[Step, ...], *kinds: type) -> ActStep | None:
    acts = (step for step in walk(steps) if isinstance(step, ActStep))
    return next((step for step in acts if isinstance(step.settings, kinds)), None)


def _steps_before(steps: tuple[Step, ...]) -> bool:
    """Whether anything but waits stands before the first request, or around it."""
    first = next((step for step in steps if not isinstance(step, WaitStep)), None)
    return not (isinstance(first, ActStep) and first.settings.action is Action.REQUEST_PAYMENT)
