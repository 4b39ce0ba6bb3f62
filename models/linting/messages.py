"""Messages: values without a fallback, and channels that a business lacks (A030, A031)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.automation_file import Automation
from models.business import Business
from models.events import Fact
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.steps import ActStep, IfStep, IssuePaidInvoice, RequestPayment, Step, Wording, walk
from models.vocabulary import SUPPLIES, general
from models.wording import unguarded

MAYBE = frozenset({
    "contact.name", "contact.email", "contact.phone", "contact.locale", "contact.kind", "contact.custom.*",
    "service.name", "service.category", "session.kind", "session.place",
    "booking.attendance", "booking.cancellation_reason", "booking.pay_by", "invoice.pay_url", "invoice.pay_by",
    "payment_link.url", "payment_link.pay_by", "payment_link.purpose",
    "payment.failure_reason", "payment.details", "recurring_payment.description", "recurring_payment.amount",
    "quote.url", "event.data.*",
})  # fmt: skip
"""Properties that may have no value also where their trigger supplies them."""

TEXTS = ("subject", "message", "description")


def fallbacks(automation: Automation) -> Iterator[Finding]:
    """Find values in messages that may be missing and have neither a fallback nor a question before them."""
    groups = SUPPLIES.get(automation.trigger.on, frozenset())
    maybe = MAYBE if automation.trigger.on != Fact.ORDER_PAID else MAYBE | {"payment.amount", "payment.method"}
    reader = _Reader(maybe)
    reader.steps(automation.steps, document=bool(groups & {"invoice", "payment_link"}))
    yield from reader.findings


@dataclass(slots=True)
class _Reader:
    """Walks through the steps and knows whether every way to them has made a document."""

    maybe: frozenset[str]
    findings: list[Finding]

    def __init__(self, maybe: frozenset[str]) -> None:
        self.maybe = maybe
        self.findings = []

    def steps(self, steps: tuple[Step, ...], *, document: bool) -> bool:
        """Return whether every way through some steps has made a document."""
        for step in steps:
            if isinstance(step, IfStep):
                ways = [self.steps(way, document=document) for way in (step.then, step.otherwise)]
                document = all(ways)
            elif isinstance(step, ActStep):
                document = document or isinstance(step.settings, RequestPayment | IssuePaidInvoice)
                self._texts(step, document=document)
        return document

    def _texts(self, step: ActStep, *, document: bool) -> None:
        for key in TEXTS:
            text = getattr(step.settings, key, None)
            for name, line in unguarded(text) if text else ():
                if general(name) in self.maybe or (name.startswith(("invoice.", "payment_link.")) and not document):
                    at = step_at(step.path, step.settings.action, key)
                    self.findings.append(found(Code.NO_FALLBACK, at, line=line, name=name))


def channels(automation: Automation, business: Business) -> Iterator[Finding]:
    """Find channels that a step names and its business does not use."""
    for step in walk(automation.steps):
        if isinstance(step, ActStep) and isinstance(step.settings, Wording):
            for channel in _lacking(step.settings.channels or (), business.channels):
                at = step_at(step.path, step.settings.action, "channels")
                yield found(Code.NO_CHANNEL, at, channel=channel)


def _lacking(wanted: Iterable[str], had: Iterable[str]) -> list[str]:
    known = set(had)
    return [channel for channel in wanted if channel not in known]
