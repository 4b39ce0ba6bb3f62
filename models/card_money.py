"""Money that moved by card, or did not: what a provider's report makes true (R12, R15-R17, R28)."""

from datetime import timedelta

from models.bookkeeping import enter
from models.card import IN_DOUBT, CardAttempt, CardKind, CardState, attempt_of, payment_by
from models.card_declines import said_by, tell_failed, tell_given_up
from models.card_reports import CardOutcome, CardReport
from models.card_settings import CONSENT, cards_of
from models.collecting import SENDING_LEASE
from models.contact import Mandate
from models.facts import raise_fact
from models.identifiers import stamp
from models.link_money import make_ready
from models.payer import known_contact
from models.paying import take, tell_paid_twice
from models.receiving import Told, aim, payment_of, receive
from models.refusals import show
from models.releasing import look_again
from models.shop import Cause, Shop, tell_owner

PROVIDER = "/cards"
"""Where what providers tell comes from, as the source of an event."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720, 1440))
"""Waits while the provider is away, or has nothing new to say; the last one goes on for ever."""
IN_DOUBT_FOR_LONG = 5
"""So many answers in vain, and the owner is told."""
CALLS = len(BACKOFF)
"""A charge for which the provider was away so often has failed; a refund never gives up."""


def backoff(times: int) -> timedelta:
    """Return how long to wait after so many calls in vain."""
    return BACKOFF[min(times, len(BACKOFF) - 1)]


def record(shop: Shop, report: CardReport) -> None:
    """Record what a provider says of an attempt; said again, or by a worker whose lease ended, it does nothing."""
    attempt = shop.attempts.get(attempt_of(report.key))
    if attempt is None:
        _strange(shop, report)
    elif report.lease is None or report.lease == attempt.lease:
        with shop.caused_by(_cause_of(attempt)):
            _record(shop, attempt, report)


def _cause_of(attempt: CardAttempt) -> Cause:
    """Return what made an attempt, so that what follows from it is known to come from there (R21)."""
    told = attempt.cause if isinstance(attempt.cause, dict) else {"act": str(attempt.kind)}
    return Cause(**told, depth=attempt.depth)


def _record(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    if report.outcome is CardOutcome.SUCCEEDED:
        _succeeded(shop, attempt, report)
    elif attempt.live and attempt.key == report.key:
        _OTHERWISE[report.outcome](shop, attempt, report)


def _strange(shop: Shop, report: CardReport) -> None:
    """Tell the owner of money that nobody here asked for."""
    if report.outcome is CardOutcome.SUCCEEDED:
        known = report.amount is not None and report.currency is not None
        money = show(report.amount or 0, report.currency or "") if known else "money"
        tell_owner(
            shop,
            "unknown_card_payment",
            f"The card provider tells of {money} as {report.reference}, which "
            "was not asked for here: look at the provider's own pages, then book it or give it back there.",
        )


def _end(shop: Shop, attempt: CardAttempt, state: CardState) -> None:
    look_again(shop, attempt)
    attempt.state, attempt.lease, attempt.ended_at = state, None, shop.now
    attempt.due_at = attempt.ask_at = attempt.held_at = None


def _succeeded(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    if attempt.kind == CardKind.REFUND:
        _given_back(shop, attempt, report)
    else:
        _received(shop, attempt, report)


def _received(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Book the money as any payment, once for each try that succeeded (R17)."""
    id_ = payment_by(report.key)
    if id_ in shop.payments:
        return
    attempt.reference = report.reference or attempt.reference
    if attempt.key == report.key or not attempt.live:
        _end(shop, attempt, CardState.SUCCEEDED)
        attempt.payment_id, attempt.failure_code, attempt.failure_reason = id_, None, None
    if report.card is not None:
        _keep_card(shop, attempt, report)
    payment = payment_of(shop, id_)
    payment.provider, payment.provider_reference = attempt.provider, report.reference
    payment.answers = attempt.answers
    link = shop.links.get(attempt.link_id)
    if link is not None:
        make_ready(shop, link)
    aim(shop, payment, attempt.charge_ids)
    amount, currency = report.amount or attempt.amount, report.currency or attempt.currency
    told = Told(attempt.contact_id or "", amount, currency, "card", shop.now, stamp(shop.now, PROVIDER, id_))
    receive(shop, payment, told, attempt.target)
    raise_fact(
        shop,
        "payment.succeeded",
        contact_id=attempt.contact_id,
        payment=id_,
        invoice=attempt.invoice_id,
        link=attempt.link_id,
        attempt=attempt.id,
    )
    alerts = len(shop.alerts)
    take(shop, payment)
    if payment.available and attempt.target and len(shop.alerts) == alerts:
        tell_paid_twice(shop, payment, payment.available)


