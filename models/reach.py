"""Reach: how many clients and how much money a text would touch, judged by what has happened; what needs a yes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.automation import Run
from models.automation_file import Automation
from models.business import Business
from models.event_rows import FactRow
from models.money import major
from models.pausing import MONEY_STEPS
from models.requesting import scope_of_request
from models.shop import Shop
from models.steps import ActStep, AddCharge, walk
from models.vocabulary import Action

WRITES = frozenset({Action.SEND_EMAIL, Action.SEND_SMS}) | MONEY_STEPS
"""Actions that clients notice."""
BILLS = MONEY_STEPS - {Action.ADD_CHARGE}
"""Actions about the money that their trigger is about."""

Case = FactRow | Run
"""What a run begins with: a fact, or a run that waits."""


@dataclass(frozen=True, slots=True)
class Reach:
    """About so many clients, and so much money in minor units of each currency."""

    contacts: int = 0
    amounts: tuple[tuple[str, int], ...] = ()

    def needs_approval(self, business: Business) -> bool:
        """Whether it is more than a business lets anybody publish without being asked."""
        most = max((amount for _, amount in self.amounts), default=0)
        return self.contacts > business.approval_contacts or most > business.approval_amount

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept and shown."""
        return {"contacts": self.contacts, "amounts": dict(self.amounts)}

    def __str__(self) -> str:
        sums = [f"{major(amount, currency)} {currency}" for currency, amount in self.amounts]
        return " and ".join([f"about {self.contacts} clients", *sums])


@dataclass(frozen=True, slots=True)
class Proposal:
    """A publication that waits for approval: who asked when, what becomes of waiting runs, what it would touch."""

    by: str
    at: datetime
    waiting: str
    reach: Reach

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"by": self.by, "at": self.at.isoformat(), "waiting": self.waiting} | self.reach.plain()

    @classmethod
    def read(cls, kept: Any) -> "Proposal":
        """Return it from how it is kept."""
        reach = Reach(kept["contacts"], tuple(kept["amounts"].items()))
        return cls(kept["by"], datetime.fromisoformat(kept["at"]), kept["waiting"], reach)


@dataclass(frozen=True, slots=True)
class Sample:
    """Some cases out of many: those looked at, and how many cases and clients there are in all."""

    cases: Sequence[Case] = ()
    all_cases: int = 0
    all_contacts: int = 0

    def scaled(self, amount: int) -> int:
        """Return an amount of the sample as it would be of all cases."""
        return round(amount * self.all_cases / len(self.cases)) if self.cases else 0

    def contacts(self, some: Iterable[Case]) -> int:
        """Return how many clients these cases of the sample stand for."""
        seen = len({case.contact_id for case in self.cases})
        return round(len({case.contact_id for case in some}) * self.all_contacts / seen) if seen else 0


def reach_of(shop: Shop, automation: Automation, past: Sample, matching: Sequence[Case], waiting: Sample) -> Reach:
    """Return what an automation would touch: the cases that match, and the runs that would go on with it.

    A client of both is counted once, and so is a charge or a document.
    """
    kinds = {step.settings.action for step in walk(automation.steps) if isinstance(step, ActStep)}
    if not kinds & WRITES:
        return Reach()
    known = {case.contact_id for case in matching}
    others = [case for case in waiting.cases if case.contact_id not in known]
    totals: dict[str, int] = {}
    for sample, cases in ((past, matching), (waiting, waiting.cases)):
        for currency, amount in _amounts(shop, automation, kinds, cases).items():
            totals[currency] = totals.get(currency, 0) + sample.scaled(amount)
    amounts = tuple((currency, amount) for currency, amount in sorted(totals.items()) if amount)
    return Reach(past.contacts(matching) + waiting.contacts(others), amounts)


def _amounts(shop: Shop, automation: Automation, kinds: set[Action], cases: Sequence[Case]) -> dict[str, int]:
    """Return by currency what cases are about, billed or not, with the charges that each of them would add."""
    owed = {key: sum_ for case in cases for key, sum_ in _about(shop, case).items()} if kinds & BILLS else {}
    fees = [
        step.settings.price
        for step in walk(automation.steps)
        if isinstance(step, ActStep) and isinstance(step.settings, AddCharge)
    ]
    totals: dict[str, int] = {}
    for currency, amount in [*owed.values(), *((fee.currency, fee.amount * len(cases)) for fee in fees)]:
        totals[currency] = totals.get(currency, 0) + amount
    return totals


def _about(shop: Shop, case: Case) -> dict[str, tuple[str, int]]:
    """Return the money that a case is about, by what it lies on: a payment, a document, or charges."""
    trigger = case.type if isinstance(case, FactRow) else case.trigger
    payment = shop.payments.get(case.subjects.get("payment"))
    if payment is not None:
        return {payment.id: (payment.currency, payment.amount)}
    document = shop.invoices.get(case.subjects.get("invoice"))
    if document is not None:
        return {document.id: (document.currency, document.total)}
    charges = scope_of_request(shop, trigger, case.contact_id, case.subjects)
    return {charge.id: (charge.currency, charge.amount) for charge in charges}
