"""Settling: money is given to charges or taken back, and what that makes true is told (R10, R16, R17, R26, R27)."""

from collections.abc import Iterable

from models.balancing import credit, pay, restate
from models.booking import Order
from models.bookkeeping import enter
from models.charge import Charge, ChargeState
from models.contact import PayerKind
from models.facts import raise_fact
from models.giving_up import NOTHING, enter_given_up, given_up
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import issue_receipt
from models.messaging import queue_document
from models.payer import payer_of
from models.payment import Allocation, Payment, PaymentStatus
from models.shop import Shop
from models.taxing import tax_paid, tell_of_early_money

Notes = list[tuple[str, Invoice]]
"""Credit notes, each with the id of a charge that it takes something off."""


class Settlement:
    """Money on its way to charges and back; `tell` says in the end what came of it."""

    def __init__(self, shop: Shop, *, as_credit: bool = False) -> None:
        self.shop = shop
        self.as_credit = as_credit
        self._received: dict[str, int] = {}
        self._closers: dict[str, str] = {}
        self._deposits: dict[str, int] = {}
        self._deposited: dict[str, Charge] = {}
        self._orders: dict[str, str] = {}
        self.moved: dict[tuple[str, str], tuple[Payment, Charge]] = {}
        self.notes: Notes = []
        """Credit notes on deposit invoices."""

    def move(self, payment: Payment, charge: Charge, amount: int) -> None:
        """Give an amount of a payment to a charge, wherever it stands; a negative amount comes back (R17).

        What comes back is taken from deposit invoices last, each with a credit note (R26).
        """
        shop, invoice = self.shop, document_of(self.shop, charge)
        payment.available -= amount
        charge.settled += amount
        for deposit, part in _from_deposits(shop, payment, charge, -amount):
            allocate(shop, payment, charge, -part, deposit)
            self.notes += _credit_deposit(shop, deposit, charge, part)
            amount += part
        if amount:
            allocate(shop, payment, charge, amount, invoice, as_credit=self.as_credit)
        if invoice is None:
            self._deposits[payment.id] = self._deposits.get(payment.id, 0) + amount
            self._deposited[payment.id] = charge
            self.moved[payment.id, charge.id] = payment, charge
        else:
            self._received[invoice.id] = self._received.get(invoice.id, 0) + amount
            self._closers[invoice.id] = payment.id
            if amount > 0:
                tell_of_early_money(shop, payment, charge, invoice, amount)
        if amount > 0 and charge.order_id:
            self._orders[charge.order_id] = payment.id

    def touch(self, invoice: Invoice) -> None:
        """Look at a document's balance in the end, also if no money came."""
        self._received.setdefault(invoice.id, 0)

    def tell(self) -> None:
        """Tell what became true: of documents, of deposits (R26), of orders."""
        shop = self.shop
        for invoice_id, amount in self._received.items():
            restate(shop, shop.invoices[invoice_id], amount, self._closers.get(invoice_id))
        tax_paid(shop, (charge for _, charge in self.moved.values()))
        for payment_id, amount in self._deposits.items():
            if amount > 0 and not self.as_credit:
                _receipt_for(shop, shop.payments[payment_id], self._deposited[payment_id], amount)
        for order_id, payment_id in self._orders.items():
            tell_paid(shop, shop.orders[order_id], payment_id)


def _from_deposits(shop: Shop, payment: Payment, charge: Charge, wanted: int) -> list[tuple[Invoice, int]]:
    """Return what of money that comes back must come from deposit invoices, the newest first."""
    if wanted <= 0:
        return []
    mine = [one for one in shop.allocations.by("charge_id", charge.id) if one.payment_id == payment.id]
    on: dict[str, int] = {}
    for one in mine:
        invoice = shop.invoices.get(one.invoice_id) if one.invoice_id else None
        if invoice is not None and invoice.kind == DocumentKind.DEPOSIT:
            on[invoice.id] = on.get(invoice.id, 0) + one.amount
    left = wanted - (sum(one.amount for one in mine) - sum(on.values()))
    parts: list[tuple[Invoice, int]] = []
    for id_, amount in reversed(on.items()):
        part = max(0, min(left, amount))
        parts += [(shop.invoices[id_], part)] if part else []
        left -= part
    return parts


def _credit_deposit(shop: Shop, deposit: Invoice, charge: Charge, amount: int) -> Notes:
    """Take a part of a deposit invoice back, whose money has just left it."""
    note = credit(shop, deposit, [(charge, amount)])
    if deposit.credited == deposit.total:
        deposit.status = DocumentStatus.VOID
    return [(charge.id, note)] if note else []


def allocate(
    shop: Shop, payment: Payment, charge: Charge, amount: int, invoice: Invoice | None, *, as_credit: bool = False
) -> None:
    """Write down where an amount went, split over its document's VAT groups (R27); what was given up comes back."""
    before = given_up(shop, invoice) if invoice else NOTHING
    shop.allocations.add(
        Allocation(
            shop.id,
            shop.key("all", payment.id, charge.id, shop.next_serial()),
            payment.id,
            charge.id,
            amount,
            shop.today,
            shop.now,
            invoice.id if invoice else None,
            pay(shop, invoice, amount) if invoice else None,
            as_credit,
        )
    )
    enter(
        shop,
        "credit_used" if as_credit else "allocation",
        payment.id,
        charge=charge.id,
        amount=amount,
        currency=payment.currency,
        invoice=invoice.id if invoice else None,
    )
    if invoice:
        enter_given_up(shop, invoice, before, "money")


