"""Taking money by card: what is asked for, what is in the way, and what is looked at again right before (R5, R12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.card import IN_DOUBT, CardAttempt, CardKind, CardState
from models.card_declines import ASK_FOR_CARD, said_by, tell_failed, tell_given_up
from models.card_settings import CONSENT, NO_CARD, VIRTUAL, CardSettings, cards_of
from models.charge import Charge
from models.contact import Mandate
from models.holding import holds_on
from models.invoice import DocumentStatus, Invoice
from models.refusals import RefusedError, show
from models.settling import charges_on, document_of
from models.shop import Shop

REUSED = timedelta(minutes=5)
"""A page is handed out again as long as it stays open for so much longer."""
SENDING_LEASE = timedelta(seconds=60)
"""How long a call stays its caller's own: longer than the answer of any provider may take."""


class CardRefusedError(RefusedError):
    """A card can't be charged, or a page can't be opened; `code` is the reason in one word."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Debt:
    """What a card is asked for, in minor units.

    `target` is what the money is for, as a payment's (`invoice:ID`, `order:ID`, `charge:ID`); without it the client's
    debts, oldest first, then credit. `charge_ids` name the charges where no document does.
    """

    contact_id: str
    amount: int
    currency: str
    target: str | None = None
    charge_ids: tuple[str, ...] = ()
    invoice_id: str | None = None
    link_id: str | None = None
    description: str = ""
    answers: dict[str, Any] | None = None


def debt_of(invoice: Invoice, amount: int | None = None) -> Debt:
    """Return what is open on a document, or a part of it, as a debt."""
    due = invoice.amount_due if amount is None else amount
    number = invoice.number or invoice.id
    return Debt(invoice.contact_id, due, invoice.currency, f"invoice:{invoice.id}", (), invoice.id, description=number)


def settings_of(shop: Shop) -> CardSettings:
    """Return how a business takes cards, or refuse."""
    settings = cards_of(shop.business)
    if settings is None:
        raise CardRefusedError(
            "no_provider",
            f"{shop.business.name} takes no cards. Write `cards: {{provider: sandbox}}`, or another provider, under "
            "`business` in its shop file.",
        )
    return settings


def planned_for(shop: Shop, invoice: Invoice) -> CardAttempt | None:
    """Return the charge of a saved card that may still pay a document, if there is one."""
    charges = {charge.id for charge in charges_on(shop, invoice)}
    for attempt in shop.attempts.by("contact_id", invoice.contact_id):
        about = attempt.invoice_id == invoice.id or not charges.isdisjoint(attempt.charge_ids)
        if about and attempt.live and attempt.kind == CardKind.CHARGE:
            return attempt
    return None


def attempts_on(shop: Shop, debt: Debt) -> list[CardAttempt]:
    """Return the attempts for any of the same charges from which money may still come."""
    wanted = charges_of(shop, debt.invoice_id, debt.charge_ids)
    return [
        attempt
        for attempt in shop.attempts.by("contact_id", debt.contact_id)
        if attempt.live
        and attempt.kind != CardKind.REFUND
        and ((debt.target is not None and attempt.target == debt.target) or wanted & _charges_of(shop, attempt))
    ]


def _charges_of(shop: Shop, attempt: CardAttempt) -> set[str]:
    return charges_of(shop, attempt.invoice_id, attempt.charge_ids)


def charges_of(shop: Shop, invoice_id: str | None, charge_ids: Iterable[str]) -> set[str]:
    """Return the ids of the charges that a debt is about."""
    invoice = shop.invoices.get(invoice_id) if invoice_id else None
    return {*charge_ids, *(charge.id for charge in (charges_on(shop, invoice) if invoice else ()))}


def begin_checkout(shop: Shop, debt: Debt, lease: str) -> CardAttempt:
    """Return the attempt by which a client pays on the provider's page: the one that is open for it, or a new one.

    While it is in doubt whether a saved card was charged for the same debt, nobody is let in to pay it twice.
    """
    settings = settings_of(shop)
    before = attempts_on(shop, debt)
    if any(attempt.kind == CardKind.CHARGE and attempt.state in IN_DOUBT for attempt in before):
        raise CardRefusedError("in_doubt", "A card is being charged for this just now. Look again in a few minutes.")
    for attempt in before:
        if _is_open_for(shop, attempt, debt):
            attempt.answers = debt.answers or attempt.answers
            return attempt
    attempt = _attempt(shop, CardKind.CHECKOUT, settings, debt)
    attempt.state, attempt.lease, attempt.ask_at = CardState.SENDING, lease, shop.now + SENDING_LEASE
    return shop.attempts.add(attempt)


def _is_open_for(shop: Shop, attempt: CardAttempt, debt: Debt) -> bool:
    same = (attempt.amount, attempt.currency, attempt.target) == (debt.amount, debt.currency, debt.target)
    lasts = attempt.expires_at is None or attempt.expires_at > shop.now + REUSED
    return attempt.state == CardState.OPEN and attempt.url is not None and same and lasts


def _attempt(shop: Shop, kind: CardKind, settings: CardSettings, debt: Debt) -> CardAttempt:
    if debt.amount <= 0:
        raise CardRefusedError("nothing_due", "There is nothing to pay.")
    return CardAttempt(
        shop.id,
        shop.key("card", kind, debt.target or debt.contact_id, shop.next_serial()),
        kind,
        settings.provider,
        debt.amount,
        debt.currency,
        shop.now,
        contact_id=debt.contact_id,
        target=debt.target,
        charge_ids=list(debt.charge_ids),
        invoice_id=debt.invoice_id,
        link_id=debt.link_id,
        description=debt.description,
        answers=debt.answers,
        cause=shop.cause.plain() if shop.cause else None,
        depth=shop.cause.depth if shop.cause else 0,
    )


def saved_card(shop: Shop, contact_id: str, provider: str) -> Mandate | None:
    """Return the card that a client lets us charge, if there is one that can be charged."""
    agreed = [one for one in shop.mandates.by("contact_id", contact_id) if one.ended_at is None]
    live = [one for one in agreed if one.provider == provider and dead_by(shop, one) is None]
    own = max(live, key=lambda one: one.agreed_at, default=None)
    if provider != VIRTUAL:
        return own
    if own is None and agreed:
        return None
    if own is None:
        id_ = shop.key("man", contact_id)
        own = shop.mandates.add(Mandate(shop.id, id_, contact_id, VIRTUAL, "ok", CONSENT, shop.now))
    return own if own.reference != NO_CARD else None


def dead_by(shop: Shop, mandate: Mandate) -> CardAttempt | None:
    """Return the try by which a saved card is known to be lost, stolen or expired, if there is one."""
    tries = shop.attempts.by("contact_id", mandate.contact_id)
    return next((one for one in tries if one.mandate_id == mandate.id and one.card_is_dead), None)


def chargeable(shop: Shop, contact_id: str, amount: int, currency: str) -> tuple[CardSettings, Mandate]:
    """Return how cards are taken, and the saved card of a client that may be charged for so much; or refuse."""
    settings = settings_of(shop)
    mandate = saved_card(shop, contact_id, settings.provider)
    if mandate is None:
        raise CardRefusedError("no_card", f"{_no_card(shop, contact_id)} {ASK_FOR_CARD.format(client=contact_id)}")
    capped_in = mandate.currency or currency
    if mandate.cap is not None and (amount > mandate.cap or capped_in != currency):
        raise CardRefusedError(
            "over_cap",
            f"Client {contact_id} lets the card be charged up to {show(mandate.cap, capped_in)} a time: "
            "ask for it otherwise.",
        )
    return settings, mandate


def _no_card(shop: Shop, contact_id: str) -> str:
    """Return why no saved card of a client may be charged, as a sentence."""
    agreed = [one for one in shop.mandates.by("contact_id", contact_id) if one.ended_at is None]
    for mandate in sorted(agreed, key=lambda one: one.agreed_at, reverse=True):
        if attempt := dead_by(shop, mandate):
            called = f" ({mandate.label})" if mandate.label else ""
            return f"The saved card{called} of client {contact_id} is charged no more: {said_by(attempt)}."
    return f"Client {contact_id} has no saved card that may be charged."


def plan_charge(shop: Shop, debt: Debt) -> CardAttempt:
    """Plan to charge the client's saved card at once; a try that is planned for later is brought forward.

    Never two for one debt: what is under way, or in doubt, is refused.
    """
    settings, mandate = chargeable(shop, debt.contact_id, debt.amount, debt.currency)
    for attempt in attempts_on(shop, debt):
        if attempt.kind == CardKind.CHARGE:
            return _bring_forward(shop, attempt)
    attempt = _attempt(shop, CardKind.CHARGE, settings, debt)
    attempt.mandate_id, attempt.due_at = mandate.id, shop.now
    return shop.attempts.add(attempt)


def _bring_forward(shop: Shop, attempt: CardAttempt) -> CardAttempt:
    if attempt.state != CardState.PREPARED:
        raise CardRefusedError("in_doubt", "The card is being charged for this already; what comes of it is not known.")
    if attempt.due_at is not None:
        attempt.due_at = min(attempt.due_at, shop.now)
    return attempt


def take_up(shop: Shop, attempt: CardAttempt, lease: str) -> bool:
    """Take a due attempt in hand: it is `sending` when this is committed; what is not wanted any more is cancelled."""
    if shop.stops.everything or shop.stops.money:
        attempt.held_at, attempt.due_at = attempt.held_at or attempt.due_at, None
        return False
    if attempt.kind == CardKind.CHARGE and not _still_wanted(shop, attempt):
        attempt.state, attempt.due_at, attempt.held_at, attempt.ended_at = CardState.CANCELLED, None, None, shop.now
        return False
    if attempt.kind == CardKind.CHARGE and (declined := _known_as_dead(shop, attempt)):
        attempt.state, attempt.due_at, attempt.held_at, attempt.ended_at = CardState.FAILED, None, None, shop.now
        attempt.failure_code, attempt.failure_reason = "no_card", declined.failure_reason
        tell_failed(shop, attempt)
        tell_given_up(shop, attempt)
        return False
    attempt.state, attempt.lease = CardState.SENDING, lease
    attempt.due_at, attempt.held_at, attempt.ask_at = None, None, shop.now + SENDING_LEASE
    return True


def _still_wanted(shop: Shop, attempt: CardAttempt) -> bool:
    """Look once more, right before the card is charged, whether so much is still owed; charge no more than that (R5).

    A try that was sent is never changed: its key stands for its amount.
    """
    mandate = _card_for(shop, attempt)
    if mandate is None:
        return False
    if attempt.calls == 0:
        attempt.mandate_id = mandate.id
    amount = to_be_charged(shop, attempt)
    attempt.amount = amount or attempt.amount
    return amount > 0


def _card_for(shop: Shop, attempt: CardAttempt) -> Mandate | None:
    """Return the card of an attempt, or the one in its place by now; a dead one only where there is no other."""
    mandate = shop.mandates.get(attempt.mandate_id)
    agreed = mandate if mandate is not None and mandate.ended_at is None else None
    if agreed is not None and dead_by(shop, agreed) is None:
        return agreed
    placed = (one for one in shop.mandates.by("contact_id", attempt.contact_id or "") if one.ended_at is None)
    dead = (one for one in placed if one.provider == attempt.provider)
    return saved_card(shop, attempt.contact_id or "", attempt.provider) or agreed or next(dead, None)


def _known_as_dead(shop: Shop, attempt: CardAttempt) -> CardAttempt | None:
    """Return by which attempt the card of this one has become known as lost, stolen or expired."""
    mandate = shop.mandates.get(attempt.mandate_id)
    return dead_by(shop, mandate) if mandate is not None else None


def to_be_charged(shop: Shop, attempt: CardAttempt) -> int:
    """Return how much a planned try would charge by now: no more than is open, and nothing else than was sent before.

    Nothing means that it is called off when it is due.
    """
    open_ = still_open(shop, attempt)
    if attempt.calls == 0:
        return max(min(attempt.amount, open_), 0)
    return attempt.amount if open_ >= attempt.amount else 0


def still_open(shop: Shop, attempt: CardAttempt) -> int:
    """Return what is still to be paid of what an attempt is for; what is held is not asked for."""
    invoice = shop.invoices.get(attempt.invoice_id) if attempt.invoice_id else None
    if invoice is not None:
        asked = invoice.status == DocumentStatus.ISSUED and not holds_on(shop, invoice)
        return invoice.amount_due if asked else 0
    charges: list[Charge] = [charge for id_ in attempt.charge_ids if (charge := shop.charges.get(id_))]
    return sum(charge.open for charge in charges if not _held_back(shop, charge))


def _held_back(shop: Shop, charge: Charge) -> bool:
    """Whether a charge stands by now on an issued document that is held, void or given up."""
    document = document_of(shop, charge)
    if document is None or document.status == DocumentStatus.DRAFT:
        return False
    return document.status != DocumentStatus.ISSUED or bool(holds_on(shop, document))
