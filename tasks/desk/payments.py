"""What a person does with money: mark as paid, record, allocate, refund, reverse (R15-R17, R28)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.card_refunds import no_way_back
from models.charge import Charge
from models.errors import NotFoundError
from models.identifiers import key
from models.invoice import DocumentKind, Invoice
from models.marking import RECEIVED, Taken, money_for, open_balance
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.payment import Payment, PaymentStatus
from models.reckoning import Reckoned
from models.refusals import RefusedError
from models.returning import give_back_on, give_back_payment
from models.rows import columns_of
from models.settling import charges_on, document_of, give, invoice_named
from models.shop import Shop
from tasks.closing import require_open
from tasks.desk.acting import Desk, Done, act, noted, tell
from tasks.desk.bookings import booking_named
from tasks.desk.documents import contact_named, document_named
from tasks.seeds import Seeds


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in minor units and its currency; neither means all of it."""

    amount: int | None = None
    currency: str | None = None


def mark_as_paid(desk: Desk, number: str, taken: Taken) -> Done:
    """Book an append-only payment for the open balance of a document (R15)."""
    invoice = document_named(desk, number)
    amount = open_balance(invoice)
    require_open(desk.connection, desk.business_id, taken.received_at)
    id_ = key("pay", desk.now, desk.business_id, invoice.id)
    note = noted(
        "invoice",
        invoice.number or invoice.id,
        "marked as paid",
        payment=id_,
        **_money(Sum(amount, invoice.currency)),
        **_how(taken),
    )
    return tell(desk, "mark_paid", note, RECEIVED, id_, money_for(invoice, id_, amount, taken))


def mark_booking_as_paid(desk: Desk, booking_id: str, taken: Taken) -> Done:
    """Book an append-only payment for what a booking still owes, billed or not (R15, R17)."""
    shop, booking = booking_named(desk, booking_id)
    charge = shop.charges.get(booking.id)
    if charge is None or charge.open <= 0:
        raise RefusedError(f"Booking {booking_id} can't be marked as paid: nothing of it is open.")
    require_open(desk.connection, desk.business_id, taken.received_at)
    id_ = key("pay", desk.now, desk.business_id, charge.id)
    data = _told(id_, Sum(charge.open, charge.currency), taken, charge.contact_id, [charge.id])
    note = noted(
        "booking", booking_id, "marked as paid", payment=id_, **_money(Sum(charge.open, charge.currency)), **_how(taken)
    )
    return tell(desk, "mark_paid", note, RECEIVED, id_, data)


def _told(id_: str, paid: Sum, taken: Taken, contact: str, charges: Sequence[str]) -> dict[str, Any]:
    """Return the data of a payment for charges, or for a client."""
    payment: dict[str, Any] = {
        "id": id_,
        "amount": {"amount": paid.amount, "currency": paid.currency},
        "method": taken.method,
        "actor": taken.actor,
    }
    payment |= {"note": taken.note} if taken.note else {}
    payment |= {"received_at": taken.received_at.isoformat()} if taken.received_at else {}
    data: dict[str, Any] = {"contact": {"id": contact}, "payment": payment}
    return data | ({"for": {"charges": list(charges)}} if charges else {})


def _money(some: Sum) -> dict[str, Any]:
    """Return what is noted of an amount, with its currency; all of it is noted as nothing."""
    return {"amount": some.amount, "currency": some.currency} if some.amount is not None else {}


def _how(taken: Taken) -> dict[str, Any]:
    received = taken.received_at.isoformat() if taken.received_at else None
    return {"method": taken.method, "received_at": received, "note": taken.note}


@dataclass(frozen=True, slots=True)
class For:
    """What money is for: documents by their numbers, charges by their ids, or nothing but its client."""

    numbers: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    contact: str | None = None


def record_payment(desk: Desk, paid: Sum, taken: Taken, target: For, id_: str | None = None) -> Done:
    """Book money that came: it settles what it is for, in order; the rest is the client's credit (R16).

    With an `id_` it is booked once, however often it is told.
    """
    assert paid.amount is not None
    payment_id = id_ or key("pay", desk.now, desk.business_id, desk.actor)
    contact, charges = _aim(desk, paid, target)
    require_open(desk.connection, desk.business_id, taken.received_at)
    if payment_id.startswith(("order:", "voucher:")):
        raise RefusedError(f"{payment_id} would be the money of an order or a voucher. Give the payment another --id.")
    if _known(desk, payment_id):
        raise RefusedError(f"Payment {payment_id} is booked already. Give another one another --id.")
    data = _told(payment_id, paid, taken, contact, charges)
    documents = ", ".join(target.numbers) or None
    note = noted("payment", payment_id, "recorded", **_money(paid), documents=documents, **_how(taken))
    return tell(desk, "record_payment", note, RECEIVED, f"{payment_id} recorded", data)


def _known(desk: Desk, payment_id: str) -> bool:
    found = desk.connection.execute(
        "SELECT 1 FROM payments WHERE business_id = %s AND id = %s", (desk.business_id, payment_id)
    )
    return found.fetchone() is not None