def give(shop: Shop, payment: Payment, charges: Iterable[Charge], *, as_credit: bool = False) -> None:
    """Give a payment's free money to charges in order, then tell what it closed."""
    if payment.status == PaymentStatus.REVERSED:
        return
    settlement = Settlement(shop, as_credit=as_credit)
    for charge in charges:
        part = min(payment.available, charge.open)
        if part > 0 and charge.currency == payment.currency:
            settlement.move(payment, charge, part)
            restate_charge(charge)
    settlement.tell()


def restate_charge(charge: Charge) -> None:
    """Bring a charge's state in line with what it is worth, what is paid of it and where it stands (R17)."""
    if charge.kept == 0:
        charge.state = ChargeState.CANCELLED
    elif charge.open == 0 and (charge.worth or charge.taken):
        charge.state = ChargeState.SETTLED
    elif charge.invoice_id:
        charge.state = ChargeState.INVOICED
    else:
        charge.state = ChargeState.CLAIMED if charge.draft_id else ChargeState.DUE
    shown = charge.invoice_id is not None or not charge.taken
    charge.closed = charge.state == ChargeState.CANCELLED or (charge.state == ChargeState.SETTLED and shown)


def document_of(shop: Shop, charge: Charge) -> Invoice | None:
    """Return the document that holds a charge."""
    return shop.invoices.get(charge.invoice_id) if charge.invoice_id else None


def invoice_named(shop: Shop, name: str) -> Invoice | None:
    """Return a document by its id or number."""
    return shop.invoices.get(name) or next(iter(shop.invoices.by("number", name)), None)


def charges_on(shop: Shop, invoice: Invoice) -> list[Charge]:
    """Return the charges of a document in the order of its lines."""
    return sorted(shop.charges.by("invoice_id", invoice.id), key=lambda one: (one.due_on, one.position, one.id))


def open_debts(shop: Shop, payment: Payment) -> list[Charge]:
    """Return the charges on the payer's issued documents with a balance, oldest due date first (R16)."""
    if payment.contact_id is None:
        return []
    debts = [
        invoice
        for invoice in shop.invoices.by("contact_id", payment.contact_id)
        if invoice.status == DocumentStatus.ISSUED and invoice.amount_due > 0 and invoice.currency == payment.currency
    ]
    debts.sort(key=lambda invoice: (invoice.due_on or invoice.created_at.date(), invoice.number or ""))
    return [charge for invoice in debts for charge in charges_on(shop, invoice)]


def settle_with_credit(shop: Shop, invoice: Invoice) -> None:
    """Apply the payer's credit of the same currency to a document just issued, oldest first (R10)."""
    if invoice.amount_due <= 0:
        restate(shop, invoice)
        return
    credit = [
        payment
        for payment in shop.payments.by("contact_id", invoice.contact_id)
        if payment.available > 0 and payment.currency == invoice.currency
    ]
    for payment in sorted(credit, key=lambda payment: (payment.received_at, payment.id)):
        give(shop, payment, charges_on(shop, invoice), as_credit=True)


def _receipt_for(shop: Shop, payment: Payment, charge: Charge, amount: int) -> None:
    """Give a consumer a receipt for money that came before its invoice (R26)."""
    payer = payer_of(shop, charge.contact_id)
    if payer.kind != PayerKind.CONSUMER:
        return
    receipt = issue_receipt(shop, payer, amount, payment.currency, order_id=charge.order_id, of=payment.id)
    queue_document(shop, receipt, template="receipt", payer=payer)


def tell_paid(shop: Shop, order: Order, payment_id: str | None) -> None:
    """Raise `order.paid` when money first brings the order's balance to nothing."""
    if order.paid or order.waits or not order.stamp:
        return
    charges = shop.charges.by("order_id", order.id)
    if any(charge.open > 0 for charge in charges) or not any(charge.settled > 0 for charge in charges):
        return
    order.paid = True
    first = _first_booking(shop, order)
    raise_fact(
        shop,
        "order.paid",
        contact_id=order.contact_id,
        order=order.id,
        payment=payment_id,
        booking=first[0],
        session=first[1],
    )


def _first_booking(shop: Shop, order: Order) -> tuple[str | None, str | None]:
    seats = [seat for seat in shop.bookings.by("order_id", order.id) if seat.live]
    if not seats:
        return None, None
    seat = min(seats, key=lambda seat: _start(shop, seat.session_id, seat.position))
    return seat.id, seat.session_id


def _start(shop: Shop, session_id: str | None, position: int) -> tuple[bool, str, int]:
    session = shop.sessions.get(session_id) if session_id else None
    starts = session.starts_at if session else None
    return starts is None, starts.isoformat() if starts else "", position


def live_documents(shop: Shop, charges: Iterable[Charge]) -> list[Invoice]:
    """Return the live documents that hold any of these charges."""
    ids = dict.fromkeys(charge.invoice_id for charge in charges if charge.invoice_id)
    return [
        invoice
        for id_ in ids
        if (invoice := shop.invoices.get(id_))
        and invoice.status != DocumentStatus.VOID
        and invoice.kind == DocumentKind.INVOICE
    ]
