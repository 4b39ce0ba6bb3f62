"""What a person does to a document: mark it as paid, let it be paid, hold it, move its due date, void it (R13-R15)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.bookkeeping import book
from models.contact import Hold, HoldKind
from models.facts import raise_fact
from models.identifiers import stamp
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import next_check
from models.matching import work_off
from models.payment import Payment
from models.receiving import aim
from models.reckoning import reckon
from models.returning import give_back_on
from models.running import retime_runs_about
from models.settling import charges_on, invoice_named
from models.shop import Cause, Shop, skip, tell_owner

OPERATOR = "/operator"
"""Where acts come from, as the source of an event."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a document: named by its number, or the newest of a contact's to which the act can apply."""

    name: str
    number: str | None = None
    contact: str | None = None
    amount: int | None = None
    currency: str | None = None
    method: str | None = None
    due_on: date | None = None
    until: date | None = None
    kind: str | None = None
    of_link: bool = False
    """`pay`: by a payment link instead of an invoice."""


def perform(shop: Shop, act: Act) -> bool:
    """Do an act and what follows from it; what is refused or finds nothing leaves one record that says so."""
    with shop.caused_by(Cause(act=act.name)):
        document = _find(shop, act)
        done = document is not None and _ACTS[act.name](shop, document, act)
        if not done:
            contact = document.contact_id if document else act.contact
            skip(shop, "refused" if document else "nothing_due", contact_id=contact, detail={"act": act.name})
        work_off(shop)
    return done


def _find(shop: Shop, act: Act) -> Invoice | None:
    if act.of_link:
        return None
    if act.number is not None:
        return invoice_named(shop, act.number)
    issued = [
        invoice
        for invoice in shop.invoices.by("contact_id", act.contact)
        if invoice.kind == DocumentKind.INVOICE and invoice.status != DocumentStatus.VOID
    ]
    newest = sorted(issued, key=lambda invoice: (invoice.created_at, invoice.number or ""), reverse=True)
    fitting = [invoice for invoice in newest if _fits(shop, invoice, act)]
    return next(iter(fitting or newest), None)


def _fits(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Whether an act can apply to a document: money goes back where some was paid, all else is for open ones."""
    if act.name == "refund":
        return any(charge.settled > 0 for charge in charges_on(shop, invoice))
    return invoice.status == DocumentStatus.ISSUED


def _receive(shop: Shop, invoice: Invoice, amount: int, method: str) -> Payment:
    charges = charges_on(shop, invoice)
    id_ = shop.key("pay", invoice.id, shop.next_serial())
    payment = shop.payments.add(
        Payment(
            shop.id,
            id_,
            invoice.contact_id,
            amount,
            invoice.currency,
            method,
            shop.now,
            shop.now,
            amount,
            target=f"invoice:{invoice.id}",
            stamp=stamp(shop.now, OPERATOR, id_),
            actor="operator",
        )
    )
    aim(shop, payment, [charge.id for charge in charges])
    book(shop, payment)
    raise_fact(shop, "payment.succeeded", contact_id=invoice.contact_id, payment=payment.id, invoice=invoice.id)
    reckon(shop, charges)
    return payment


def _mark_paid(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Book an append-only manual payment for the open balance (R15)."""
    if invoice.status != DocumentStatus.ISSUED or invoice.amount_due <= 0:
        return False
    _receive(shop, invoice, invoice.amount_due, act.method or "other")
    return True


def _pay(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Pay on the page: by what the settings allow; on what is already paid it becomes credit, with an alert (R17)."""
    amount = act.amount if act.amount is not None else invoice.amount_due or invoice.total
    if act.currency not in {None, invoice.currency} or not _allowed(shop, invoice, amount):
        return False
    payment = _receive(shop, invoice, amount, act.method or "card")
    if payment.available:
        tell_owner(
            shop,
            "paid_twice",
            f"{payment.available} {payment.currency} (minor units) came for {invoice.number}, which asked for less: "
            "it is the client's credit now.",
            contact_id=invoice.contact_id,
            payment=payment.id,
        )
    return True


def _allowed(shop: Shop, invoice: Invoice, amount: int) -> bool:
    """Whether a part may be paid (R16)."""
    if amount <= 0:
        return False
    if amount >= invoice.amount_due:
        return True
    rules = shop.business.partial_payments
    assert isinstance(rules, dict)
    return bool(rules.get("allowed")) and amount >= int(rules.get("minimum") or 0)


def _set_due(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Move the due date, and the waits that hang on it; when it passes again, it is overdue again (R4, R11)."""
    if invoice.status != DocumentStatus.ISSUED or act.due_on is None or invoice.issued_on is None:
        return False
    if act.due_on < invoice.issued_on:
        return False
    invoice.due_on = act.due_on
    invoice.check_at = next_check(shop, invoice)
    retime_runs_about(shop, invoice)
    return True


def _hold(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Stop dunning of a document (R25)."""
    shop.holds.add(
        Hold(
            shop.id,
            shop.key("hold", invoice.id, shop.next_serial()),
            HoldKind(act.kind or "pause"),
            shop.today,
            invoice.contact_id,
            invoice.id,
            until=act.until,
        )
    )
    return True


def _void(shop: Shop, invoice: Invoice, _act: Act) -> bool:
    """Take a document back by a full credit note; what it asked for is owed no more (R13)."""
    if invoice.status != DocumentStatus.ISSUED or invoice.amount_due != invoice.total - invoice.credited:
        return False
    charges = charges_on(shop, invoice)
    for charge in charges:
        charge.cancel_stamp = charge.cancel_stamp or stamp(shop.now, OPERATOR, invoice.id)
    reckon(shop, charges)
    return True


def _refund(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Give back what was paid on a document, or a sum of it; a credit note makes the document so much smaller (R28)."""
    if act.currency not in {None, invoice.currency}:
        return False
    return give_back_on(shop, charges_on(shop, invoice), act.amount, shop.key("act", invoice.id, shop.next_serial()))


_ACTS: dict[str, Any] = {
    "mark_paid": _mark_paid,
    "pay": _pay,
    "set_due": _set_due,
    "hold": _hold,
    "void": _void,
    "refund": _refund,
}
ACTS = frozenset(_ACTS)
