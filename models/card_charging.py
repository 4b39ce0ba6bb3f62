"""Charging saved cards: for what a step, a person or a recurring payment is about (R5, R8, R17)."""

from collections.abc import Iterable
from typing import Any

from models.automation import Run
from models.card import CardAttempt
from models.charge import Charge
from models.collecting import CardRefusedError, Debt, debt_of, plan_charge
from models.holding import held_in_words, holds_on
from models.invoice import DocumentStatus, Invoice
from models.payer import payer_of
from models.requesting import scope_of_request
from models.settling import document_of
from models.shop import Shop, skip, tell_owner

LONGEST = 100
"""Characters of what a bank's statement may say."""


def charge_for_run(shop: Shop, run: Run) -> str | None:
    """Charge the saved card for what a run is about; return why nothing is charged, or None."""
    reasons: list[str] = []
    debts = debts_of_run(shop, run)
    for debt in debts:
        try:
            plan_charge(shop, debt)
        except CardRefusedError as error:
            reasons.append(error.code)
    if len(reasons) < len(debts):
        return None
    return reasons[0] if reasons else "nothing_due"


def debts_of_run(shop: Shop, run: Run) -> list[Debt]:
    """Return what is open of what a run is about: its document, those it made, its charges."""
    if run.trigger == "payment.failed":
        failed = shop.attempts.get(run.subjects.get("attempt"))
        invoices, charges = _of_attempt(shop, failed) if failed else ([], [])
    else:
        ids = [run.subjects.get("invoice")] if run.trigger.startswith("invoice.") else run.made
        invoices = [invoice for id_ in ids if (invoice := shop.invoices.get(id_))]
        scope = (
            []
            if run.trigger.startswith("invoice.")
            else scope_of_request(shop, run.trigger, run.contact_id, run.subjects)
        )
        charges = list(scope)
    return debts_of(shop, charges, invoices)


def _of_attempt(shop: Shop, attempt: CardAttempt) -> tuple[list[Invoice], list[Charge]]:
    invoice = shop.invoices.get(attempt.invoice_id) if attempt.invoice_id else None
    charges = [charge for id_ in attempt.charge_ids if (charge := shop.charges.get(id_))]
    return [invoice] if invoice else [], charges


def debts_of(shop: Shop, charges: Iterable[Charge], invoices: Iterable[Invoice] = ()) -> list[Debt]:
    """Return what is open as debts: each document, and what no document holds by payer and currency."""
    charges = list(charges)
    held = [document for charge in charges if (document := document_of(shop, charge))]
    documents = {invoice.id: invoice for invoice in [*invoices, *held] if is_asked_for(shop, invoice)}
    loose: dict[tuple[str, str], list[Charge]] = {}
    for charge in sorted(charges, key=lambda one: one.id):
        if charge.invoice_id is None and charge.open > 0:
            loose.setdefault((payer_of(shop, charge.contact_id).id, charge.currency), []).append(charge)
    debts = [debt_of(invoice) for invoice in documents.values()]
    return debts + [_debt(payer, currency, group) for (payer, currency), group in loose.items()]


def is_asked_for(shop: Shop, invoice: Invoice) -> bool:
    """Whether a document asks for money that nobody holds back (R5)."""
    return invoice.status == DocumentStatus.ISSUED and invoice.amount_due > 0 and not holds_on(shop, invoice)


def _debt(payer: str, currency: str, charges: list[Charge]) -> Debt:
    ids = tuple(charge.id for charge in charges)
    words = ", ".join(dict.fromkeys(charge.description for charge in charges))[:LONGEST]
    return Debt(payer, sum(charge.open for charge in charges), currency, f"charge:{ids[0]}", ids, description=words)


def charge_document(shop: Shop, invoice: Invoice) -> CardAttempt:
    """Charge the saved card for what is open on a document, or refuse (R5)."""
    _require_asked_for(shop, invoice)
    return plan_charge(shop, debt_of(invoice))


def charge_alone(shop: Shop, charge: Charge) -> CardAttempt:
    """Charge the saved card for what is open of one charge, billed or not, or refuse (R5, R17)."""
    document = document_of(shop, charge)
    if document is not None and document.status != DocumentStatus.DRAFT:
        _require_asked_for(shop, document)
    payer = document.contact_id if document else payer_of(shop, charge.contact_id).id
    return plan_charge(shop, _debt(payer, charge.currency, [charge]))


def _require_asked_for(shop: Shop, invoice: Invoice) -> None:
    if not is_asked_for(shop, invoice):
        why = held_in_words(shop, invoice) or f"{invoice.number} is {invoice.status}: nothing of it is to be paid."
        raise CardRefusedError("nothing_due", f"No card can be charged. {why}")


def charge_or_tell(shop: Shop, charges: Iterable[Charge]) -> None:
    """Charge saved cards for charges as agreed; where that can't be done the owner is told."""
    for debt in debts_of(shop, charges):
        try:
            plan_charge(shop, debt)
        except CardRefusedError as error:
            _tell(shop, debt, error)


def _tell(shop: Shop, debt: Debt, error: CardRefusedError) -> None:
    detail: dict[str, Any] = {"target": debt.target}
    skip(shop, error.code, contact_id=debt.contact_id, detail=detail)
    text = str(error) if error.code == "no_card" else f"{error} Ask for it otherwise."
    tell_owner(shop, "card_not_charged", text, contact_id=debt.contact_id, **detail)