def _keep_card(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Keep a card that the client lets us charge again; the one before, whose place it takes, is to be forgotten.

    Not before a call is over that may charge it just now.
    """
    assert report.card is not None
    if attempt.contact_id is None:
        return
    holder = known_contact(shop, attempt.contact_id)
    kept = (attempt.provider, report.card.reference)
    for mandate in shop.mandates.by("contact_id", holder.id):
        if mandate.ended_at is None:
            mandate.ended_at = shop.now
            if (mandate.provider, mandate.reference) != kept:
                mandate.forget_at = shop.now + SENDING_LEASE
    shop.mandates.add(
        Mandate(
            shop.id,
            shop.key("man", attempt.id, report.card.reference),
            holder.id,
            attempt.provider,
            report.card.reference,
            CONSENT,
            shop.now,
            label=report.card.label,
        )
    )


def _given_back(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Note that the provider has given the money back."""
    if attempt.state == CardState.SUCCEEDED:
        return
    _end(shop, attempt, CardState.SUCCEEDED)
    attempt.reference, attempt.failure_code, attempt.failure_reason = report.reference, None, None
    refund = shop.refunds.get(attempt.refund_id)
    if refund is not None:
        refund.status, refund.provider_reference = "paid_out", report.reference
    enter(shop, "refund_paid_out", attempt.refund_id or attempt.id, amount=attempt.amount, currency=attempt.currency)


def _opened(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Note that the client is on the provider's page, or that the provider works on it; it is asked by and by."""
    attempt.calls = attempt.calls + 1 if attempt.state == CardState.OPEN else 0
    attempt.state, attempt.lease, attempt.due_at = CardState.OPEN, None, None
    attempt.url, attempt.expires_at = report.url or attempt.url, report.expires_at or attempt.expires_at
    attempt.reference = report.reference or attempt.reference
    attempt.failure_code, attempt.failure_reason = report.code, report.reason
    attempt.ask_at = shop.now + backoff(attempt.calls)
    if attempt.expires_at is not None:
        attempt.ask_at = max(min(attempt.ask_at, attempt.expires_at), shop.now + BACKOFF[0])


def _declined(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Note a soft decline; the card is tried again on the business's schedule."""
    settings = cards_of(shop.business)
    wait = settings.next_try(attempt.tries) if settings and attempt.kind == CardKind.CHARGE else None
    if wait is None:
        _failed(shop, attempt, report)
        return
    _did_not_move(shop, attempt, report)
    attempt.state, attempt.ended_at = CardState.PREPARED, None
    attempt.tries, attempt.calls, attempt.due_at = attempt.tries + 1, 0, shop.now + wait


def _failed(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Note that the money did not move, and will not."""
    _did_not_move(shop, attempt, report)
    if attempt.kind == CardKind.CHARGE:
        tell_given_up(shop, attempt)


def _did_not_move(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    _end(shop, attempt, CardState.FAILED)
    attempt.reference = report.reference or attempt.reference
    attempt.failure_code, attempt.failure_reason = report.code, report.reason
    if attempt.kind == CardKind.CHARGE:
        tell_failed(shop, attempt)
    elif attempt.kind == CardKind.REFUND:
        _pay_out_otherwise(shop, attempt)


def _pay_out_otherwise(shop: Shop, attempt: CardAttempt) -> None:
    """Let the owner pay out what the provider refuses to give back (R28)."""
    refund = shop.refunds.get(attempt.refund_id)
    if refund is not None:
        refund.status = "recorded"
    tell_owner(
        shop,
        "refund_to_pay_out",
        f"The card provider does not give back {show(attempt.amount, attempt.currency)} of payment "
        f"{attempt.payment_id}: {said_by(attempt)}. Pay it out otherwise.",
        contact_id=attempt.contact_id,
        refund=attempt.refund_id,
    )


def _expired(shop: Shop, attempt: CardAttempt, _report: CardReport) -> None:
    _end(shop, attempt, CardState.EXPIRED)


def _absent(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Let a call that never arrived be made again under the same key; a page that was never opened is over."""
    if attempt.kind == CardKind.CHECKOUT:
        _end(shop, attempt, CardState.EXPIRED)
    else:
        _again(shop, attempt, report)


def _again(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Call once more: at once where it never arrived, later where the provider is away; nothing has moved."""
    if attempt.kind == CardKind.CHECKOUT or (attempt.kind == CardKind.CHARGE and attempt.calls >= CALLS):
        _failed(shop, attempt, report)
        return
    attempt.state, attempt.lease, attempt.ask_at = CardState.PREPARED, None, None
    attempt.failure_code, attempt.failure_reason = report.code, report.reason
    attempt.due_at = shop.now + (backoff(attempt.calls) if report.outcome is CardOutcome.RETRY else timedelta(0))
    attempt.calls += 1


def _doubtful(shop: Shop, attempt: CardAttempt, report: CardReport) -> None:
    """Ask the provider what became of it, until it says (R12)."""
    if attempt.state in IN_DOUBT:
        attempt.calls = attempt.calls + 1 if attempt.state == CardState.UNCERTAIN else 0
        attempt.state = CardState.UNCERTAIN
    attempt.lease, attempt.due_at = None, None
    attempt.failure_reason = report.reason
    attempt.ask_at = shop.now + backoff(attempt.calls)
    if attempt.calls == IN_DOUBT_FOR_LONG:
        _tell_doubt(shop, attempt)


def _tell_doubt(shop: Shop, attempt: CardAttempt) -> None:
    """Let the owner look for himself; the provider goes on being asked."""
    tell_owner(
        shop,
        "uncertain_card",
        f"It is not known whether {show(attempt.amount, attempt.currency)} moved by card ({attempt.key}), and "
        f"the provider does not say: {(attempt.failure_reason or 'no answer').rstrip('.')}. Look at its own pages.",
        contact_id=attempt.contact_id,
        attempt=attempt.id,
    )


_OTHERWISE = {
    CardOutcome.OPEN: _opened,
    CardOutcome.DECLINED: _declined,
    CardOutcome.REFUSED: _failed,
    CardOutcome.EXPIRED: _expired,
    CardOutcome.ABSENT: _absent,
    CardOutcome.RETRY: _again,
    CardOutcome.UNKNOWN: _doubtful,
}