def _aim(desk: Desk, paid: Sum, target: For) -> tuple[str, list[str]]:
    """Return who pays, and for which charges, those of the documents in the order of their numbers here."""
    documents = [document_named(desk, number) for number in target.numbers]

    def seed(seeds: Seeds) -> None:
        seeds.add("invoices", desk.business_id, [document.id for document in documents])
        seeds.add("charges", desk.business_id, target.charges)

    shop = desk.look(seed)
    charges = [charge for document in documents for charge in charges_on(shop, document)]
    for id_ in target.charges:
        charge = shop.charges.get(id_)
        if charge is None:
            raise NotFoundError(f"{desk.business_id} has no charge {id_!r}.")
        charges.append(charge)
    for other in {charge.currency for charge in charges} - {paid.currency}:
        raise RefusedError(
            f"What it is for is in {other}, not in {paid.currency}: money is never converted. Say what came in {other} "
            f"with --currency {other}, or book it for its client alone (--contact ID): it is credit then."
        )
    payers = {document.contact_id for document in documents} | {_payer_of(shop, charge) for charge in charges}
    if len(payers) > 1 and target.contact is None:
        raise RefusedError(f"These are debts of {', '.join(sorted(payers))}: say with --contact who has paid.")
    contact = target.contact or next(iter(payers), None)
    if contact is None:
        raise RefusedError("Say what the money is for: documents, --charge ID or --contact ID.")
    return contact_named(desk, contact), [charge.id for charge in charges]


def _payer_of(shop: Shop, charge: Charge) -> str:
    """Return who pays a charge: whoever the document is for that holds it, else who owes it."""
    document = document_of(shop, charge)
    return document.contact_id if document else charge.contact_id


def payment_named(desk: Desk, id_: str) -> Payment:
    """Return a payment; an unknown one is an error."""
    columns = ", ".join(columns_of(Payment))
    row = desk.connection.execute(
        f"SELECT {columns} FROM payments WHERE business_id = %s AND id = %s AND stamp <> ''".encode(),  # noqa: S608  # ours
        (desk.business_id, id_),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"{desk.business_id} has no payment {id_!r}. `relance payments list` shows them.")
    return Payment(*row)


def reverse_payment(desk: Desk, id_: str, reason: str) -> Done:
    """Take back a payment that proves not to exist; what it had closed is open again (R15)."""
    payment = payment_named(desk, id_)
    if payment.status == PaymentStatus.REVERSED:
        raise RefusedError(f"Payment {id_} is reversed already: {payment.reverse_reason}.")
    note = noted("payment", id_, "reversed", **_money(Sum(payment.amount, payment.currency)), reason=reason)
    data = {"payment": {"id": id_, "reason": reason}}
    return tell(desk, "reverse", note, "payment.reversed", f"{id_} reversed {desk.now.isoformat()}", data)


def allocate_credit(desk: Desk, id_: str, numbers: Sequence[str]) -> Done:
    """Use what is left of a payment for documents of its currency, in the order named (R10, R16)."""
    payment = payment_named(desk, id_)
    documents = [document_named(desk, number) for number in numbers]

    def use(shop: Shop) -> None:
        money = shop.payments[id_]
        if money.available <= 0:
            raise RefusedError(f"Nothing of payment {id_} is left: it is used, given back or reversed.")
        for document in documents:
            if document.currency != money.currency:
                raise RefusedError(f"{document.number} is in {document.currency}, not in {money.currency}.")
            if document.amount_due <= 0:
                raise RefusedError(f"Nothing of {document.number} is open.")
            invoice = invoice_named(shop, document.id)
            assert invoice is not None
            give(shop, money, charges_on(shop, invoice), as_credit=True)

    def seed(seeds: Seeds) -> None:
        seeds.add("payments", desk.business_id, [id_])
        seeds.add("invoices", desk.business_id, [document.id for document in documents])

    note = noted("payment", payment.id, "allocated", documents=", ".join(numbers))
    return act(desk, "allocate", note, seed, use)


@dataclass(frozen=True, slots=True)
class GivingBack:
    """How money is given back: with a mail to the client or not, why, and whether a person may pay it out instead.

    Money that came by card and can't go back there is refused unless it is paid out `by_hand`.
    """

    notify: bool = False
    reason: str | None = None
    by_hand: bool = False


QUIETLY = GivingBack()
"""Without a mail, to where the money came from."""


def refund_payment(desk: Desk, id_: str, back: Sum, how: GivingBack = QUIETLY) -> Done:
    """Give back a payment or a part of it (R28)."""
    payment_named(desk, id_)

    def give_back(shop: Shop, cause: str) -> Reckoned:
        return give_back_payment(shop, shop.payments[id_], back.amount, cause, currency=back.currency)

    def seed(seeds: Seeds) -> None:
        seeds.add("payments", desk.business_id, [id_])
        seeds.followed.add((desk.business_id, id_))

    note = noted("payment", id_, "refunded", **_money(back), reason=how.reason)
    return act(desk, "refund", note, seed, _refunding(give_back, how))


