"""Calls to card providers: a few at once, each told as a value whatever goes wrong (R12)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace

from models.card import CardAttempt, CardKind
from models.card_money import record
from models.card_reports import CardOutcome, CardReport
from models.card_settings import cards_of
from models.errors import ConfigurationError, told
from models.shop import Shop
from tasks.gateways.cards import Account, Capability, CardProvider, CardProviders, Debit, Return

AT_ONCE = 8
"""So many calls are made side by side; a process that is killed leaves no more of them in doubt."""


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt in hand: whose it is, on which card, or of which payment, and how much that was."""

    attempt: CardAttempt
    account: Account
    lease: str
    card: str | None = None
    paid_as: str | None = None
    paid: int | None = None

    @property
    def business_id(self) -> str:
        """The tenant."""
        return self.attempt.business_id

    @property
    def row(self) -> tuple[str, str]:
        """The attempt."""
        return "card_attempts", self.attempt.id


def call_of(shop: Shop, attempt: CardAttempt, lease: str) -> Call:
    """Return an attempt that is in hand as a call, with what its provider must be told."""
    settings = cards_of(shop.business)
    mandate = shop.mandates.get(attempt.mandate_id)
    payment = shop.payments.get(attempt.payment_id)
    return Call(
        copy(attempt),
        Account(shop.id, settings.account if settings else None),
        lease,
        mandate.reference if mandate else None,
        payment.provider_reference if payment else None,
        payment.amount if payment else None,
    )


def carry_out(providers: CardProviders, calls: Sequence[Call]) -> list[CardReport]:
    """Charge cards and give money back; return what became of each."""
    return _each(calls, lambda call: _move(providers.of(call.attempt.provider), call))


def ask(providers: CardProviders, calls: Sequence[Call]) -> list[CardReport]:
    """Ask what became of attempts; who can't be asked now is asked again."""
    reports = _each(calls, lambda call: _look_up(providers.of(call.attempt.provider), call))
    silent = CardOutcome.RETRY
    return [replace(one, outcome=CardOutcome.UNKNOWN) if one.outcome is silent else one for one in reports]


def _each(calls: Sequence[Call], work: Callable[[Call], CardReport]) -> list[CardReport]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda call: replace(_told(call, work), lease=call.lease), calls))


def _told(call: Call, work: Callable[[Call], CardReport]) -> CardReport:
    """Return what a call came to; a provider that is not set up was never called, any other error leaves a doubt."""
    try:
        return work(call)
    except ConfigurationError as error:
        return CardReport(call.attempt.key, CardOutcome.RETRY, reason=str(error))
    except Exception as error:  # noqa: BLE001  # whatever a provider's library raises
        return CardReport(call.attempt.key, CardOutcome.UNKNOWN, reason=told(error))


def _move(provider: CardProvider, call: Call) -> CardReport:
    attempt = call.attempt
    if attempt.kind == CardKind.REFUND:
        if reason := gives_nothing_back(provider, attempt, call.paid):
            return CardReport(attempt.key, CardOutcome.REFUSED, code="unsupported", reason=reason)
        back = Return(attempt.key, attempt.amount, attempt.currency, call.paid_as or "")
        return provider.refund(call.account, back)
    if Capability.SAVED_CARDS not in provider.capabilities or call.card is None:
        reason = f"The card provider {provider.name} does not charge saved cards."
        return CardReport(attempt.key, CardOutcome.REFUSED, code="unsupported", reason=reason)
    debit = Debit(attempt.key, attempt.amount, attempt.currency, attempt.description or "", call.card)
    return provider.charge(call.account, debit)


def gives_nothing_back(provider: CardProvider, attempt: CardAttempt, paid: int | None) -> str | None:
    """Return why a provider can't give back so much of what was `paid`, as a sentence; None where it can (R28)."""
    if Capability.REFUNDS not in provider.capabilities:
        return "it gives no money back"
    if Capability.PARTIAL_REFUNDS not in provider.capabilities and paid not in {None, attempt.amount}:
        return "it gives back only all of a payment"
    return None


def leave_to_owner(shop: Shop, providers: CardProviders) -> None:
    """Leave refunds just planned that their provider can't carry out to the owner, who is told of each at once.

    A provider that is not set up here is not judged: whoever calls it will see.
    """
    for attempt in list(shop.attempts.fresh):
        payment = shop.payments.get(attempt.payment_id)
        if attempt.kind != CardKind.REFUND or not attempt.live or payment is None:
            continue
        try:
            reason = gives_nothing_back(providers.of(attempt.provider), attempt, payment.amount)
        except ConfigurationError:
            continue
        if reason:
            record(shop, CardReport(attempt.key, CardOutcome.REFUSED, code="unsupported", reason=reason))


def _look_up(provider: CardProvider, call: Call) -> CardReport:
    attempt = call.attempt
    return provider.look_up(call.account, attempt.kind, attempt.key, attempt.reference)
