"""Money given back by automations and people: never more than was paid, with a credit note where a document asked."""

from collections.abc import Iterable, Sequence
from typing import Any

from models.apportioning import FULL
from models.automation import Run
from models.cancelling import ending_of
from models.charge import Charge
from models.flow import Act
from models.identifiers import stamp
from models.payment import Payment, PaymentStatus
from models.reckoning import Reckoned, reckon
from models.refunding import refund
from models.refusals import RefusedError, show
from models.requesting import scope_of_request
from models.settling import charges_on
from models.shop import Shop
from models.steps import Refund

LAST = "\uffff"
"""Sorts behind every source and id: what is given back was there before."""


def give_back(shop: Shop, run: Run, op: Act) -> Reckoned | None:
    """Give back what a step says of the money that was paid for the run's subject; None where none was.

    A sum makes the charges so much smaller, all of it ends them. Money that is the client's credit just goes back.
    """
    settings = op.settings
    assert isinstance(settings, Refund)
    cause = f"{run.id} {op.label}"
    payment = shop.payments.get(run.subjects.get("payment")) if run.trigger.startswith("payment.") else None
    charges = _charges_of_payment(shop, payment) if payment else _charges(shop, run)
    if settings.amount is not None:
        charges = [charge for charge in charges if charge.currency == settings.amount.currency]
    most = settings.amount.amount if settings.amount is not None else None
    taken, left = _take(shop, charges, most, payment, cause)
    reckoned = reckon(shop, taken) if taken else Reckoned()
    other = settings.amount is not None and payment is not None and settings.amount.currency != payment.currency
    credit = _give_credit_back(shop, payment, left) if payment and not other else 0
    return reckoned if taken or credit else None


def give_back_on(
    shop: Shop,
    charges: Sequence[Charge],
    amount: int | None,
    cause: str,
    *,
    currency: str | None = None,
    payment: Payment | None = None,
) -> Reckoned:
    """Give back what was paid on charges, or a sum of it; more than was paid is refused.

    They are those of one document or order; a sum comes off those in its currency. With a payment only its money goes
    back.
    """
    of = charges[0].currency if charges else shop.business.currency
    if amount is not None and any(charge.currency == currency for charge in charges):
        of = currency or of
        charges = [charge for charge in charges if charge.currency == of]
    wanted = of if amount is None else currency or of
    _require_paid(sum(_paid(shop, charge, payment) for charge in charges), amount, of, wanted)
    taken, _ = _take(shop, charges, amount, payment, cause)
    return reckon(shop, taken)


def _require_paid(paid: int, amount: int | None, currency: str, wanted: str) -> None:
    """Refuse to give back what was not received (R28)."""
    if wanted != currency:
        raise RefusedError(f"Money can't be given back in {wanted}: it was paid in {currency}.")
    if paid <= 0:
        raise RefusedError("Nothing can be given back: nothing was paid, or all of it went back already.")
    if amount is not None and not 0 < amount <= paid:
        raise RefusedError(
            f"{show(amount, currency)} can't be given back: {show(paid, currency)} is left of what was paid. Give back "
            "at most that."
        )


def give_back_payment(
    shop: Shop, payment: Payment, amount: int | None, cause: str, *, currency: str | None = None
) -> Reckoned:
    """Give back a payment or a sum of it: first what is the client's credit, then what it paid for (R28)."""
    if payment.status == PaymentStatus.REVERSED:
        raise RefusedError(f"Payment {payment.id} proved not to exist: there is nothing to give back.")
    charges = _charges_of_payment(shop, payment)
    used = sum(_paid(shop, charge, payment) for charge in charges)
    _require_paid(used + payment.available, amount, payment.currency, currency or payment.currency)
    credit = _give_credit_back(shop, payment, amount)
    taken, _ = _take(shop, charges, None if amount is None else amount - credit, payment, cause)
    return reckon(shop, taken) if taken else Reckoned()


def lessen(shop: Shop, charge: Charge, amount: int, cause: str) -> None:
    """Note that a charge is credited by an amount; whoever paid for it keeps that as credit (R10)."""
    _note(shop, charge, amount, None, cause, credit=True)


def _take(
    shop: Shop, charges: Iterable[Charge], most: int | None, payment: Payment | None, cause: str
) -> tuple[list[Charge], int | None]:
    """Note on charges what goes back of their money, at most a sum; return those that have any, and what is left."""
    left = most
    taken: list[Charge] = []
    for charge in charges:
        part = _paid(shop, charge, payment) if left is None else min(left, _paid(shop, charge, payment))
        if part > 0 and not _known(charge, cause):
            amount = FULL if left is None and payment is None else part
            _note(shop, charge, amount, payment, cause)
            taken.append(charge)
            left = None if left is None else left - part
    return taken, left


def _charges(shop: Shop, run: Run) -> list[Charge]:
    invoice = shop.invoices.get(run.subjects.get("invoice"))
    if run.trigger.startswith("invoice."):
        return charges_on(shop, invoice) if invoice else []
    found = scope_of_request(shop, run.trigger, run.contact_id, run.subjects)
    return sorted(found, key=lambda charge: (charge.due_on, charge.position, charge.id))


def _charges_of_payment(shop: Shop, payment: Payment) -> list[Charge]:
    ids = dict.fromkeys(part.charge_id for part in shop.allocations.by("payment_id", payment.id))
    return [charge for id_ in ids if (charge := shop.charges.get(id_))]


def _paid(shop: Shop, charge: Charge, payment: Payment | None) -> int:
    """Return the money on a charge, or what one payment has there."""
    if payment is None:
        return charge.settled
    parts = shop.allocations.by("payment_id", payment.id)
    return sum(part.amount for part in parts if part.charge_id == charge.id)


def _known(charge: Charge, cause: str) -> bool:
    told = charge.given_back if isinstance(charge.given_back, list) else []
    return any(one["cause"] == cause for one in told)


def _note(
    shop: Shop, charge: Charge, amount: str | int, payment: Payment | None, cause: str, *, credit: bool = False
) -> None:
    """Write down that money goes back, after everything that has happened to the charge."""
    told = charge.given_back if isinstance(charge.given_back, list) else []
    at = max([stamp(shop.now, LAST, cause), *(f"{before}{LAST}" for before in _stamps(shop, charge))])
    one: dict[str, Any] = {"stamp": at, "amount": amount, "cause": cause}
    one |= ({"payment": payment.id} if payment else {}) | ({"credit": True} if credit else {})
    charge.given_back = [*told, one]


def _stamps(shop: Shop, charge: Charge) -> Iterable[str]:
    ending = ending_of(shop, charge)
    if ending is not None:
        yield ending.stamp
    for part in shop.allocations.by("charge_id", charge.id):
        yield shop.payments[part.payment_id].stamp


def _give_credit_back(shop: Shop, payment: Payment, left: int | None) -> int:
    """Refund what of a payment is the client's credit; return how much."""
    if payment.status == PaymentStatus.REVERSED:
        return 0
    amount = payment.available if left is None else min(left, payment.available)
    if amount:
        refund(shop, payment, None, amount, None, None)
    return amount
