"""What a person does to a document: mark it as paid, let it be paid, hold it, move its due date, void it (R13-R15).

A scenario names acts and the documents they are for; a command line finds the document itself. Both do the same things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from models.card_charging import charge_document
from models.contact import HoldKind
from models.crediting import credit_part, void, write_off
from models.drafting import Edit, confirm_draft, delete_draft, edit_draft
from models.dunning import set_due
from models.holding import hold_document, release
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.link_money import pay_by_link
from models.linking import PAYABLE, standing_of
from models.marking import Taken, mark_paid, pay
from models.matching import work_off
from models.payment_link import LinkState, PaymentLink
from models.refusals import RefusedError
from models.returning import give_back_on
from models.settling import charges_on, invoice_named
from models.shop import Cause, Shop, skip


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
    remove: tuple[str, ...] = ()
    of_link: bool = False
    """`pay`: by a payment link instead of an invoice."""


def perform(shop: Shop, act: Act) -> bool:
    """Do an act and what follows from it; what is refused or finds nothing leaves one record that says so."""
    with shop.caused_by(Cause(act=act.name)):
        found = _link_to_pay(shop, act) if act.of_link else _find(shop, act)
        reason = _do(shop, found, act) if found else "nothing_due"
        if reason:
            contact = found.contact_id if found else act.contact
            why = {"text": reason} if found else {}
            skip(shop, "refused" if found else reason, contact_id=contact, detail={"act": act.name} | why)
        work_off(shop)
    return reason is None


def _do(shop: Shop, found: Invoice | PaymentLink, act: Act) -> str | None:
    try:
        if isinstance(found, PaymentLink):
            pay_by_link(shop, found, act.amount, act.currency, act.method or "card")
        else:
            _ACTS[act.name](shop, found, act)
    except RefusedError as refused:
        return str(refused)
    return None


def _link_to_pay(shop: Shop, act: Act) -> PaymentLink | None:
    """Return a client's newest payment link by which something is to be paid, else the newest of all."""
    links = [link for link in shop.links.by("contact_id", act.contact) if link.state == LinkState.OPEN]
    newest = sorted(links, key=lambda link: (link.created_at, link.id), reverse=True)
    open_ = [link for link in newest if standing_of(shop, link) in PAYABLE]
    return next(iter(open_ or newest), None)


def _find(shop: Shop, act: Act) -> Invoice | None:
    if act.number is not None:
        return invoice_named(shop, act.number)
    issued = [
        invoice
        for invoice in shop.invoices.by("contact_id", act.contact)
        if invoice.kind == DocumentKind.INVOICE and _is_for(invoice, act)
    ]
    newest = sorted(issued, key=lambda invoice: (invoice.created_at, invoice.number or ""), reverse=True)
    fitting = [invoice for invoice in newest if _fits(shop, invoice, act)]
    return next(iter(fitting or newest), None)


def _is_for(invoice: Invoice, act: Act) -> bool:
    """Whether an act is one on drafts and this is one, or neither and not void."""
    if act.name in DRAFT_ACTS:
        return invoice.status == DocumentStatus.DRAFT
    return invoice.status not in {DocumentStatus.DRAFT, DocumentStatus.VOID}


def _fits(shop: Shop, invoice: Invoice, act: Act) -> bool:
    """Whether an act can apply to a document: money goes back where some was paid, all else is for open ones."""
    if act.name == "refund":
        return any(charge.settled > 0 for charge in charges_on(shop, invoice))
    return invoice.status == DocumentStatus.ISSUED


def _mark_paid(shop: Shop, invoice: Invoice, act: Act) -> None:
    mark_paid(shop, invoice, Taken(act.method or "other"))


def _pay(shop: Shop, invoice: Invoice, act: Act) -> None:
    pay(shop, invoice, act.amount, act.currency, Taken(act.method or "card"))


def _set_due(shop: Shop, invoice: Invoice, act: Act) -> None:
    assert act.due_on is not None
    set_due(shop, invoice, act.due_on)


def _hold(shop: Shop, invoice: Invoice, act: Act) -> None:
    hold_document(shop, invoice, HoldKind(act.kind or "pause"), act.until)


def _release(shop: Shop, invoice: Invoice, _act: Act) -> None:
    release(shop, invoice.contact_id, invoice.id)


def _void(shop: Shop, invoice: Invoice, _act: Act) -> None:
    void(shop, invoice)


def _credit(shop: Shop, invoice: Invoice, act: Act) -> None:
    credit_part(shop, invoice, act.amount, currency=act.currency)


def _write_off(shop: Shop, invoice: Invoice, _act: Act) -> None:
    write_off(shop, invoice, "given up", "operator")


def _refund(shop: Shop, invoice: Invoice, act: Act) -> None:
    cause = shop.key("act", invoice.id, shop.next_serial())
    give_back_on(shop, charges_on(shop, invoice), act.amount, cause, currency=act.currency)


def _charge_card(shop: Shop, invoice: Invoice, _act: Act) -> None:
    charge_document(shop, invoice)


def _confirm_draft(shop: Shop, invoice: Invoice, _act: Act) -> None:
    confirm_draft(shop, invoice)


def _edit_draft(shop: Shop, invoice: Invoice, act: Act) -> None:
    edit_draft(shop, invoice, Edit(act.remove))


def _delete_draft(shop: Shop, invoice: Invoice, _act: Act) -> None:
    delete_draft(shop, invoice)


_ACTS: dict[str, Callable[[Shop, Invoice, Act], None]] = {
    "charge_card": _charge_card,
    "confirm_draft": _confirm_draft,
    "edit_draft": _edit_draft,
    "delete_draft": _delete_draft,
    "mark_paid": _mark_paid,
    "pay": _pay,
    "set_due": _set_due,
    "hold": _hold,
    "release": _release,
    "void": _void,
    "credit": _credit,
    "write_off": _write_off,
    "refund": _refund,
}
ACTS = frozenset(_ACTS)
DRAFT_ACTS = frozenset({"confirm_draft", "edit_draft", "delete_draft"})
