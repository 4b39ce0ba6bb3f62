"""Settling: where received money goes, and what becomes true when a debt is closed (R10, R15-R17, R26, R27)."""

from collections.abc import Iterable, Sequence

from models.booking import Order
from models.bookkeeping import enter
from models.charge import Charge, ChargeState
from models.contact import Contact, PayerKind
from models.facts import raise_fact
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import describe, issue_receipt
from models.messaging import queue_document
from models.payer import payer_of
from models.payment import Allocation, Payment, PaymentStatus
from models.shop import Shop
from models.tax import split_allocation


def settle(shop: Shop, payment: Payment) -> None:
    """Send a payment where its payer said, else to issued debts, oldest first; the rest stays as credit (R16)."""
    charges = charges_of_target(shop, payment)
    allocate(shop, payment, open_debts(shop, payment) if charges is None else charges)


def charges_of_target(shop: Shop, payment: Payment) -> list[Charge] | None:
    """Return the charges that a payment's target names, in order; None where it names nothing, [] where unknown."""
    if payment.target is None:
        return None
    kind, _, name = payment.target.partition(":")
    if kind == "order":
        return sorted(shop.charges.by("order_id", name), key=lambda charge: (charge.due_on, charge.position, charge.id))
    if kind == "invoice":
        invoice = invoice_named(shop, name)
        return charges_on(shop, invoice) if invoice else []
    return [charge for id_ in payment.charge_ids if (charge := shop.charges.get(id_))]


def invoice_named(shop: Shop, name: str) -> Invoice | None:
    """Return a document by its id or number."""
    return shop.invoices.get(name) or next(iter(shop.invoices.by("number", name)), None)


def charges_on(shop: Shop, invoice: Invoice) -> list[Charge]:
    """Return the charges of a document in the order of its lines."""
    return sorted(shop.charges.by("invoice_id", invoice.id), key=lambda charge: (charge.due_on, charge.position))


def open_debts(shop: Shop, payment: Payment) -> list[Charge]:
    """Return the charges on the payer's issued documents with a balance, oldest due date first."""
    if payment.contact_id is None:
        return []
    debts = [
        invoice
        for invoice in shop.invoices.by("contact_id", payment.contact_id)
        if invoice.status == DocumentStatus.ISSUED and invoice.amount_due > 0 and invoice.currency == payment.currency
    ]
    debts.sort(key=lambda invoice: (invoice.due_on or invoice.created_at.date(), invoice.number or ""))
    return [charge for invoice in debts for charge in charges_on(shop, invoice)]


def allocate(shop: Shop, payment: Payment, charges: Iterable[Charge], *, as_credit: bool = False) -> None:
    """Give a payment's free money to charges in order, then tell what it closed."""
    if payment.status == PaymentStatus.REVERSED:
        return
    touched: dict[str, int] = {}
    deposits: list[tuple[Charge, int]] = []
    orders: dict[str, None] = {}
    for charge in charges:
        part = min(payment.available, charge.open)
        if part <= 0 or charge.currency != payment.currency:
            continue
        _give(shop, payment, charge, part, as_credit=as_credit)
        if charge.invoice_id is None:
            deposits.append((charge, part))
        else:
            touched[charge.invoice_id] = touched.get(charge.invoice_id, 0) + part
        if charge.order_id:
            orders[charge.order_id] = None
    for invoice_id, amount in touched.items():
        reduce_balance(shop, shop.invoices[invoice_id], amount, payment.id)
    if deposits and not as_credit:
        _receipt_for(shop, payment, deposits)
    for order_id in orders:
        tell_paid(shop, shop.orders[order_id], payment.id)


def _give(shop: Shop, payment: Payment, charge: Charge, amount: int, *, as_credit: bool) -> None:
    payment.available -= amount
    charge.settled += amount
    if charge.open == 0:
        charge.state = ChargeState.SETTLED
    shop.allocations.add(
        Allocation(
            shop.id,
            shop.key("all", payment.id, charge.id, shop.next_serial()),
            payment.id,
            charge.id,
            amount,
            shop.today,
            shop.now,
            charge.invoice_id,
            _split(shop, charge.invoice_id, amount),
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
        invoice=charge.invoice_id,
    )


def _split(shop: Shop, invoice_id: str | None, amount: int) -> list[int] | None:
    """Split a part over the document's VAT groups and close them by it (R27)."""
    if invoice_id is None:
        return None
    groups = sorted(shop.taxes.by("invoice_id", invoice_id), key=lambda group: group.position)
    parts = split_allocation(amount, [group.net + group.tax - group.settled for group in groups])
    for group, part in zip(groups, parts, strict=True):
        group.settled += part
    return list(parts)


def reduce_balance(shop: Shop, invoice: Invoice, amount: int, payment_id: str | None) -> None:
    """Lower a document's balance by money; raise what became true."""
    invoice.amount_due -= amount
    if invoice.amount_due > 0:
        if invoice.status == DocumentStatus.ISSUED:
            _tell(shop, "invoice.partially_paid", invoice, payment_id)
        return
    if invoice.status == DocumentStatus.ISSUED:
        invoice.status = DocumentStatus.PAID
        invoice.check_at = None
        _tell(shop, "invoice.paid", invoice, payment_id)


def _tell(shop: Shop, type_: str, invoice: Invoice, payment_id: str | None) -> None:
    raise_fact(
        shop,
        type_,
        contact_id=invoice.contact_id,
        data=describe(invoice),
        invoice=invoice.id,
        order=invoice.order_id,
        payment=payment_id,
    )


def settle_with_credit(shop: Shop, invoice: Invoice) -> None:
    """Apply the payer's credit of the same currency to a document just issued, oldest first (R10)."""
    if invoice.amount_due <= 0:
        if invoice.status == DocumentStatus.ISSUED:
            reduce_balance(shop, invoice, 0, None)
        return
    credit = [
        payment
        for payment in shop.payments.by("contact_id", invoice.contact_id)
        if payment.available > 0 and payment.currency == invoice.currency
    ]
    for payment in sorted(credit, key=lambda payment: (payment.received_at, payment.id)):
        allocate(shop, payment, charges_on(shop, invoice), as_credit=True)


def _receipt_for(shop: Shop, payment: Payment, deposits: Sequence[tuple[Charge, int]]) -> None:
    """Give a consumer a receipt for money that came before its invoice (R26)."""
    charge = deposits[0][0]
    payer: Contact = payer_of(shop, charge.contact_id)
    if payer.kind != PayerKind.CONSUMER:
        return
    amount = sum(part for _, part in deposits)
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