def refund_document(desk: Desk, number: str, back: Sum, how: GivingBack = QUIETLY) -> Done:
    """Give back what was paid on a document, or a part of it; a credit note makes it so much smaller (R28)."""
    found = document_named(desk, number)
    if found.kind not in {DocumentKind.INVOICE, DocumentKind.DEPOSIT}:
        raise RefusedError(
            f"{number} asks for no money, so none can be given back on it. `relance payments list` shows the payments, "
            "`relance payments refund PAYMENT` gives one back."
        )
    paid_ahead = _money_ahead(desk, found) if found.kind == DocumentKind.DEPOSIT else None

    def give_back(shop: Shop, cause: str) -> Reckoned:
        if paid_ahead is None:
            return give_back_on(shop, charges_on(shop, found), back.amount, cause, currency=back.currency)
        payment, charge = shop.payments[paid_ahead[0]], shop.charges[paid_ahead[1]]
        return give_back_on(shop, [charge], back.amount, cause, currency=back.currency, payment=payment)

    def seed(seeds: Seeds) -> None:
        seeds.add("invoices", desk.business_id, [found.id])
        if paid_ahead is not None:
            seeds.add("payments", desk.business_id, [paid_ahead[0]])
            seeds.followed.add((desk.business_id, paid_ahead[0]))

    note = noted("invoice", found.number or found.id, "refunded", **_money(back), reason=how.reason)
    return act(desk, "refund", note, seed, _refunding(give_back, how))


def _money_ahead(desk: Desk, deposit: Invoice) -> tuple[str, str] | None:
    """Return the payment whose money a deposit invoice holds, and the charge that it was for (R26)."""
    row = desk.connection.execute(
        "SELECT a.payment_id, a.charge_id FROM invoice_lines l JOIN allocations a USING (business_id, charge_id)"
        " WHERE l.business_id = %s AND l.invoice_id = %s AND a.invoice_id = l.invoice_id LIMIT 1",
        (desk.business_id, deposit.id),
    ).fetchone()
    return (row[0], row[1]) if row else None


def refund_order(desk: Desk, order_id: str, back: Sum, how: GivingBack = QUIETLY) -> Done:
    """Give back what was paid on an order, or a part of it; nothing is cancelled by a part (R28)."""
    seed = _seed("orders", desk, order_id)
    if order_id not in desk.look(seed).orders:
        raise NotFoundError(f"{desk.business_id} has no order {order_id!r}. `relance bookings list` shows them.")

    def give_back(shop: Shop, cause: str) -> Reckoned:
        charges = sorted(shop.charges.by("order_id", order_id), key=lambda one: (one.due_on, one.position, one.id))
        return give_back_on(shop, charges, back.amount, cause, currency=back.currency)

    note = noted("order", order_id, "refunded", **_money(back), reason=how.reason)
    return act(desk, "refund", note, seed, _refunding(give_back, how))


def _given_back(shop: Shop) -> Counter[tuple[str, str]]:
    """Return what goes back just now, by client and currency."""
    back: Counter[tuple[str, str]] = Counter()
    for one in shop.refunds.fresh:
        if one.contact_id:
            back[one.contact_id, one.currency] += one.amount
    return back


def _seed(kind: str, desk: Desk, id_: str) -> Callable[[Seeds], None]:
    return lambda seeds: seeds.add(kind, desk.business_id, [id_])


def _require_way_back(shop: Shop) -> None:
    """Refuse refunds that would go to nobody's hands: of money by card that its provider can't be asked for (R28)."""
    for one in shop.refunds.fresh:
        payment = shop.payments[one.payment_id]
        if one.amount > 0 and (why := no_way_back(shop, payment)):
            raise RefusedError(
                f"{why} Write `cards: {{provider: {payment.provider}}}` under `business` in its shop file, apply it "
                "and give the money back then; or pay it out yourself, which --by-hand notes."
            )


def _refunding(give_back: Callable[[Shop, str], Reckoned], how: GivingBack) -> Callable[[Shop], None]:
    """Return the work of giving money back, with a mail to whom it goes, if that is asked for."""

    def work(shop: Shop) -> None:
        reckoned = give_back(shop, shop.key("act", "refund", shop.next_serial()))
        if not how.by_hand:
            _require_way_back(shop)
        if not how.notify:
            return
        for (contact_id, currency), amount in _given_back(shop).items():
            notes = reckoned.documents({id_ for id_, _ in reckoned.notes if shop.charges[id_].contact_id == contact_id})
            queue(
                shop,
                known_contact(shop, contact_id),
                template="refund",
                purpose=MessagePurpose.SERVICE,
                documents=notes,
                subject_ids={
                    "invoice": notes[0].id if notes else None,
                    "refunded": {"amount": amount, "currency": currency},
                },
            )

    return work
