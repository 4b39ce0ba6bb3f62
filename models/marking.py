"""What people say was paid: marked as paid, or paid on a page, told like any other payment (R15-R17)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.contacts import Event
from models.events import decode_data
from models.identifiers import stamp
from models.invoice import DocumentStatus, Invoice
from models.partial import require_part
from models.paying import receive_payment
from models.refusals import OPERATOR, RefusedError, show
from models.shop import Shop, tell_owner

RECEIVED = "payment.received"


@dataclass(frozen=True, slots=True)
class Taken:
    """How a person took money: by which means, when, from whom it is known, and what is to be remembered of it."""

    method: str = "other"
    received_at: datetime | None = None
    actor: str | None = "operator"
    note: str | None = None


def money_for(invoice: Invoice, id_: str, amount: int, taken: Taken) -> dict[str, Any]:
    """Return the data of a payment for a document, as an event tells of it."""
    how: dict[str, Any] = {
        "method": taken.method,
        "received_at": taken.received_at.isoformat() if taken.received_at else None,
        "actor": taken.actor,
        "note": taken.note,
    }
    told = {"id": id_, "amount": {"amount": amount, "currency": invoice.currency}}
    told |= {key: value for key, value in how.items() if value is not None}
    return {"contact": {"id": invoice.contact_id}, "payment": told, "for": {"invoice": invoice.id}}


def open_balance(invoice: Invoice) -> int:
    """Return what marking a document as paid books, or refuse where nothing is open (R15)."""
    if invoice.status not in {DocumentStatus.ISSUED, DocumentStatus.WRITTEN_OFF} or invoice.amount_due <= 0:
        raise RefusedError(
            f"{invoice.number or 'A draft'} can't be marked as paid: it is {invoice.status}, and nothing of it is open."
        )
    return invoice.amount_due


def mark_paid(shop: Shop, invoice: Invoice, taken: Taken) -> None:
    """Book an append-only manual payment for the open balance (R15)."""
    _receive(shop, invoice, open_balance(invoice), taken)


def pay(shop: Shop, invoice: Invoice, amount: int | None, currency: str | None, taken: Taken) -> None:
    """Pay on the page: by what the settings allow; on what is already paid it becomes credit, with an alert (R17)."""
    paid = amount if amount is not None else invoice.amount_due or invoice.total
    if currency not in {None, invoice.currency}:
        raise RefusedError(f"{invoice.number} is in {invoice.currency}, not in {currency}.")
    require_part(shop, invoice.number or invoice.id, paid, invoice.amount_due, invoice.currency)
    alerts = len(shop.alerts)
    id_ = _receive(shop, invoice, paid, taken)
    left = shop.payments[id_].available
    if left and len(shop.alerts) == alerts:
        tell_owner(
            shop,
            "paid_twice",
            f"{show(left, invoice.currency)} came for {invoice.number}, which asked for less: "
            "it is the client's credit now.",
            contact_id=invoice.contact_id,
            payment=id_,
        )


def _receive(shop: Shop, invoice: Invoice, amount: int, taken: Taken) -> str:
    """Take money as any payment that is told of; return the payment's id."""
    id_ = shop.key("pay", invoice.id, shop.next_serial())
    plain = money_for(invoice, id_, amount, taken)
    told = decode_data(RECEIVED, plain)
    now = shop.now
    receive_payment(shop, Event(RECEIVED, OPERATOR, id_, now, now, stamp(now, OPERATOR, id_), told, plain))
    return id_
